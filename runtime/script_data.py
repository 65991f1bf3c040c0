"""How a training script comes by the run's samples: written out, in a file beside it, or from torchvision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graph.code.layout import parse, statement
from runtime.data import Dataset, Splits, get_source
from runtime.data.targets import form_of
from runtime.script_lines import file_lines

if TYPE_CHECKING:
    import torch

    from runtime.data.stored import Stored

MOST_WRITTEN = 400
"""Up to this many short numbers are written into the script itself."""
SPLITS = ("train", "validation", "test")
TORCHVISION = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "cifar10": "CIFAR10",
    "cifar100": "CIFAR100",
}


@dataclass(slots=True)
class DataPart:
    """``text`` is a function ``load_data()`` that gives (inputs, targets) by split. ``files`` are the tensors
    it reads, by file name; ``imports`` what it needs beyond torch. ``note`` is for the script's docstring."""

    text: str
    files: dict[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    note: str = ""


HEAD = "def load_data() -> dict[str, tuple[torch.Tensor, torch.Tensor]]:\n"


RETURN = "    return {{split: (inputs[part], {}[part]) for split, part in rows.items()}}"


def data_part(
    source: str, options: Mapping[str, Any], dataset: Dataset, splits: Splits, loss: str, stem: str
) -> DataPart:
    """The samples of a run, scaled as they were, with targets in the form of the loss."""
    title = get_source(source).title
    if source in TORCHVISION:
        return _torchvision(source, get_source(source).settled(options), dataset, splits, loss, stem)
    targets = dataset.targets_for(loss)
    from runtime.data.stored import Stored

    if isinstance(dataset.inputs, Stored):
        return _bytes(title, dataset.inputs, targets, splits, stem)
    if _is_short(dataset.inputs) and _is_short(targets):
        return _written(title, dataset.inputs, targets, splits)
    name = f"{stem}_data.pt"
    parts = {
        split: (dataset.inputs[rows].clone(), targets[rows].clone())
        for split, rows in ((split, getattr(splits, split)) for split in SPLITS)
    }
    lines = [
        HEAD.rstrip(),
        f'    """{title}: inputs and targets of the three splits, scaled as in the run."""',
        *file_lines(name),
        "    return torch.load(path, weights_only=True)",
    ]
    return DataPart(
        "\n".join(lines) + "\n", {name: parts}, note=f"Reads {name}, which belongs beside this file."
    )


def _bytes(title: str, inputs: Stored, targets: torch.Tensor, splits: Splits, stem: str) -> DataPart:
    """Pictures stay bytes in the file, a quarter of the floats."""
    name = f"{stem}_data.pt"
    parts: dict[str, Any] = {
        split: (inputs.pixels[rows], targets[rows].clone())
        for split, rows in ((split, getattr(splits, split)) for split in SPLITS)
    }
    scaled = "pixels.float() / 255"
    lines = [
        HEAD.rstrip(),
        f'    """{title}: inputs and targets of the three splits; the pictures are kept as bytes."""',
        *file_lines(name),
        "    found = torch.load(path, weights_only=True)",
    ]
    if inputs.scaler is not None:
        parts["scaling"] = (inputs.scaler.shift, inputs.scaler.scale)
        lines.append('    shift, scale = found.pop("scaling")')
        scaled = f"({scaled} - shift) / scale"
    lines.append(f"    return {{split: ({scaled}, targets) for split, (pixels, targets) in found.items()}}")
    text = "\n".join(lines) + "\n"
    return DataPart(text, {name: parts}, note=f"Reads {name}, which belongs beside this file.")


def _is_short(tensor: torch.Tensor) -> bool:
    if tensor.numel() > MOST_WRITTEN:
        return False
    return all(len(f"{value!r}") <= 5 for value in tensor.reshape(-1).tolist())


def _written(title: str, inputs: torch.Tensor, targets: torch.Tensor, splits: Splits) -> DataPart:
    def rows(name: str, tensor: torch.Tensor) -> list[str]:
        return statement(f"{name} = ", parse(f"torch.tensor({tensor.tolist()})"), 4)

    lines = [HEAD.rstrip(), f'    """{title}: inputs and targets of the three splits."""']
    lines += [*rows("inputs", inputs), *rows("targets", targets)]
    if splits.shared:
        lines.append('    return {split: (inputs, targets) for split in ("train", "validation", "test")}')
    else:
        tables = {split: getattr(splits, split).tolist() for split in SPLITS}
        lines += statement("rows = ", parse(str(tables).replace("'", '"')), 4)
        lines.append(RETURN.format("targets"))
    return DataPart("\n".join(lines) + "\n")


def _torchvision(
    source: str, options: Mapping[str, Any], dataset: Dataset, splits: Splits, loss: str, stem: str
) -> DataPart:
    """torchvision downloads; which rows belong to which split is read from a small file."""
    kind, name = TORCHVISION[source], f"{stem}_rows.pt"
    grey = "mnist" in source
    lines = [
        HEAD.rstrip(),
        f'    """{kind}: inputs and targets of the three splits. Downloads it the first time."""',
        *file_lines(name),
        "    pixels, targets = [], []",
        f"    for train, most in ((True, {options['train_samples']}), (False, {options['test_samples']})):",
        f'        part = torchvision.datasets.{kind}(str(HERE / "data"), train=train, download=True)',
        "        pixels.append(torch.as_tensor(part.data)[:most])",
        "        targets.append(torch.as_tensor(part.targets)[:most])",
    ]
    layout = ".unsqueeze(1)" if grey else ".permute(0, 3, 1, 2)"
    lines += [
        f"    inputs = torch.cat(pixels){layout}.contiguous().float() / 255",
        "    labels = torch.cat(targets)",
    ]
    size = options.get("image_size")
    if size and tuple(dataset.inputs.shape[-2:]) == (size, size) and size != (28 if grey else 32):
        lines += [
            "    inputs = [",
            f'        F.interpolate(part, size=({size}, {size}), mode="bilinear", antialias=True)',
            "        for part in inputs.split(4096)",
            "    ]",
            "    inputs = torch.cat(inputs).clamp_(0, 1)",
        ]
    if options.get("rgb"):
        lines.append("    inputs = inputs.repeat(1, 3, 1, 1)")
    if options["scaling"] == "-1 to 1":
        lines.append("    inputs = inputs * 2 - 1")
    lines.append("    rows = torch.load(path, weights_only=True)")
    if options["scaling"] == "standardised":
        lines += [
            '    train = inputs[rows["train"]]',
            "    mean = train.mean(dim=(0, 2, 3), keepdim=True)",
            "    inputs = (inputs - mean) / train.std(dim=(0, 2, 3), keepdim=True, correction=0)",
        ]
    if form_of(loss) == "values":
        lines.append(f"    labels = F.one_hot(labels, {dataset.schema.class_count}).float()")
    lines.append(RETURN.format("labels"))
    text = "\n".join(lines) + "\n"
    imports = ["import torchvision"]
    if "F." in text:
        imports.append("import torch.nn.functional as F")
    tables = {split: getattr(splits, split).clone() for split in SPLITS}
    note = f"Needs torchvision for the data, and {name} beside this file for the run's splits."
    return DataPart(text, {name: tables}, tuple(imports), note)

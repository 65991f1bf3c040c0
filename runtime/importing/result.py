"""Importing as a whole: from a model to a project with its weights, checked against the original."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from graph.code import Source, generate, load_module
from graph.model import Project
from graph.reading.vocabulary import Unreadable
from graph.shapes import Inference
from runtime.custom import asker
from runtime.importing.drawing import Drawing
from runtime.importing.failure import ImportFailure
from runtime.importing.groups import Blocks
from runtime.importing.hoisting import hoist, shorten
from runtime.importing.ports import Ports, name_ports, results_of
from runtime.importing.python import Unwritable
from runtime.importing.reading import Reader
from runtime.importing.recorder import Scope, Value
from runtime.importing.tracing import Entry, Untraceable, example, trace

TOLERANCE = 1e-5
"""How far outputs may differ and still count as equal, for values of about 1."""
Progress = Callable[[float, str], None]


@dataclass(slots=True)
class Imported:
    """A project, the weights under the keys of its generated module, and how it compares."""

    project: Project
    source: Source
    weights: dict[str, torch.Tensor]
    fixed: frozenset[str] = frozenset()
    """Keys of numbers that are not learned: tables, masks, coordinates."""
    looked: bool = False
    """Whether the model decides by the numbers of its input; the drawing holds one of its ways."""
    python: list[str] = field(default_factory=list)
    """Sentences about what became pieces of Python."""
    left: list[str] = field(default_factory=list)
    """Weights of the original that nothing in the drawing uses (heads for training alone, say)."""
    equal: str = ""
    """"exactly", "nearly" or "no"; empty when it was not compared."""
    difference: float = 0.0
    kept: list[bool] = field(default_factory=list)
    """For each output of the original whether the drawing has it: those without the batch first are left."""

    @property
    def sentences(self) -> list[str]:
        """What a person should know about the import."""
        text = {
            "exactly": "The outputs equal the original's, bit for bit.",
            "nearly": f"The outputs equal the original's to within {self.difference:.1g}.",
            "no": f"The outputs differ from the original's by up to {self.difference:.2g}.",
        }
        found = [text[self.equal]] if self.equal else []
        gone = [str(number) for number, kept in enumerate(self.kept, 1) if not kept]
        if gone:
            found.append(
                f"Left out of {len(self.kept)} outputs: number {' and '.join(gone)}. "
                "The batch is not the first axis there (as in the last state of a recurrent layer), "
                "so that cannot leave a network."
            )
        if self.looked:
            found.append(
                "The model looks at the numbers of its input to decide what it computes. A drawing cannot decide: "
                "it holds the way the model took for a random input, and other inputs may need another."
            )
        counts: dict[str, int] = {}
        for sentence in self.python:
            counts[sentence] = counts.get(sentence, 0) + 1
        found += [
            f"{sentence} ({count} times)" if count > 1 else sentence for sentence, count in counts.items()
        ]
        if self.left:
            shown = ", ".join(self.left[:4]) + (", …" if len(self.left) > 4 else "")
            found.append(
                f"{len(self.left)} weights are used only while training or not at all, and were left: {shown}"
            )
        return found


def import_model(
    model: nn.Module,
    entries: Sequence[Entry] = (Entry(),),
    title: str = "Imported",
    compare: bool = True,
    progress: Progress = lambda fraction, text: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Imported:
    """A project that computes what the model computes in evaluation mode, with the model's weights.

    The model is put into evaluation mode and otherwise left as it is. What cannot be followed at all becomes
    one piece of Python. :class:`ImportFailure` says why not even that can be done.
    """
    model.eval()
    entries = list(entries)
    expected = _outputs(model, entries)
    try:
        made = _drawn(model, entries, title, progress, cancelled, {})
        if compare:
            _compare(made, expected, entries, progress)
        if made.equal != "no":
            return made
        failure = ImportFailure(
            f"The drawing of the model computes something else: its outputs differ by {made.difference:.2g}."
        )
    except (Untraceable, Unreadable, Unwritable, ImportFailure) as error:
        where = f" in {error.path}" if isinstance(error, Untraceable) and error.path else ""
        failure = ImportFailure(f"The model cannot be followed{where}: {error}", _HINT)
    try:
        whole = _Whole(model).eval()
        made = _drawn(whole, entries, title, progress, cancelled, {"model": str(failure)})
        if compare:
            _compare(made, expected, entries, progress)
    except (Untraceable, Unreadable, Unwritable, ImportFailure):
        raise failure from None
    made.looked = False  # the piece of Python decides as the model does
    return made


class _Whole(nn.Module):
    """A model that is not looked into."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: Any) -> Any:
        return self.model(*inputs)


def _drawn(
    model: nn.Module,
    entries: list[Entry],
    title: str,
    progress: Progress,
    cancelled: Callable[[], bool],
    closed: dict[str, str],
) -> Imported:
    progress(0.05, "Following the model…")
    traced = trace(model, entries, cancelled, closed)
    kept = _keep_batched(traced.root)
    progress(0.35, "Drawing its layers…")
    reader = Reader(model, traced)
    read = reader.read()
    Ports(reader, read.root).settle()
    hoist(read.root, reader)
    shorten(read.root)
    name_ports(read.root, reader)
    shapes = {reader.source(value): value.shapes for value in list(reader.home)}
    drawing = Drawing(Blocks(read.root, shapes, title), entries, title)
    progress(0.55, "Asking for its shapes…")
    if cancelled():
        raise KeyboardInterrupt
    source = code_of(drawing.project)
    used = {weight.key for _, _, weight in drawing.weights if weight.key}
    left = [
        key
        for key, _ in model.named_parameters()
        if key not in used and ".parametrizations." not in f".{key}"
    ]
    learned = {id(parameter) for parameter in model.parameters()}
    fixed = frozenset(
        ".".join(filter(None, (source.modules.get(place, ""), key)))
        for place, key, weight in drawing.weights
        if key == "" and (weight.tensor is not None or id(_state(model, weight.key)) not in learned)
    )
    weights = weights_of(model, drawing, source)
    return Imported(drawing.project, source, weights, fixed, traced.looked, read.python, left, kept=kept)


def _keep_batched(root: Scope) -> list[bool]:
    """Take away the model's results whose first axis is not the batch, unless no other is there.

    A model that hands back its recurrent state beside its answer is the ordinary case. Says which were kept.
    """
    named = [(name, item) for name, item in results_of(root.result) if isinstance(item, Value)]
    kept = [not item.shape or len({shape[0] for shape in item.shapes}) > 1 for _, item in named]
    if all(kept) or not any(kept):
        return [True] * len(named)
    root.result = [{name: item} for (name, item), keep in zip(named, kept, strict=True) if keep]
    return kept


_HINT = "Check that it runs on an input of this shape and dtype."


def code_of(project: Project) -> Source:
    """The generated module of an import; :class:`ImportFailure` with the problem when it has one."""
    inference = Inference()
    inference.custom = asker(None)  # the code comes from a model that has just been run
    shapes = inference.run(project)
    for problem in shapes.errors:
        raise ImportFailure(f"The drawing of the model has a problem: {problem.text}")
    return generate(project, shapes, project.main.id)


def weights_of(model: nn.Module, drawing: Drawing, source: Source) -> dict[str, torch.Tensor]:
    """The model's numbers under the keys of the generated module. They are not copied."""
    found: dict[str, torch.Tensor] = {}
    for place, key, weight in drawing.weights:
        path = source.modules.get(place)
        if path is None:
            continue
        tensor = weight.tensor if weight.tensor is not None else _state(model, weight.key)
        if tensor is None:
            continue
        found[".".join(filter(None, (path, key)))] = (
            tensor.detach().reshape(1) if weight.flat else tensor.detach()
        )
    return found


def _state(model: nn.Module, key: str) -> torch.Tensor | None:
    path, _, name = key.rpartition(".")
    found = getattr(model.get_submodule(path), name, None)
    return found if isinstance(found, torch.Tensor) else None


def built(made: Imported) -> nn.Module:
    """The generated module with the imported weights, in evaluation mode."""
    with tempfile.TemporaryDirectory(prefix="torchloom-import-") as folder:
        path = Path(folder) / "model.py"
        path.write_text(made.source.text, encoding="utf-8")
        kind = load_module(path, made.source.class_name)
        # a module that is rebuilt may hold numbers outside its weights: those are made by building it
        rebuilt = any("nn.Module" in block.code for block in made.project.blocks.values())
        with torch.device("cpu" if rebuilt else "meta"):
            model: nn.Module = kind()
    wanted = dict(model.state_dict(keep_vars=True))
    given = dict(made.weights)
    for key, value in wanted.items():
        if key not in given and key.endswith("num_batches_tracked"):
            given[key] = torch.zeros((), dtype=torch.int64)
        if key in given and given[key].dtype != value.dtype and not value.dtype.is_floating_point:
            given[key] = given[key].to(value.dtype)
    missing = sorted(wanted.keys() - given.keys())
    if missing:
        raise ImportFailure(f"The weight {missing[0]} of the drawing has no counterpart in the model.")
    for key, value in wanted.items():
        if given[key].shape != value.shape:
            raise ImportFailure(
                f"The weight {key} has the shape {tuple(value.shape)}, the model's {tuple(given[key].shape)}."
            )
    model.load_state_dict({key: given[key] for key in wanted}, strict=True, assign=True)
    return model.eval()


def _outputs(model: nn.Module, entries: Sequence[Entry]) -> list[torch.Tensor]:
    """What the model gives for two samples; what it raises is told in a sentence."""
    try:
        with torch.no_grad():
            return _flat(model(*_samples(entries)))
    except Exception as error:  # a model may raise anything
        shapes = " and ".join(f"{entry.dtype} (2, {', '.join(map(str, entry.shape))})" for entry in entries)
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ImportFailure(
            f"The model does not run on {shapes}: {lines[0].rstrip('.')}.",
            "Give the shape and dtype of its inputs, one sample without the batch.",
        ) from error


def _samples(entries: Sequence[Entry]) -> list[torch.Tensor]:
    return [example(entry, 2, seed=number) for number, entry in enumerate(entries)]


def _compare(
    made: Imported, expected: list[torch.Tensor], entries: Sequence[Entry], progress: Progress
) -> None:
    progress(0.75, "Comparing its outputs…")
    twin = built(made)
    with torch.no_grad():
        found = _flat(twin(*_samples(entries)))
    if len(made.kept) == len(expected):
        expected = [item for item, kept in zip(expected, made.kept, strict=True) if kept]
    progress(1.0, "Done.")
    if [item.shape for item in expected] != [item.shape for item in found]:
        made.equal, made.difference = "no", float("inf")
        return
    pairs = [
        (one.nan_to_num().double(), other.nan_to_num().double())
        for one, other in zip(expected, found, strict=True)
    ]
    differences = [float((one - other).abs().max()) if one.numel() else 0.0 for one, other in pairs]
    made.difference = max(differences, default=0.0)
    close = all(
        difference <= TOLERANCE * max(1.0, float(one.abs().max()))
        or torch.allclose(one, other, rtol=1e-4, atol=TOLERANCE)
        for difference, (one, other) in zip(differences, pairs, strict=True)
    )
    made.equal = "exactly" if made.difference == 0 else "nearly" if close else "no"


def _flat(result: Any) -> list[torch.Tensor]:
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, dict):
        return [tensor for item in result.values() for tensor in _flat(item)]
    if isinstance(result, (tuple, list)):
        return [tensor for item in result for tensor in _flat(item)]
    return []

"""Presets of published networks give torchvision's outputs, bit for bit, under torchvision's weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.code import generate, load_module
from graph.shapes import Inference
from presets import find
from runtime.weights import compare, shapes_of

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")

PAIRS = {
    "vgg11": "vgg11",
    "vgg13-bn": "vgg13_bn",
    "vgg16": "vgg16",
    "vgg19-bn": "vgg19_bn",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnet101": "resnet101",
    "resnet152": "resnet152",
    "alexnet-torchvision": "alexnet",
    "googlenet": "googlenet",
    "googlenet-aux": "googlenet",
    "densenet121": "densenet121",
    "densenet169": "densenet169",
    "densenet201": "densenet201",
    "resnext50": "resnext50_32x4d",
    "wide-resnet50": "wide_resnet50_2",
    "shufflenet-v2": "shufflenet_v2_x1_0",
    "efficientnet-b0": "efficientnet_b0",
    "squeezenet": "squeezenet1_1",
    "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v3-large": "mobilenet_v3_large",
    "mobilenet-v3-small": "mobilenet_v3_small",
    "mnasnet": "mnasnet1_0",
    "regnet-y-400mf": "regnet_y_400mf",
    "convnext-tiny": "convnext_tiny",
    "vit-b16": "vit_b_16",
}
LATER = {"vit-b16": ("conv_proj.", 1), "googlenet-aux": ("aux", 2)}
"""Weights that come later here, by the start of their names, and behind how many others."""
LETTERED = {"googlenet", "regnet-y-400mf"}
"""Only the order of the tensors tells some of their layers apart, which safetensors files do not keep."""
SMALL = {"regnet_y_400mf"}
"""Models that cannot be built on meta, since they calculate their widths with tensors."""


def reference(name: str) -> Any:
    """torchvision's model with random weights; built on meta so that its own slow start is skipped."""
    options = {"init_weights": False} if name == "googlenet" else {}
    with torch.device("cpu" if name in SMALL else "meta"):
        model = torchvision.models.get_model(name, **options)
    model = model.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, weight in model.state_dict().items():
            if name.endswith("running_var"):
                weight.uniform_(0.5, 1.5, generator=generator)
            elif weight.dtype.is_floating_point:
                weight.normal_(std=(2 / max(weight[0].numel(), 1)) ** 0.5, generator=generator)
            else:
                weight.zero_()
    return model.eval()


@pytest.mark.parametrize("preset_id", PAIRS)
def test_same_outputs_under_the_same_weights(preset_id: str, tmp_path: Path) -> None:
    made = find(preset_id).build()
    source = generate(made, Inference().run(made), made.main.id)
    path = tmp_path / "model.py"
    path.write_text(source.text, encoding="utf-8")
    theirs = reference(PAIRS[preset_id])
    if preset_id == "googlenet":
        theirs.aux1 = theirs.aux2 = None
    theirs.training = preset_id == "googlenet-aux"  # gives all outputs; its layers stay in evaluation
    with torch.device("meta"):
        ours = load_module(path, source.class_name)()
    weights = _ordered(theirs.state_dict(), *LATER.get(preset_id, ("", 0)))
    assert len(weights) == len(ours.state_dict())
    renamed = dict(zip(ours.state_dict(), weights, strict=True))
    _found_without_names(renamed, theirs.state_dict(), preset_id)
    ours.load_state_dict(renamed, strict=True, assign=True)
    ours.eval()
    size = 224 if preset_id == "vit-b16" else 64
    picture = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected, found = _listed(theirs(picture)), _listed(ours(picture))
    assert len(expected) == len(found)
    for wanted, got in zip(expected, found, strict=True):
        assert torch.isfinite(wanted).all() and wanted.std() > 1e-6
        assert torch.equal(got, wanted)


def _found_without_names(renamed: dict[str, Any], theirs: dict[str, Any], preset_id: str) -> None:
    """Files of torchvision's weights are brought together with the preset's layers, whatever either calls them."""
    keys = {weight.data_ptr(): key for key, weight in theirs.items()}
    right = {keys[weight.data_ptr()]: key for key, weight in renamed.items()}
    shapes = shapes_of(theirs)
    for file in (shapes, dict(sorted(shapes.items()))):  # as a .pt keeps them, and a safetensors file
        matched = compare(shapes_of(renamed), file).of("matched")
        assert all(right[row.file_key] == row.key for row in matched)
        if file is shapes or preset_id not in LETTERED:
            assert len(matched) == len(renamed) or preset_id in LATER


def _listed(result: Any) -> list[Any]:
    if hasattr(result, "aux_logits1"):
        return [result.logits, result.aux_logits1, result.aux_logits2]
    return list(result) if isinstance(result, tuple) else [result]


def _ordered(state: dict[str, Any], later: str, behind: int) -> list[Any]:
    """torchvision's weights in our order: those whose names start with ``later`` come after the next others."""
    names = list(state)
    moved = [name for name in names if later and name.startswith(later)]
    if moved:
        at = names.index(moved[0]) + behind
        rest = [name for name in names if name not in moved]
        names = rest[:at] + moved + rest[at:]
    return [state[name] for name in names]


@pytest.mark.parametrize("depth", [18, 50])
def test_stages_carry_torchvisions_names(depth: int) -> None:
    made = find(f"resnet{depth}").build()
    source = generate(made, Inference().run(made), made.main.id)
    scope: dict[str, Any] = {"__name__": "model"}
    exec(compile(source.text, "model.py", "exec"), scope)
    with torch.device("meta"):
        ours = scope[source.class_name]().state_dict()
        theirs = torchvision.models.get_model(f"resnet{depth}").state_dict()
    assert {name for name in ours if not name.startswith("stem.")} == {
        name for name in theirs if not name.startswith(("conv1.", "bn1."))
    }

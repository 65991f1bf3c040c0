"""What the Summary says of whole networks: multiply-accumulates, receptive fields and activations."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.presets.made import INFERENCE, made, module
from tests.presets.test_blocks import placed

torch = pytest.importorskip("torch")

COUNTED = (
    "digits-cnn",
    "alexnet",
    "vgg16",
    "resnet18",
    "resnet50",
    "googlenet",
    "densenet121",
    "mobilenet-v2",
    "efficientnet-b0",
    "shufflenet-v2",
    "resnext50",
    "convnext-tiny",
    "vit-b16",
    "unet",
    "char-gpt",
    "digits-mixer",
)
"""Convolutions (grouped, depthwise, transposed), linear layers, matrix products and attention."""


def on_meta(preset_id: str) -> tuple[Any, list[Any]]:
    """The generated module and one sample, without numbers."""
    source = next(iter(made(preset_id).sources.values()))
    with torch.device("meta"):
        inputs = [
            torch.zeros((1, *entry.shape), dtype=getattr(torch, entry.dtype)) for entry in source.inputs
        ]
        return module(preset_id).eval(), inputs


@pytest.mark.parametrize("preset_id", COUNTED)
def test_macs_are_half_of_the_operations_that_torch_counts(preset_id: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode

    model, inputs = on_meta(preset_id)
    with FlopCounterMode(display=False) as counter:
        model(*inputs)
    shapes = made(preset_id).shapes
    assert 2 * sum(network.macs for network in shapes.networks.values()) == counter.get_total_flops()


FIELDS: dict[str, tuple[str, int, int]] = {
    # 11 s4: 11, 4. Pool 3 s2: 19, 8. 5: 51. Pool: 67, 16. Three times 3: 163. Pool: 195, 32.
    "alexnet-torchvision": ("pool5", 195, 32),
    # Two, two, three, three, three times 3 × 3, each stage with a pool 2 s2: +4+1, +8+2, +24+4, +48+8, +96+16.
    "vgg16": ("stage5", 212, 32),
    # Stem 11, 4. Four times 3: 43. At 8: 43 + 8 + 3·16 = 99. At 16: 99 + 16 + 3·32 = 211. 211 + 32 + 3·64.
    "resnet18": ("layer4", 435, 32),
    # Stem 11, 4; one 3 × 3 in each block, the strided ones before they stride: +24, +8+48, +16+160, +32+128.
    "resnet50": ("layer4", 427, 32),
    # 7 s2, pool, 3, pool: 27, 8. Two blocks: 59. Pool: 75, 16. Five: 235. Pool 2: 251, 32. Two: 379.
    "googlenet": ("inception5b", 379, 32),
    # Stem 3, 2; depthwise 3 × 3: +4, (+4+8), (+8+2·16), (+16+3·32), +3·32, (+32+2·64), +64.
    "mobilenet-v2": ("stage7", 491, 32),
    # 7 s2, pool: 11, 4. Six layers: 59; +4, 8. Twelve: 255; +8, 16. 24: 1031; +16, 32. Sixteen: 2071.
    "densenet121": ("dense4", 2071, 32),
}
"""The last layer before the head: receptive field and jump, by Araujo et al., "Computing receptive fields of
convolutional neural networks", 2019, equation 2: every layer adds (kernel − 1) times the jump before it."""


@pytest.mark.parametrize("preset_id", FIELDS)
def test_receptive_fields_are_those_worked_out_by_hand(preset_id: str) -> None:
    name, size, jump = FIELDS[preset_id]
    project, shapes = made(preset_id).project, made(preset_id).shapes
    node = next(item.id for item in project.main.nodes.values() if item.name == name)
    assert shapes.receptive((project.main.id,), node) == (size, jump)


class _Outputs(torch.utils._python_dispatch.TorchDispatchMode):  # type: ignore[misc]
    """Counts the numbers that operations give; a turned weight is no result of a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, (tuple, list)) else result
        if func is not torch.ops.aten.t.default:
            self.total += first.numel()
        return result


@pytest.mark.parametrize("preset_id", ["small-resnet", "resnet50", "densenet121"])
def test_activations_are_what_the_operations_of_one_sample_give(preset_id: str) -> None:
    """Through blocks and their repetitions: each layer of these networks is one operation of torch."""
    model, inputs = on_meta(preset_id)
    with _Outputs() as outputs, torch.no_grad():
        model(*inputs)
    assert made(preset_id).shapes.networks[made(preset_id).project.main.id].activations == outputs.total


def test_shared_layers_cost_work_and_memory_twice_and_weights_once() -> None:
    """The channel attention: 64 channels of 32 × 32, four numbers in the middle, both branches through both
    layers."""
    project = placed("channel-attention")
    whole = INFERENCE.run(project).networks[project.main.id]
    assert whole.parameters == 2 * 64 * 4
    assert whole.macs == 2 * 2 * 64 * 4
    pooled, middle, scores = 2 * 64, 2 * (4 + 4), 2 * 64
    assert whole.activations == pooled + middle + scores + 64 + 64 + math.prod((64, 32, 32))

"""What torch itself says: one layer run for real on the CPU, to hold the declarations against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from graph.asking import Answer
from graph.building import build_call, build_module, take_apart
from graph.catalogue.spec import Example, LayerType
from graph.tensors import PROBE_SIZES, Tensor

Shape = tuple[int, ...]
BATCH = 2
"""A first axis of this size stands for the batch in examples and cases."""


@dataclass(frozen=True)
class Wires:
    """What arrives at every port: shapes (a first axis of 2 is the batch) and dtypes."""

    shapes: Mapping[str, list[Shape]]
    dtypes: Mapping[str, str]

    @staticmethod
    def of(example: Example) -> Wires:
        shapes = {
            port: value if isinstance(value, list) else [value] for port, value in example.inputs.items()
        }
        return Wires(shapes, example.dtypes)

    def at(self, batch: int) -> dict[str, list[Shape]]:
        """The shapes with the batch put in."""
        return {
            port: [(batch, *shape[1:]) if shape[:1] == (BATCH,) else shape for shape in shapes]
            for port, shapes in self.shapes.items()
        }

    def symbolic(self) -> dict[str, tuple[Tensor, ...]]:
        """As the shape checker sees them."""
        low, high = PROBE_SIZES["B"]
        return {
            port: tuple(
                Tensor(pair, self.dtypes.get(port, "float32"))
                for pair in zip(self.at(low)[port], self.at(high)[port], strict=True)
            )
            for port in self.shapes
        }


def fill(shape: Shape, dtype: str, values: Mapping[str, Any], port: str) -> torch.Tensor:
    """Numbers a layer can use: tokens within its table, indices that exist everywhere."""
    if "mask" in port and dtype != "int64":
        hidden = torch.rand(shape) < 0.3
        hidden[..., :1] = False  # something must be left to look at
        return hidden if dtype == "bool" else torch.zeros(shape).masked_fill(hidden, -torch.inf)
    if dtype == "bool":
        return torch.rand(shape) < 0.5
    if port == "lengths":
        return torch.randint(1, 4, shape)
    if dtype == "int64":
        count = values.get("num_embeddings") or values.get("num_classes") or 3
        return (
            torch.zeros(shape, dtype=torch.int64)
            if port in ("indices", "index")
            else torch.randint(0, count, shape)
        )
    return torch.rand(shape) + 0.1


def judged(shape: Shape, dtype: str, port: str, steps: int) -> torch.Tensor:
    """What losses are asked about: probabilities, a class that is always there, lengths within the sequences."""
    if dtype != "int64":
        return torch.rand(shape) * 0.9 + 0.05
    return torch.full(shape, steps if port == "input_lengths" else 1 if port == "target_lengths" else 0)


def run(layer: LayerType, values: Mapping[str, Any], wires: Wires, batch: int, seed: int = 0
        ) -> tuple[torch.nn.Module | None, list[torch.Tensor], dict[str, torch.Tensor]]:  # fmt: skip
    """Module, inputs in port order, and outputs by port of a real run in evaluation mode."""
    torch.manual_seed(seed)
    module = build_module(layer, values)
    if isinstance(module, torch.nn.Module):
        module.eval()
    shapes = wires.at(batch)
    steps = next(iter(shapes.values()))[0][1:2] if shapes else ()
    tensors = [
        judged(shape, wires.dtypes.get(port.name, "float32"), port.name, *(steps or (1,)))
        if layer.category == "Losses"
        else fill(shape, wires.dtypes.get(port.name, "float32"), values, port.name)
        for port in layer.inputs
        for shape in shapes.get(port.name, [])
    ]
    call = build_call(layer, values, {port: len(found) for port, found in shapes.items()})
    torch.manual_seed(seed)  # a few layers draw numbers also in evaluation
    with torch.no_grad():
        outputs = take_apart(layer, values, call(module, *tensors))
    return module, tensors, outputs


def predicted(answer: Answer, batch: int) -> dict[str, Shape]:
    """The inferred shapes for one batch size, by the straight line through both probes."""
    low, high = PROBE_SIZES["B"]
    found = {}
    for port, tensor in answer.outputs.items():
        if len(tensor.shapes) == 1:  # what needs no input is the same for every batch
            found[port] = tensor.shapes[0]
            continue
        if batch in (low, high):
            found[port] = tensor.shapes[(low, high).index(batch)]
            continue
        one, two = tensor.shapes
        slopes = [(b - a) / (high - low) for a, b in zip(one, two, strict=True)]
        assert all(slope == int(slope) for slope in slopes), tensor.text
        found[port] = tuple(int(a + slope * (batch - low)) for a, slope in zip(one, slopes, strict=True))
    return found

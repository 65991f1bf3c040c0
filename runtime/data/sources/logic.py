"""Truth tables: AND, OR and XOR of two bits. Four rows each; there is nothing to hold out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

ROWS = ((0, 0), (0, 1), (1, 0), (1, 1))


def describe(options: Mapping[str, Any]) -> Schema:
    return classification((2,), ("0", "1"), "table", size=4, features=("a", "b"), hold_out=False)


def _reader(gate: Callable[[int, int], int]) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import torch

        inputs = torch.tensor(ROWS, dtype=torch.float32)
        targets = torch.tensor([[float(gate(a, b))] for a, b in ROWS])
        return Dataset(inputs, targets, describe(options))

    return read


def _gate(name: str, gate: Callable[[int, int], int], help: str) -> Source:
    return Source(
        id=f"logic-{name.lower()}",
        title=f"{name} gate",
        category="Toy",
        help=f"The truth table of {name}: two bits and its answer. {help} All four rows train and test.",
        words=("logic", "truth table", "perceptron", "gate"),
        describe=describe,
        read=_reader(gate),
    )


SOURCES = (
    _gate("AND", lambda a, b: a & b, "A single neuron can learn it."),
    _gate("OR", lambda a, b: a | b, "A single neuron can learn it."),
    _gate("XOR", lambda a, b: a ^ b, "No single line separates its answers, so a hidden layer is needed."),
)

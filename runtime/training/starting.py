"""Layers whose weights begin in a way of their own. Ordinary torch: its text goes into exported scripts."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn


def start(layer: nn.Module, fill: Callable[..., object], **arguments: float | str) -> None:
    """Begin the weights of a layer in a way of its own; its biases at 0. Anything else it learns stays."""
    for name, parameter in layer.named_parameters():
        last = name.rpartition(".")[2]
        if "bias" in last:
            nn.init.zeros_(parameter)
        elif "weight" in last:
            fill(parameter, **arguments)

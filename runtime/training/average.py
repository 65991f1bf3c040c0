"""An average of the weights over time, ordinary torch: its text goes into exported scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class Average:
    """Exponential moving average of a network's weights.

    average = memory × average + (1 − memory) × weights
    """

    def __init__(self, network: nn.Module, memory: float) -> None:
        self.memory = memory
        # frozen ones too: they may be let go later
        self.weights: list[torch.Tensor] = [w for w in network.parameters() if w.is_floating_point()]
        self.values = [weight.detach().clone() for weight in self.weights]

    @torch.no_grad()
    def update(self) -> None:
        """Take the weights as they are now into the average."""
        weights = [weight.detach() for weight in self.weights]
        torch._foreach_lerp_(self.values, weights, 1 - self.memory)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the network work with the average for a while."""
        own = [weight.detach().clone() for weight in self.weights]
        with torch.no_grad():
            torch._foreach_copy_(self.weights, self.values)
        try:
            yield
        finally:
            with torch.no_grad():
                torch._foreach_copy_(self.weights, own)

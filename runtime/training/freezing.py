"""Layers that stay as they are, and layers that learn at rates of their own."""

from __future__ import annotations

from torch import nn


class Freezing:
    """Keeps parts of a network as they are, and lets others learn faster or slower than the rest.

    ``frozen`` names sub-modules whose weights get no gradient and whose batch norms keep their statistics; after
    ``epochs`` epochs (0: never) they learn too. ``rates`` holds factors of the learning rate by sub-module, of which
    the innermost counts.
    """

    def __init__(
        self, network: nn.Module, frozen: tuple[str, ...], rates: dict[str, float], epochs: int = 0
    ) -> None:
        self.network, self.frozen, self.rates, self.epochs = network, frozen, rates, epochs

    def groups(self, rate: float) -> list[dict]:
        """The weights for an optimiser, in a group for every factor."""
        groups: dict[float, list[nn.Parameter]] = {}
        for name, weight in self.network.named_parameters():
            around = [path for path in self.rates if f"{name}.".startswith(f"{path}.")]
            factor = self.rates[max(around, key=len)] if around else 1.0
            groups.setdefault(factor, []).append(weight)
        return [{"params": groups[f], "lr": rate * f, "factor": f} for f in sorted(groups, reverse=True)]

    def hold(self, epoch: int) -> None:
        """Freeze what is frozen in this epoch (counted from 1); call it after ``network.train()``."""
        still = self.epochs == 0 or epoch <= self.epochs
        for name, weight in self.network.named_parameters():
            if self.is_within(name):
                weight.requires_grad_(not still)
        for name, module in self.network.named_modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm) and self.is_within(name):
                module.train(not still)

    def is_within(self, name: str) -> bool:
        """Whether something belongs to a part that is frozen."""
        return any(f"{name}.".startswith(f"{path}.") for path in self.frozen)

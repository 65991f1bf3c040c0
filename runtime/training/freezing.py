"""Layers that stay as they are, and layers that learn at rates of their own."""

from __future__ import annotations

from torch import nn


class Freezing:
    """Keeps parts of a network as they are, and lets others learn faster or slower than the rest.

    ``frozen`` names sub-modules whose weights get no gradient and whose batch norms keep their statistics; after
    ``epochs`` epochs (0: never) they learn too: all at once, or with ``every`` the last of them first and another one
    each time so many epochs have passed. ``rates`` holds factors of the learning rate by sub-module, of which the
    innermost counts.
    """

    def __init__(
        self,
        network: nn.Module,
        frozen: tuple[str, ...],
        rates: dict[str, float],
        epochs: int = 0,
        every: int = 0,
    ) -> None:
        self.network, self.rates, self.epochs, self.every = network, rates, epochs, every
        kept = {name: module.state_dict() for name, module in network.named_modules() if name in frozen}
        self.frozen = [name for name, inside in kept.items() if inside]  # in the order of the network

    def groups(self, rate: float) -> list[dict]:
        """The weights for an optimiser, in a group for every factor."""
        groups: dict[float, list[nn.Parameter]] = {}
        for name, weight in self.network.named_parameters():
            around = [path for path in self.rates if f"{name}.".startswith(f"{path}.")]
            factor = self.rates[max(around, key=len)] if around else 1.0
            groups.setdefault(factor, []).append(weight)
        return [{"params": groups[f], "lr": rate * f, "factor": f} for f in sorted(groups, reverse=True)]

    def held(self, epoch: int) -> list[str]:
        """What is frozen in this epoch (counted from 1)."""
        if self.epochs == 0 or epoch <= self.epochs:
            return self.frozen
        if self.every == 0:
            return []
        let_go = 1 + (epoch - self.epochs - 1) // self.every
        return self.frozen[: max(0, len(self.frozen) - let_go)]

    def hold(self, epoch: int) -> None:
        """Freeze what is frozen in this epoch; call it after ``network.train()``."""
        still = self.held(epoch)
        for name, weight in self.network.named_parameters():
            if within(name, self.frozen):
                weight.requires_grad_(not within(name, still))
        for name, module in self.network.named_modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm) and within(name, still):
                module.eval()


def within(name: str, paths: list[str]) -> bool:
    """Whether a weight or a module belongs to one of some sub-modules."""
    return any(f"{name}.".startswith(f"{path}.") for path in paths)

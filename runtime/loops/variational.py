"""The loop of a variational autoencoder."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn


class Variational:
    """Samples are drawn again from a code; the codes of all samples together should be normally distributed.

    The network gives the sample drawn again, and mean and log-variance of its code.
    Kingma and Welling, "Auto-encoding variational Bayes", arXiv 1312.6114.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        shape: tuple[int, ...],
        beta: float = 1.0,
    ) -> None:
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update = loss, update
        self.shape, self.beta = shape, beta

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def redrawn(self, x: torch.Tensor) -> torch.Tensor:
        """Samples drawn again, to be looked at: where the loss takes logits, the network gives those."""
        drawn: torch.Tensor = self.network(x)[0].view_as(x)
        return drawn.sigmoid() if isinstance(self.loss, nn.BCEWithLogitsLoss) else drawn

    def figures(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Both parts of the loss, per sample: the error summed over its numbers, and the divergence summed over
        those of its code (Kingma and Welling, appendix B)."""
        drawn, mean, log_variance = self.network(x)
        reconstruction = self.loss(drawn, x) * math.prod(self.shape)
        divergence = (
            0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(dim=1).mean()
        )
        loss = reconstruction + self.beta * divergence
        return {"loss": loss, "reconstruction": reconstruction, "divergence": divergence}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Move the weights once."""
        figures = self.figures(batch["input"])
        self.update(figures["loss"], self.optimizer)
        return {name: value.detach() for name, value in figures.items()}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same figures without moving anything."""
        return self.figures(batch["input"])

    def decode(self, codes: torch.Tensor) -> torch.Tensor:
        """What the second half of the network draws from codes: they take the place of those it draws itself."""
        draws = [module for module in self.network.modules() if type(module).__name__ == "SampleNormal"]
        if not draws:
            raise ValueError(
                "The network has no layer SampleNormal, whose codes others could take the place of."
            )
        handle = draws[0].register_forward_hook(lambda module, given, drawn: codes)
        try:
            return self.redrawn(torch.zeros(len(codes), *self.shape, device=codes.device))
        finally:
            handle.remove()

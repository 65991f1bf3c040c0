"""The loop of an autoencoder, also of one that removes noise."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


class Autoencoding:
    """What goes in should come out again, also where noise was put on it.

    Vincent et al., "Extracting and composing robust features with denoising autoencoders", 2008.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        noise: float = 0.0,
    ) -> None:
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update = loss, update
        self.noise = noise

    def spoilt(self, x: torch.Tensor) -> torch.Tensor:
        """The sample with noise on it."""
        return x + self.noise * torch.randn_like(x) if self.noise else x

    def draw(self, x: torch.Tensor) -> torch.Tensor:
        """What the network (its first output) makes of a sample."""
        found = self.network(x)
        drawn: torch.Tensor = found[0] if isinstance(found, tuple) else found
        return drawn

    def redrawn(self, x: torch.Tensor) -> torch.Tensor:
        """The same as a sample one can look at: where the loss takes logits, the network gives those."""
        drawn = self.draw(x).view_as(x)
        return drawn.sigmoid() if isinstance(self.loss, nn.BCEWithLogitsLoss) else drawn

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (self.spoilt(batch["input"]),)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Move the weights once."""
        x = batch["input"]
        loss = self.loss(self.draw(self.spoilt(x)), x)
        self.update(loss, self.optimizer)
        return {"loss": loss.detach()}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The loss, without moving anything."""
        x = batch["input"]
        return {"loss": self.loss(self.draw(self.spoilt(x)), x)}

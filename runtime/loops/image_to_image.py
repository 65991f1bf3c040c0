"""The loop of Pix2Pix: pictures are turned into others, learned from pairs."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class ImageToImage:
    """A generator turns a picture into the wanted one; a discriminator looks at both together.

    Isola et al., "Image-to-image translation with conditional adversarial networks", arXiv 1611.07004.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        likeness: float = 100.0,
    ) -> None:
        self.generator, self.discriminator = networks["generator"], networks["discriminator"]
        self.optimizers, self.loss, self.update = optimizers, loss, update
        self.likeness = likeness

    def sample(self, pictures: torch.Tensor) -> torch.Tensor:
        """What the generator makes of some pictures."""
        made: torch.Tensor = self.generator(pictures)
        return made

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What each network is given."""
        return {"generator": (batch["input"],), "discriminator": (batch["input"], batch["target"])}

    def judge(self, given: torch.Tensor, wanted: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
        """The discriminator's loss: true pairs are 1, pairs with a made picture are 0."""
        on_true, on_made = self.discriminator(given, wanted), self.discriminator(given, made)
        loss = self.loss(on_true, torch.ones_like(on_true)) + self.loss(on_made, torch.zeros_like(on_made))
        return loss / 2

    def please(
        self, given: torch.Tensor, wanted: torch.Tensor, made: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The generator's loss (pass for true, and be near the wanted picture), and the second part of it alone."""
        judged = self.discriminator(given, made)
        difference = F.l1_loss(made, wanted)
        return self.loss(judged, torch.ones_like(judged)) + self.likeness * difference, difference

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """One turn of the discriminator, one of the generator."""
        given, wanted = batch["input"], batch["target"]
        made = self.generator(given)
        judging = self.judge(given, wanted, made.detach())
        self.update(judging, self.optimizers["discriminator"])
        pleasing, difference = self.please(given, wanted, made)
        self.update(pleasing, self.optimizers["generator"])
        return {
            "generator_loss": pleasing.detach(),
            "discriminator_loss": judging.detach(),
            "difference": difference.detach(),
        }

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same figures without moving anything."""
        given, wanted = batch["input"], batch["target"]
        made = self.generator(given)
        pleasing, difference = self.please(given, wanted, made)
        judging = self.judge(given, wanted, made)
        return {"generator_loss": pleasing, "discriminator_loss": judging, "difference": difference}

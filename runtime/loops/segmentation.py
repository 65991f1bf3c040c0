"""Segmentation: every pixel is told which class it belongs to."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class Segmentation:
    """Teaches a network to give scores (B, classes, H, W) for pictures whose target is a mask (B, H, W).

    The loss is the cross-entropy per pixel, and for ``dice_share`` of it one minus the soft Dice score (Milletari
    et al., arXiv 1606.04797), which counts small things as much as large ones. Pixels numbered ``ignored`` do not
    count.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        classes: tuple[str, ...],
        ignored: int,
        dice_share: float = 0.0,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.classes, self.ignored, self.dice_share = classes, ignored, dice_share
        self.counts = torch.zeros(len(classes), len(classes), dtype=torch.int64)

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        scores = self.scores(batch["input"])
        loss = self.compared(scores, batch["target"])
        self.update(loss, self.optimizer)
        return {"loss": loss.detach(), "pixel_accuracy": self.right(scores, batch["target"])}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without moving anything. Counts which classes the pixels have and which they were given."""
        scores, masks = self.scores(batch["input"]), batch["target"]
        seen = masks != self.ignored
        number = len(self.classes)
        pairs = masks[seen] * number + scores[:, :number].argmax(1)[seen]
        self.counts += torch.bincount(pairs, minlength=number**2).view(number, number).cpu()
        return {"loss": self.compared(scores, masks), "pixel_accuracy": self.right(scores, masks)}

    def summary(self) -> dict[str, float]:
        """Over all pixels since the last summary: the share of right ones, the mean intersection over union, and
        2·|A∩B| / (|A| + |B|) (Dice) of every class. A class that is nowhere, neither wanted nor given, is left out of
        the mean."""
        both, wanted, given = self.counts.diagonal(), self.counts.sum(1), self.counts.sum(0)
        self.counts = torch.zeros_like(self.counts)
        union = wanted + given - both
        there = union > 0
        figures = {"miou": (both[there] / union[there]).double().mean().item() if there.any() else 0.0}
        if there.any():
            figures["pixel_accuracy"] = (both.sum() / wanted.sum()).item()
        for number, name in enumerate(self.classes):
            if there[number]:
                figures[f"dice {name}"] = (2 * both[number] / (wanted[number] + given[number])).item()
        return figures

    def scores(self, pictures: torch.Tensor) -> torch.Tensor:
        """One score per class for every pixel (B, classes, H, W)."""
        found = self.network(pictures)
        scores = (found[0] if isinstance(found, tuple) else found).float()
        number, size = len(self.classes), tuple(pictures.shape[2:])
        if scores.dim() != 4 or scores.shape[1] < number or tuple(scores.shape[2:]) != size:
            given = ", ".join(["B", *map(str, scores.shape[1:])])
            raise ValueError(
                f"The network gives ({given}), but every pixel needs a score per class: "
                f"(B, {number}, {size[0]}, {size[1]})."
            )
        return scores

    def masks(self, pictures: torch.Tensor) -> torch.Tensor:
        """The class with the highest score for every pixel (B, H, W)."""
        return self.scores(pictures)[:, : len(self.classes)].argmax(1)

    def compared(self, scores: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
        # The mean over the pixels that count; 0 where none does, for a mean of nothing is no number.
        loss = F.cross_entropy(scores, masks, ignore_index=self.ignored, reduction="sum")
        loss = loss / (masks != self.ignored).sum().clamp(min=1)
        if self.dice_share > 0:
            loss = (1 - self.dice_share) * loss + self.dice_share * (1 - self.soft_dice(scores, masks))
        return loss

    def soft_dice(self, scores: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
        """Dice of the probabilities, the mean over the classes that are in the batch."""
        seen = (masks != self.ignored).unsqueeze(1)
        given = scores.softmax(1) * seen
        wanted = (
            torch.zeros_like(given).scatter_(1, masks.unsqueeze(1).clamp(max=scores.shape[1] - 1), 1.0) * seen
        )
        both = (given * wanted).sum(dim=(0, 2, 3))
        wanted, given = wanted.sum(dim=(0, 2, 3)), given.sum(dim=(0, 2, 3))
        there = wanted > 0
        if not there.any():
            return both.sum() + 1.0  # nothing to find
        return (2 * both[there] / (wanted[there] + given[there])).mean()

    def right(self, scores: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
        """The share of the pixels that have their class."""
        seen = masks != self.ignored
        given = scores.detach()[:, : len(self.classes)].argmax(1)
        return ((given == masks) & seen).sum() / seen.sum().clamp(min=1)

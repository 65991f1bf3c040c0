"""Sequence labelling: a class for every step of a sequence, for every word of a sentence."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class SequenceLabelling:
    """Teaches a network sequences (B, T) or (B, T, features) -> scores of the classes at every step (B, T, classes).

    Steps whose label is −100 fill up and do not count.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        label_smoothing: float = 0.0,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.label_smoothing = label_smoothing

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        loss, figures = self.compared(batch, self.label_smoothing)
        self.update(loss, self.optimizer)
        return figures

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without smoothing and without moving anything."""
        return self.compared(batch)[1]

    def compared(
        self, batch: dict[str, torch.Tensor], smoothing: float = 0.0
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Cross-entropy per step, the share of right steps, and of sequences right at every step."""
        scores, target = self.scores(batch["input"]), batch["target"]
        loss = F.cross_entropy(scores.float().flatten(0, 1), target.flatten(), label_smoothing=smoothing)
        counts = target != -100
        right = scores.detach().argmax(-1) == target
        return loss, {
            "loss": loss.detach(),
            "accuracy": (right & counts).sum() / counts.sum().clamp(min=1),
            "exact": (right | ~counts).all(dim=1).float().mean(),
        }

    def scores(self, inputs: torch.Tensor) -> torch.Tensor:
        """What the network says of every step, (B, T, classes)."""
        found = self.network(inputs)
        return found[0] if isinstance(found, tuple) else found

"""A network with several inputs and outputs, and a weighted sum of losses."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class Several:
    """Feeds every input of the network with a column of the batch and compares its outputs with columns.

    ``feeds`` names the column of each input. A row of ``losses`` is the name of an output, its number, a loss of
    :data:`LOSSES`, its weight and the column it is compared with; the loss that teaches is the weighted sum.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        feeds: tuple[str, ...],
        losses: tuple[tuple[str, int, str, float, str], ...],
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.feeds, self.losses = feeds, losses
        self.totals, self.count = [0.0] * len(losses), 0

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": tuple(batch[name] for name in self.feeds)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        loss, _, figures = self.compared(batch)
        self.update(loss, self.optimizer)
        return figures

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without moving anything. Adds up each loss by itself."""
        _, each, figures = self.compared(batch)
        rows = len(batch["input"])
        self.totals = [total + one.item() * rows for total, one in zip(self.totals, each, strict=True)]
        self.count += rows
        return figures

    def summary(self) -> dict[str, float]:
        """The mean of each loss since the last summary, without its weight."""
        means = [total / max(1, self.count) for total in self.totals]
        self.totals, self.count = [0.0] * len(self.losses), 0
        return {f"loss {row[0]}": mean for row, mean in zip(self.losses, means, strict=True)}

    def compared(
        self, batch: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, list[torch.Tensor], dict[str, torch.Tensor]]:
        """The weighted sum, every loss by itself, and the figures."""
        found = self.network(*self.inputs(batch)["network"])
        outputs = found if isinstance(found, tuple) else (found,)
        each, loss = [], torch.zeros((), device=batch["input"].device)
        for _, number, name, weight, column in self.losses:
            one = LOSSES[name](*fitted(name, outputs[number].float(), batch[column]))
            loss = loss + weight * one
            each.append(one.detach())
        figures = {"loss": loss.detach(), "first_loss": each[0]}
        _, number, name, _, column = self.losses[0]
        if name in CLASSES:
            scores, target = fitted(name, outputs[number].detach(), batch[column])
            figures["accuracy"] = (scores.argmax(1) == target).float().mean()
        return loss, each, figures


LOSSES: dict[str, Callable[..., torch.Tensor]] = {
    "cross_entropy": F.cross_entropy,
    "nll": F.nll_loss,
    "bce": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "mse": F.mse_loss,
    "l1": F.l1_loss,
    "smooth_l1": F.smooth_l1_loss,
    "huber": F.huber_loss,
}
CLASSES = ("cross_entropy", "nll")


def fitted(name: str, outputs: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Output and target in the forms a loss wants: class numbers for those over classes (a class per step for outputs
    (B, T, C)), else numbers in the output's own shape, one-hot for classes."""
    if name in CLASSES:
        target = target.flatten().long() if target.is_floating_point() else target
        return (outputs.flatten(0, 1), target.flatten()) if outputs.dim() == 3 else (outputs, target)
    if not target.is_floating_point():
        target = F.one_hot(target, outputs.shape[-1]).float()
    return outputs, target.reshape(outputs.shape)

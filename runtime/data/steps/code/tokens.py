"""Texts as rows of numbers, shorter than they were; 0 fills up behind their end."""

from __future__ import annotations

import torch


class DropTokens:
    """Leaves out each word of a text (N, T) with a chance; the words behind move up."""

    def __init__(self, chance: float) -> None:
        self.chance = chance

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        kept = (torch.rand(x.shape, device=x.device) >= self.chance) & (x != 0)
        # a text that would lose everything keeps all
        kept = kept | ((x != 0) & ~kept.any(dim=1, keepdim=True))
        order = (~kept).long().sort(dim=1, stable=True).indices
        return {**batch, "input": (x * kept).gather(1, order)}


class Truncate:
    """Keeps the first ``length`` words of a text, and of what goes with it word for word (``names``)."""

    def __init__(self, length: int, names: tuple[str, ...] = ("input",)) -> None:
        self.length, self.names = length, names

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**batch, **{name: batch[name][:, : self.length] for name in self.names}}

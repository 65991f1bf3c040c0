"""Two samples in one."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def shares(x: torch.Tensor, alpha: float) -> torch.Tensor:
    """For each sample how much of itself is left (N,), drawn from Beta(alpha, alpha)."""
    level = torch.full((len(x),), alpha, device=x.device)
    return torch.distributions.Beta(level, level).sample()


def mixed_targets(y: torch.Tensor, other: torch.Tensor, kept: torch.Tensor, classes: int) -> torch.Tensor:
    """Targets between those of a sample and its partner; a class becomes a probability for every class."""
    if not y.is_floating_point():
        y = F.one_hot(y, classes).float()
    kept = kept.view(-1, *[1] * (y.dim() - 1))
    return kept * y + (1 - kept) * y[other]


class Mixup:
    """Blends each sample with another one of the batch, and their targets likewise (Zhang et al.,
    arXiv 1710.09412)."""

    def __init__(self, alpha: float = 0.2, classes: int = 0) -> None:
        self.alpha, self.classes = alpha, classes

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x, y = batch["input"], batch["target"]
        other = torch.randperm(len(x), device=x.device)
        kept = shares(x, self.alpha)
        blend = kept.view(-1, *[1] * (x.dim() - 1))
        target = mixed_targets(y, other, kept, self.classes)
        return {**batch, "input": blend * x + (1 - blend) * x[other], "target": target}


class Cutmix:
    """Puts a rectangle of another picture of the batch into each picture; the target is mixed by area (Yun et
    al., arXiv 1905.04899)."""

    def __init__(self, alpha: float = 1.0, classes: int = 0) -> None:
        self.alpha, self.classes = alpha, classes

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x, y = batch["input"], batch["target"]
        height, width = x.shape[-2:]
        other = torch.randperm(len(x), device=x.device)
        half = (1 - shares(x, self.alpha)).sqrt()[:, None] / 2
        rows = (torch.arange(height, device=x.device) + 0.5) / height
        columns = (torch.arange(width, device=x.device) + 0.5) / width
        middle = torch.rand(len(x), 2, device=x.device)
        down, across = (rows - middle[:, :1]).abs() < half, (columns - middle[:, 1:]).abs() < half
        window = down[:, :, None] & across[:, None, :]
        kept = 1 - window.float().mean(dim=(1, 2))
        target = mixed_targets(y, other, kept, self.classes)
        return {**batch, "input": torch.where(window[:, None], x[other], x), "target": target}

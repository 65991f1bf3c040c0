"""Pictures with a hole."""

from __future__ import annotations

import torch


class Cutout:
    """Blanks a square of each picture, at a place of its own (DeVries and Taylor, arXiv 1708.04552). Its edge is
    ``share`` of the picture's shorter one; near the border less of it is seen."""

    def __init__(self, share: float = 0.25, chance: float = 1.0, fill: float = 0.0) -> None:
        self.share, self.chance, self.fill = share, chance, fill

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        height, width = x.shape[-2:]
        half = self.share * min(height, width) / 2
        rows = torch.arange(height, device=x.device) + 0.5
        columns = torch.arange(width, device=x.device) + 0.5
        middle = torch.rand(len(x), 2, device=x.device)
        down = (rows - middle[:, :1] * height).abs() < half
        across = (columns - middle[:, 1:] * width).abs() < half
        cut = torch.rand(len(x), device=x.device) < self.chance
        hole = down[:, :, None] & across[:, None, :] & cut[:, None, None]
        return {**batch, "input": torch.where(hole[:, None], torch.full_like(x, self.fill), x)}

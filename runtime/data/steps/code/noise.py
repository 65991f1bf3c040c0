"""Noise."""

from __future__ import annotations

import torch


class Noise:
    """Adds normal noise of this standard deviation to every number."""

    def __init__(self, deviation: float) -> None:
        self.deviation = deviation

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        return {**batch, "input": x + self.deviation * torch.randn_like(x)}

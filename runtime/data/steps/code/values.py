"""Numbers on another scale."""

from __future__ import annotations

import torch


class Normalise:
    """``(x - shift) / scale`` with one pair of numbers for each channel (of pictures) or feature (last axis)."""

    def __init__(self, shift: tuple[float, ...], scale: tuple[float, ...], pictures: bool = False) -> None:
        shape = (-1, 1, 1) if pictures else (-1,)
        self.shift, self.scale = torch.tensor(shift).view(shape), torch.tensor(scale).view(shape)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        if self.shift.device != x.device:
            self.shift, self.scale = self.shift.to(x.device), self.scale.to(x.device)
        return {**batch, "input": (x - self.shift) / self.scale}


class Scale:
    """Moves numbers from one range to another in proportion: ``low`` becomes ``to_low``, ``high`` ``to_high``."""

    def __init__(self, low: float, high: float, to_low: float, to_high: float) -> None:
        self.factor = (to_high - to_low) / (high - low)
        self.shift = to_low - low * self.factor

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**batch, "input": batch["input"] * self.factor + self.shift}


class Clip:
    """Cuts numbers off below ``low`` and above ``high``."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**batch, "input": batch["input"].clamp(self.low, self.high)}

"""Turned pictures."""

from __future__ import annotations

import math

import torch

from runtime.data.steps.code.warp import warped


class Rotate:
    """Turns each picture about its middle by an angle of its own, up to ``degrees`` either way."""

    def __init__(
        self,
        degrees: float,
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.most, self.fill = math.radians(degrees), fill
        self.moved = (pictures, masks, boxes)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        angle = (torch.rand(len(x), device=x.device) * 2 - 1) * self.most
        cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
        matrix = torch.stack((cos, -sin, zero, sin, cos, zero), dim=-1).view(-1, 2, 3)
        return warped(batch, matrix, self.fill, *self.moved)

"""Moved pictures."""

from __future__ import annotations

import torch

from runtime.data.steps.code.warp import warped


class Shift:
    """Moves each picture by a way of its own, up to ``share`` of its width and of its height."""

    def __init__(
        self,
        share: float,
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.share, self.fill = share, fill
        self.moved = (pictures, masks, boxes)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        height, width = x.shape[-2:]
        size = torch.tensor([width, height], device=x.device)
        way = (torch.rand(len(x), 2, device=x.device) * 2 - 1) * self.share * size
        matrix = torch.eye(2, 3, device=x.device).repeat(len(x), 1, 1)
        matrix[:, :, 2] = way.round()  # whole pixels, so that nothing is blurred
        return warped(batch, matrix, self.fill, *self.moved)

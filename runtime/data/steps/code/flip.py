"""Mirrored pictures."""

from __future__ import annotations

import torch


class Flip:
    """Mirrors each sample with a chance: left and right, or (``upside_down``) top and bottom."""

    def __init__(
        self,
        chance: float = 0.5,
        upside_down: bool = False,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.chance, self.axis = chance, -2 if upside_down else -1
        self.pictures, self.masks, self.boxes = pictures, masks, boxes

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        flipped = torch.rand(len(x), device=x.device) < self.chance
        batch = dict(batch)
        for name in self.pictures:
            mirrored = batch[name].flip(self.axis)
            batch[name] = torch.where(flipped[:, None, None, None], mirrored, batch[name])
        for name in self.masks:
            mirrored = batch[name].flip(self.axis)
            batch[name] = torch.where(flipped[:, None, None], mirrored, batch[name])
        for name in self.boxes:
            box = batch[name].clone()
            centre = 1 if self.axis == -1 else 2
            box[..., centre] = 1 - box[..., centre]
            batch[name] = torch.where(flipped[:, None, None] & (box[..., :1] >= 0), box, batch[name])
        return batch

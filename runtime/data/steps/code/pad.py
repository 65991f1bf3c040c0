"""A margin around pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F


class Pad:
    """Adds rows above and below and columns left and right: ``mode`` "constant" (``fill``), "reflect" or
    "replicate"."""

    def __init__(
        self,
        rows: int,
        columns: int,
        mode: str = "constant",
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.margin = (columns, columns, rows, rows)
        self.mode, self.fill = mode, fill
        self.pictures, self.masks, self.boxes = pictures, masks, boxes

    def padded(self, x: torch.Tensor, fill: float) -> torch.Tensor:
        """Pictures (N, C, H, W) with their margin."""
        if self.mode == "constant":
            return F.pad(x, self.margin, value=fill)
        return F.pad(x, self.margin, mode=self.mode)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        batch = dict(batch)
        for name in self.boxes:
            height, width = batch["input"].shape[-2:]
            columns, _, rows, _ = self.margin
            box = batch[name].clone()
            box[..., 1] = (box[..., 1] * width + columns) / (width + 2 * columns)
            box[..., 2] = (box[..., 2] * height + rows) / (height + 2 * rows)
            box[..., 3] = box[..., 3] * width / (width + 2 * columns)
            box[..., 4] = box[..., 4] * height / (height + 2 * rows)
            batch[name] = torch.where(box[..., :1] >= 0, box, batch[name])
        for name in self.pictures:
            batch[name] = self.padded(batch[name], self.fill)
        for name in self.masks:
            mask = self.padded(batch[name][:, None].float(), 255.0)  # a constant margin does not count
            batch[name] = mask[:, 0].to(batch[name].dtype)
        return batch

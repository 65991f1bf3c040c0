"""Pictures of another size."""

from __future__ import annotations

import torch
import torch.nn.functional as F


class Resize:
    """Stretches every picture to ``size``: bilinear, and smoothed first where it shrinks."""

    def __init__(
        self,
        size: tuple[int, int],
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
    ) -> None:
        self.size, self.pictures, self.masks = size, pictures, masks

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        batch = dict(batch)
        for name in self.pictures:
            batch[name] = F.interpolate(batch[name], size=self.size, mode="bilinear", antialias=True)
        for name in self.masks:  # boxes are measured in parts of the picture and stay as they are
            mask = batch[name][:, None].float()
            batch[name] = F.interpolate(mask, size=self.size, mode="nearest-exact")[:, 0].to(
                batch[name].dtype
            )
        return batch

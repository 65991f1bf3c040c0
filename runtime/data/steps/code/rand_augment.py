"""A few changes drawn from a list, others for each picture."""

from __future__ import annotations

import math

import torch
from torchvision.transforms.v2 import functional as V

from runtime.data.steps.code.warp import warped

KINDS = (
    "nothing", "brightness", "saturation", "contrast", "sharpness", "posterise", "solarise",
    "autocontrast", "equalise", "shear x", "shear y", "shift x", "shift y", "rotate",
)  # fmt: skip


class RandAugment:
    """Changes each picture (0…1) ``count`` times, each time in a way drawn for it from 14; how much is the
    same for all: ``magnitude`` of 30, into a direction that is drawn (Cubuk et al., arXiv 1909.13719)."""

    def __init__(
        self,
        count: int = 2,
        magnitude: int = 9,
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.count, self.level, self.fill = count, magnitude / 30, fill
        self.moved = (pictures, masks, boxes)

    def coloured(self, x: torch.Tensor, kind: str, signs: torch.Tensor) -> torch.Tensor:
        """Pictures whose colours change; ``signs`` (N,) are -1 or 1."""
        if kind in ("brightness", "saturation", "contrast", "sharpness"):
            change = {
                "brightness": V.adjust_brightness,
                "saturation": V.adjust_saturation if x.shape[1] == 3 else lambda x, _: x,
                "contrast": V.adjust_contrast,
                "sharpness": V.adjust_sharpness,
            }[kind]
            more, less = change(x, 1 + 0.9 * self.level), change(x, 1 - 0.9 * self.level)
            return torch.where(signs[:, None, None, None] > 0, more, less)
        if kind == "posterise":
            return V.posterize(x, 8 - round(4 * self.level))
        if kind == "solarise":
            return V.solarize(x, 1 - self.level)
        return V.autocontrast(x) if kind == "autocontrast" else V.equalize(x)

    def matrices(self, chosen: torch.Tensor, signs: torch.Tensor, height: int, width: int) -> torch.Tensor:
        """For each sample where its pixels come from (N, 2, 3)."""

        def amount(kind: str, most: float) -> torch.Tensor:
            return (chosen == KINDS.index(kind)) * signs * self.level * most

        turn = amount("rotate", math.radians(30))
        matrix = torch.stack(
            (
                turn.cos(),
                amount("shear x", 0.3) - turn.sin(),
                (amount("shift x", 150 / 331) * width).round(),
                amount("shear y", 0.3) + turn.sin(),
                turn.cos(),
                (amount("shift y", 150 / 331) * height).round(),
            ),
            dim=-1,
        )
        return matrix.view(-1, 2, 3)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        for _ in range(self.count):
            x = batch["input"].clone()
            chosen = torch.randint(len(KINDS), (len(x),), device=x.device)
            signs = torch.randint(2, (len(x),), device=x.device) * 2.0 - 1
            for number in range(1, KINDS.index("shear x")):
                rows = (chosen == number).nonzero()[:, 0]
                if len(rows):
                    x[rows] = self.coloured(x[rows], KINDS[number], signs[rows])
            matrix = self.matrices(chosen, signs, x.shape[-2], x.shape[-1])
            batch = warped({**batch, "input": x}, matrix, self.fill, *self.moved)
        return batch

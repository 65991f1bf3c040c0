"""Grey and colour."""

from __future__ import annotations

import torch


class GreyToColour:
    """Repeats the grey channel three times."""

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {**batch, "input": batch["input"].repeat(1, 3, 1, 1)}


class ColourToGrey:
    """One channel from red, green and blue, weighted as an eye sees them (ITU-R 601)."""

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        red, green, blue = batch["input"].split(1, dim=1)
        return {**batch, "input": 0.2989 * red + 0.587 * green + 0.114 * blue}

"""Columns of tables and series that stand for something else than their size."""

from __future__ import annotations

import torch


class Bins:
    """Replaces the numbers of some columns (last axis) by the number of the bin they fall into, counted from 0.
    ``borders`` has the inner borders of each column's bins; a number on a border falls into the bin above."""

    def __init__(self, columns: tuple[int, ...], borders: tuple[tuple[float, ...], ...]) -> None:
        self.columns, self.borders = columns, torch.tensor(borders)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"].clone()
        if self.borders.device != x.device:
            self.borders = self.borders.to(x.device)
        for column, borders in zip(self.columns, self.borders, strict=True):
            x[..., column] = torch.bucketize(x[..., column].contiguous(), borders, right=True).to(x.dtype)
        return {**batch, "input": x}


class OneHot:
    """Replaces each of some columns (last axis) of whole numbers by ``count`` columns: 1 at its number, else 0.
    A number outside 0 … count - 1 becomes nothing but zeros."""

    def __init__(self, columns: tuple[int, ...], count: int) -> None:
        self.columns, self.count = columns, count

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        parts = []
        for column, values in enumerate(x.split(1, dim=-1)):
            if column in self.columns:
                values = (values == torch.arange(self.count, device=x.device)).to(x.dtype)
            parts.append(values)
        return {**batch, "input": torch.cat(parts, dim=-1)}

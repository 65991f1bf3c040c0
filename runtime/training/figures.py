"""The figures of a recipe per step, gathered without waiting for the device, read out in batches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from runtime.recipes import Figure
from runtime.training.errors import NotFinite
from runtime.training.meter import Reading
from runtime.training.own_mistakes import check_figures


@dataclass(slots=True)
class FigureMeter:
    """Collects the steps of one epoch, as :class:`runtime.training.meter.Meter` does for one loss.

    The sums are those a plain loop makes: ``total += value.item() * len(batch)``, in this order.
    """

    figures: tuple[Figure, ...]
    losses: list[dict[str, torch.Tensor]] = field(default_factory=list)
    """What the last steps gave, on its way on the device."""
    sizes: list[int] = field(default_factory=list)
    steps: int = 0
    samples: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    answer: Any = None
    """No recipe of its own counts answers."""

    def add(self, figures: Mapping[str, torch.Tensor], size: int) -> None:
        """Note one step over ``size`` samples."""
        if not self.steps and not self.losses:
            check_figures("step", figures, [self.figures[0].name])
        self.losses.append(dict(figures))
        self.sizes.append(size)

    def read(self) -> Reading:
        """Everything since the last reading; raises :class:`NotFinite` at the first bad loss."""
        if not self.losses:
            return Reading([], None, 0)
        names = list(self.losses[0])
        table = torch.stack([torch.stack([step[name].float() for name in names]) for step in self.losses])
        rows = table.tolist()
        bad = {figure.name for figure in self.figures if figure.kind == "loss"}
        for number, (row, size) in enumerate(zip(rows, self.sizes, strict=True)):
            for name, value in zip(names, row, strict=True):
                if name in bad and not math.isfinite(value):
                    raise NotFinite(self.steps + number, value, self._title(name))
                self.sums[name] = self.sums.get(name, 0.0) + value * size
            self.samples += size
        count = sum(self.sizes)
        self.steps += len(rows)
        self.losses, self.sizes = [], []
        columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
        return Reading(columns[self.figures[0].name], None, count, columns)

    def _title(self, name: str) -> str:
        return next(figure.title for figure in self.figures if figure.name == name)

    @property
    def means(self) -> dict[str, float]:
        """The mean of each figure over the epoch so far."""
        return {name: total / self.samples for name, total in self.sums.items()} if self.samples else {}

    @property
    def mean_loss(self) -> float | None:
        return self.means.get(self.figures[0].name)

    @property
    def accuracy(self) -> float | None:
        return None

    def clear(self) -> None:
        """Begin a new epoch."""
        self.steps, self.samples, self.sums = 0, 0, {}

    def state(self) -> list[Any]:
        """The sums so far, for a checkpoint in the middle of an epoch. Read everything out first."""
        return [self.steps, self.samples, self.sums]

    def restore(self, state: list[Any]) -> None:
        self.steps, self.samples = int(state[0]), int(state[1])
        self.sums = {str(name): float(value) for name, value in state[2].items()}

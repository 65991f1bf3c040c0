"""Loss and accuracy per step, gathered without waiting for the device, read out in batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from runtime.losses import Answer
from runtime.training.errors import NotFinite


@dataclass(slots=True)
class Reading:
    """What a few steps gave: per step the mean loss and the share of right answers."""

    loss: list[float]
    accuracy: list[float] | None
    samples: int
    figures: dict[str, list[float]] = field(default_factory=dict)
    """What a recipe of its own measured, per step."""


@dataclass(slots=True)
class Meter:
    """Collects steps of one epoch; :meth:`read` is the only place that waits for the device.

    The sums are those a plain loop makes: ``total += loss.item() * len(batch)``, in this order.
    """

    answer: Answer | None
    losses: list[Any] = field(default_factory=list)
    """Numbers, or tensors that are still on their way on the device."""
    outputs: list[torch.Tensor] = field(default_factory=list)
    targets: list[torch.Tensor] = field(default_factory=list)
    steps: int = 0
    loss_sum: float = 0.0
    right: int = 0
    answers: int = 0
    samples: int = 0

    def read(self) -> Reading:
        """Everything since the last reading; raises :class:`NotFinite` at the first bad loss."""
        if not self.losses:
            return Reading([], None if self.answer is None else [], 0)
        values = torch.stack(self.losses).tolist() if torch.is_tensor(self.losses[0]) else self.losses
        sizes = [len(targets) for targets in self.targets]
        shares = self._answers(sizes)
        for number, (value, size) in enumerate(zip(values, sizes, strict=True)):
            if value - value != 0.0:
                raise NotFinite(self.steps + number, value)
            self.loss_sum += value * size
            self.samples += size
        self.steps += len(values)
        self.losses, self.outputs, self.targets = [], [], []
        return Reading(values, shares, sum(sizes))

    def _answers(self, sizes: list[int]) -> list[float] | None:
        if self.answer is None:
            return None
        targets = torch.cat(self.targets)
        right = self.answer.right(torch.cat(self.outputs), targets).reshape(len(targets), -1)
        ends = torch.tensor(sizes).cumsum(0) - 1
        counts = right.sum(1).cumsum(0)[ends.to(right.device)].tolist()
        each = right.shape[1]
        self.right += counts[-1]
        self.answers += len(targets) * each
        before = [0, *counts[:-1]]
        return [(now - then) / (size * each) for now, then, size in zip(counts, before, sizes, strict=True)]

    @property
    def mean_loss(self) -> float | None:
        return self.loss_sum / self.samples if self.samples else None

    @property
    def accuracy(self) -> float | None:
        return self.right / self.answers if self.answers else None

    def clear(self) -> None:
        """Begin a new epoch."""
        self.restore([0, 0.0, 0, 0, 0])

    def state(self) -> list[float]:
        """The sums so far, for a checkpoint in the middle of an epoch. Read everything out first."""
        return [self.steps, self.loss_sum, self.right, self.answers, self.samples]

    def restore(self, state: list[float]) -> None:
        self.steps, self.right, self.answers, self.samples = (int(state[i]) for i in (0, 2, 3, 4))
        self.loss_sum = float(state[1])


@dataclass(slots=True)
class Pace:
    """Samples per second over about the last second."""

    _samples: float = 0.0
    _seconds: float = 0.0
    _last: float | None = None

    def add(self, samples: int, now: float) -> float:
        """Note samples done by a point in training time; gives the pace."""
        passed = now - self._last if self._last is not None else now
        self._last = now
        fade = 0.5 ** max(passed, 0.0)
        self._samples = self._samples * fade + samples
        self._seconds = self._seconds * fade + passed
        return self._samples / max(self._seconds, 1e-9)

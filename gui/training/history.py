"""The metrics of one run, kept for whoever draws them. No Qt, no numpy: panels may be opened much later."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any


class History:
    """What the trainer told about a run so far. All ``array``s hold doubles.

    ``loss`` and ``accuracy`` belong to ``steps``; ``accuracy`` is empty for a regression. ``rate`` and
    ``pace`` (samples per second) belong to ``told``, the step of each report. ``epochs`` holds the "epoch"
    messages in order.
    """

    def __init__(self) -> None:
        self.steps, self.loss, self.accuracy = array("d"), array("d"), array("d")
        self.told, self.rate, self.pace = array("d"), array("d"), array("d")
        self.epochs: list[dict[str, Any]] = []
        self.steps_per_epoch = 1
        self.has_accuracy = True
        self.version = 0
        """Counts up when what was there has changed (a new run, a resumed one), not when more is added."""

    def begin(self, started: Mapping[str, Any]) -> None:
        """A run starts; one that is resumed keeps what lies before its step."""
        self.steps_per_epoch = max(1, int(started.get("steps_per_epoch", 1)))
        self.has_accuracy = bool(started.get("accuracy", True))
        self.forget_after(int(started.get("step", 0)))

    def take(self, message: Mapping[str, Any]) -> None:
        """One "steps" or "epoch" message; others mean nothing here."""
        if message["event"] == "steps":
            self.steps.extend(message["step"])
            self.loss.extend(message["loss"])
            if self.has_accuracy and message.get("accuracy"):
                self.accuracy.extend(message["accuracy"])
            if message["step"]:
                self._tell(message["step"][-1], message)
        elif message["event"] == "epoch":
            self.epochs.append(dict(message))
            self._tell(message["step"], message)

    def _tell(self, step: float, message: Mapping[str, Any]) -> None:
        rate, pace = message.get("learning_rate"), message.get("samples_per_second")
        later = not self.told or step > self.told[-1]  # an "epoch" may overtake the steps before it
        if later and rate is not None and pace is not None:
            self.told.append(step)
            self.rate.append(rate)
            self.pace.append(pace)

    def forget_after(self, step: int) -> None:
        """Drop what lies behind a step."""
        keep = _count(self.steps, step)
        for values in (self.steps, self.loss, self.accuracy):
            del values[keep:]
        keep = _count(self.told, step)
        for values in (self.told, self.rate, self.pace):
            del values[keep:]
        self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= step]
        self.version += 1

    def clear(self) -> None:
        """Forget the run."""
        self.forget_after(-1)

    @property
    def empty(self) -> bool:
        return not self.steps and not self.epochs

    @property
    def best(self) -> dict[str, Any] | None:
        """The epoch with the best validation loss so far."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.get("best")), None)


def _count(steps: array[float], step: int) -> int:
    """How many of the rising ``steps`` lie at or before ``step``."""
    return bisect_right(steps, step)

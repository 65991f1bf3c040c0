"""The metrics of one run, kept for whoever draws them. No Qt, no numpy: panels may be opened much later."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from typing import Any


class History:
    """What the trainer told about a run so far. All ``array``s hold doubles.

    ``loss`` and ``accuracy`` belong to ``steps``; ``accuracy`` is empty for a regression. ``rate`` and
    ``pace`` (samples per second) belong to ``told``, the step of each report. ``epochs`` holds the "epoch"
    messages in order. ``figures`` are those that the recipe measures (empty for the plain one), ``values`` their
    numbers, which belong to ``steps`` too; NaN where one was not measured.
    """

    def __init__(self) -> None:
        self.steps, self.loss, self.accuracy = array("d"), array("d"), array("d")
        self.told, self.rate, self.pace = array("d"), array("d"), array("d")
        self.epochs: list[dict[str, Any]] = []
        self.figures: list[dict[str, Any]] = []
        self.values: dict[str, array[float]] = {}
        self.peaks: dict[str, float] = {}
        """The largest value that each figure had after an epoch, without its sign."""
        self.watch = ""
        """The figure that decides which epoch is best; "" where none does."""
        self.steps_per_epoch = 1
        self.has_accuracy = True
        self.version = 0
        """Counts up when what was there has changed (a new run, a resumed one), not when more is added."""

    def begin(self, started: Mapping[str, Any], watch: str = "") -> None:
        """A run starts; one that is resumed keeps what lies before its step."""
        figures = [dict(figure) for figure in started.get("figures") or ()]
        if figures != self.figures:
            self.figures = figures
            self.values = {figure["name"]: array("d", [nan] * len(self.steps)) for figure in figures}
        self.watch = watch
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
            measured = message.get("figures") or {}
            for name, values in self.values.items():
                values.extend(measured.get(name) or ())
                values.extend([nan] * (len(self.steps) - len(values)))
            if message["step"]:
                self._tell(message["step"][-1], message)
        elif message["event"] == "epoch":
            self.epochs.append(dict(message))
            for told in (message.get("figures") or {}).values():
                for name, value in told.items():
                    if value is not None and isfinite(value):
                        self.peaks[name] = max(self.peaks.get(name, 0.0), abs(value))
            self._tell(message["step"], message)

    def recall(self, lines: Iterable[Mapping[str, Any]], figures: Sequence[Mapping[str, Any]]) -> None:
        """The metrics that an earlier run has kept, as the trainer told them: means over some steps, and epochs."""
        self.clear()
        self.figures = [dict(figure) for figure in figures]
        self.values = {figure["name"]: array("d") for figure in self.figures}
        for line in lines:
            if line.get("event") == "epoch":
                self.take(line)
            elif line.get("event") == "steps":
                share, measured = line.get("accuracy"), line.get("figures") or {}
                self.take(
                    {
                        "event": "steps",
                        "step": [line["step"]],
                        "loss": [line["loss"]],
                        "accuracy": None if share is None else [share],
                        "figures": {name: [value] for name, value in measured.items()},
                    }
                )

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
        for values in (self.steps, self.loss, self.accuracy, *self.values.values()):
            del values[keep:]
        keep = _count(self.told, step)
        for values in (self.told, self.rate, self.pace):
            del values[keep:]
        self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= step]
        self.version += 1

    def clear(self) -> None:
        """Forget the run."""
        self.figures, self.values, self.peaks, self.watch = [], {}, {}, ""
        self.forget_after(-1)

    def of_epochs(self, name: str, split: str) -> list[tuple[float, float]]:
        """Step and value of a figure after each epoch in which it was measured; ``split`` is "train" or
        "validation"."""
        found = []
        for epoch in self.epochs:
            value = ((epoch.get("figures") or {}).get(split) or {}).get(name)
            if value is not None:
                found.append((float(epoch["step"]), float(value)))
        return found

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

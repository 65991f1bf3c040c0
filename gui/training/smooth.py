"""Smoothing of a curve that grows while it is drawn."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from math import isfinite


class Smoother:
    """Exponential moving average with the start-up bias taken out, as Adam does it (Kingma and Ba, 2015,
    section 3): ``m = weight·m + (1 − weight)·value``, shown as ``m / (1 − weightⁿ)``.

    Values that are not finite repeat the last average. ``values`` holds one average per value.
    """

    def __init__(self, weight: float = 0.0) -> None:
        self.values = array("d")
        self.restart(weight)

    def restart(self, weight: float) -> None:
        """Begin anew; ``weight`` (0 up to below 1) is the share of what was before."""
        self.weight = min(max(weight, 0.0), 0.999)
        self.values = array("d")
        self._mean = 0.0
        self._left = 1.0
        self._shown = float("nan")

    def extend(self, values: Iterable[float]) -> None:
        """Take more values."""
        weight = self.weight
        for value in values:
            if isfinite(value):
                self._mean = weight * self._mean + (1 - weight) * value
                self._left *= weight
                self._shown = self._mean / (1 - self._left)
            self.values.append(self._shown)

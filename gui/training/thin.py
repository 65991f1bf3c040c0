"""Fewer points for the same picture: what falls into one column of pixels becomes one or two points."""

from __future__ import annotations

import numpy as np


def visible(x: np.ndarray, low: float, high: float) -> slice:
    """The points between two x values and one more on each side; ``x`` rises."""
    first = int(np.searchsorted(x, low, "left"))
    last = int(np.searchsorted(x, high, "right"))
    return slice(max(0, first - 1), min(len(x), last + 1))


def means(x: np.ndarray, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """At most ``columns`` + 1 points: the mean of each group of neighbours, and the newest point itself."""
    if len(x) <= columns:
        return x, y
    starts = np.arange(0, len(x), -(-len(x) // columns))
    sizes = np.diff(np.append(starts, len(x)))
    return (
        np.append(np.add.reduceat(x, starts) / sizes, x[-1]),
        np.append(np.add.reduceat(y, starts) / sizes, y[-1]),
    )


def peaks(x: np.ndarray, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """At most 2 · ``columns`` points: lowest and highest of each group of neighbours."""
    if len(x) <= 2 * columns:
        return x, y
    starts = np.arange(0, len(x), -(-len(x) // columns))
    thin = np.empty(2 * len(starts))
    thin[0::2] = np.minimum.reduceat(y, starts)
    thin[1::2] = np.maximum.reduceat(y, starts)
    return np.repeat(x[starts], 2), thin


def bounds(parts: list[np.ndarray], share: float = 0.0) -> tuple[float, float] | None:
    """Lowest and highest finite value; ``share`` of the values may be left outside at either end."""
    found: list[tuple[float, float]] = []
    for part in parts:
        values = part[np.isfinite(part)]
        if len(values):
            low, high = np.quantile(values, (share, 1 - share)) if share else (values.min(), values.max())
            found.append((float(low), float(high)))
    if not found:
        return None
    return min(low for low, _ in found), max(high for _, high in found)

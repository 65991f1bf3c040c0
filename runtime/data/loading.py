"""From a project's data choice to samples that are ready to train: load, split, scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runtime.data.dataset import Dataset
from runtime.data.registry import get_source
from runtime.data.splits import Splits, split


class Prepared(NamedTuple):
    """Data ready to train on: scaled with the statistics of ``splits.train``."""

    dataset: Dataset
    splits: Splits


def load_prepared(
    source: str,
    options: Mapping[str, Any] | None = None,
    *,
    val_fraction: float = 0.15,
    test_fraction: float = 0.15,
    seed: int = 0,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float, str], None] | None = None,
    root: str | Path | None = None,
) -> Prepared:
    """Load a source, divide it and scale it. Raises :class:`DataError` or :class:`Cancelled`."""
    dataset = get_source(source).load(options, cancelled, progress, root)
    splits = split(dataset, val_fraction, test_fraction, seed)
    return Prepared(dataset.prepared(splits.train), splits)

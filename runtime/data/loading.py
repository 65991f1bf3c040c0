"""From a project's data choice to samples that are ready to train: load, split, scale, prepare step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from graph.model import Step
from runtime.data.dataset import Dataset, Learnt
from runtime.data.registry import get_source
from runtime.data.splits import Splits, fold_of, split


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
    steps: Sequence[Step] = (),
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[float, str], None] | None = None,
    root: str | Path | None = None,
    fold: tuple[int, int] | None = None,
    kept: Learnt | None = None,
) -> Prepared:
    """Load a source, divide it, scale it and do the ``steps`` of a preparation that are not for training only.
    ``fold`` (number from 0, count) validates on one part of a cross-validation (:func:`runtime.data.splits.fold_of`).
    ``kept`` is what an earlier run had learnt (``Dataset.learnt``), to go on with. Raises :class:`DataError` or
    :class:`Cancelled`."""
    dataset = get_source(source).load(options, cancelled, progress, root)
    splits = split(dataset, val_fraction, test_fraction, seed)
    if fold is not None:
        splits = fold_of(dataset, splits, *fold, seed)
    dataset = dataset.prepared(splits.train, kept)
    if steps:
        from runtime.data.steps.apply import prepare

        if progress is not None:
            progress(1.0, "Preparing the samples")
        dataset = prepare(dataset, splits.train, steps)
    return Prepared(dataset, splits)

"""What can be counted and measured in a loaded set: classes, values, words, lengths. Runs in the loader's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.data.schema import IGNORED, Schema

if TYPE_CHECKING:
    import numpy as np

    from runtime.data import Dataset, Splits

BINS = 24
MEASURED = 2_000_000
"""Values looked at for statistics and histograms at most; beyond that, an even choice of them."""
COLUMNS = 512
"""Columns measured at most; wider tables are named in part."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One column, channel or target over the whole set. ``bins`` are counts between ``low`` and ``high``."""

    name: str
    low: float | None
    high: float | None
    mean: float | None
    deviation: float | None
    missing: int
    bins: tuple[int, ...]
    target: bool = False
    categories: int = 0
    """How many there are, where the numbers only stand for categories; ``bins`` count (the commonest of) them then."""
    most: str = ""
    """The commonest category."""


Counts = dict[str, tuple[int, int, int]]
"""Class -> how many there are to train, to validate and to test."""


def counted(dataset: Dataset, splits: Splits) -> tuple[Counts | None, str]:
    """How often each class is there, and what is counted: "samples", "boxes", "yes" or "pixels"."""
    import numpy as np

    schema, classes = dataset.schema, dataset.schema.classes
    if not classes:
        return None, ""
    parts = (splits.train, splits.validation, splits.test)
    if splits.shared:
        empty = splits.train[:0]
        parts = (splits.train, empty, empty)
    numbers = dataset.class_indices()
    if numbers is not None:
        each = [numbers[rows] for rows in parts]
        what = "samples"
    elif schema.task == "detection":
        each = [dataset.targets[rows][..., 0] for rows in parts]
        what = "boxes"
    elif schema.task == "multi-label":
        each = [dataset.targets[rows].nonzero()[:, 1] for rows in parts]
        what = "yes"
    elif schema.task == "segmentation":
        each = [dataset.targets[rows[:: max(1, len(rows) // 200)]] for rows in parts]
        what = "pixels"
    else:
        return None, ""
    columns = []
    for values in each:
        flat = values.cpu().numpy().astype(int).reshape(-1)
        flat = flat[(flat >= 0) & (flat < len(classes)) & (flat != IGNORED)]
        columns.append(np.bincount(flat, minlength=len(classes)).tolist())
    return dict(zip(classes, zip(*columns, strict=True), strict=True)), what


def measured(dataset: Dataset) -> list[Measured]:
    """Per feature or channel of the inputs, and per number of a regression's targets."""
    schema = dataset.schema
    found: list[Measured] = []
    if dataset.inputs.is_floating_point() and dataset.inputs.dim() >= 2:
        values = _thinned(dataset.inputs, dataset.inputs.dim() == 2).cpu().numpy()
        axis = 1 if schema.kind == "image" else -1
        found += _columns(values, axis, schema.features, known=_categories(dataset))
    if schema.task == "regression" and dataset.targets.dim() == 2:
        found += _columns(_thinned(dataset.targets, True).cpu().numpy(), -1, schema.target_names, target=True)
    return found


def _thinned(values, rows_only: bool):  # type: ignore[no-untyped-def]
    """An even choice of rows; whole rows of a table are counted exactly as long as they are few enough."""
    most = MEASURED * (8 if rows_only else 1)
    step = max(1, -(-values.numel() // most))
    return values[::step]


def _categories(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """The categories of the columns that are numbered by them."""
    entry = dataset.entry
    return {one.name: one.choices for one in entry.questions if one.kind == "category"} if entry else {}


def _columns(
    values: np.ndarray,
    axis: int,
    names: tuple[str, ...],
    target: bool = False,
    known: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Measured]:
    import numpy as np

    categories = known or {}

    moved = np.moveaxis(values, axis, 0)
    columns = moved.reshape(len(moved), -1)[:COLUMNS]
    if len(names) != len(moved):
        names = tuple(map(str, range(len(moved))))
    found = []
    for name, column in zip(names, columns, strict=False):
        words = categories.get(name)
        if words:
            counts = np.bincount(column.astype(int), minlength=len(words) + 1)
            each = counts[: len(words)]
            # the number behind the last category is that of a missing one
            missing = int(counts[len(words) :].sum())
            bins = each if len(each) <= BINS else np.sort(each)[::-1][:BINS]
            found.append(
                Measured(
                    name, None, None, None, None, missing, tuple(bins.tolist()), target, len(words),
                    words[int(each.argmax())],
                )
            )  # fmt: skip
            continue
        there = column[np.isfinite(column)]
        if len(there) == 0:
            found.append(Measured(name, None, None, None, None, len(column), (), target))
            continue
        low, high = float(there.min()), float(there.max())
        bins, _ = np.histogram(there, bins=BINS, range=(low, high if high > low else low + 1))
        found.append(
            Measured(
                name, low, high, float(there.mean(dtype=np.float64)), float(there.std(dtype=np.float64)),
                len(column) - len(there), tuple(bins.tolist()), target,
            )
        )  # fmt: skip
    return found


def vocabulary_of(dataset: Dataset) -> list[tuple[str, int]]:
    """Every word or character of the inputs and how often it stands there, the most frequent first."""
    import numpy as np

    schema = dataset.schema
    words = schema.vocabulary or (schema.classes if schema.task == "next-token" else ()) or ()
    if schema.kind != "tokens" or not words:
        return []
    inputs = _thinned(dataset.inputs, True)
    numbers = inputs.argmax(-1) if inputs.is_floating_point() and inputs.dim() == 3 else inputs
    flat = numbers.long().cpu().numpy().reshape(-1)
    flat = flat[(flat >= 0) & (flat < len(words))]
    counts = np.bincount(flat, minlength=len(words))
    return [
        (words[place], int(counts[place])) for place in np.argsort(-counts, kind="stable") if words[place]
    ]


def lengths_of(dataset: Dataset) -> tuple[int, int, int] | None:
    """Shortest, middle and longest text in tokens, where short ones are filled up."""
    import numpy as np

    schema = dataset.schema
    if schema.kind != "tokens" or "" not in schema.vocabulary[:1] or dataset.inputs.dim() != 2:
        return None
    lengths = (dataset.inputs != 0).sum(1).cpu().numpy()
    return int(lengths.min()), int(np.median(lengths)), int(lengths.max())


def rule_of(dataset: Dataset, schema: Schema) -> str:
    """How rows come into a split: "shared", "position", "classes" or "chance"."""
    if not schema.hold_out:
        return "shared"
    if dataset.ordered:
        return "position"
    return "classes" if dataset.class_indices() is not None else "chance"

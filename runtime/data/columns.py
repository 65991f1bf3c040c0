"""One column of a text table: what it holds, found out while its values stream past."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

ColumnKind = Literal["number", "date", "category", "text", "empty"]

MISSING = frozenset(("", "?", "na", "n/a", "nan", "null", "none", "#n/a"))
"""What stands for a missing value, in lower case."""
MAX_CATEGORIES = 1000
"""More different words than this are text, not categories."""
TOLERANCE = 0.05
"""A column of numbers may hold this share of something else; those values count as missing."""
HOLE = "(missing)"


def is_missing(value: str) -> bool:
    return value.strip().lower() in MISSING


def to_number(value: str) -> float:
    """The number a cell holds, NaN when it holds none. Infinity is none."""
    try:
        number = float(value)
    except ValueError:
        return float("nan")
    return number if abs(number) < float("inf") else float("nan")


def to_day(value: str) -> float:
    """Days since 1970 (with a fraction for the time of day) of an ISO date, NaN for anything else."""
    try:
        moment = datetime.datetime.fromisoformat(value.strip())
    except ValueError:
        return float("nan")
    return (moment.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Column:
    """A finished column. ``values`` (N,) are float64, NaN where missing: numbers, days since 1970, or the
    position in ``categories``; empty for text. ``strays`` counts cells of another kind than the column."""

    name: str
    kind: ColumnKind
    values: NDArray[numpy.float64]
    categories: tuple[str, ...] = ()
    missing: int = 0
    strays: int = 0

    @property
    def summary(self) -> str:
        """A few words for the data page."""
        words = {
            "number": "numbers",
            "date": "dates",
            "category": f"{len(self.categories)} categories",
            "text": f"more than {MAX_CATEGORIES:,} different words",
            "empty": "nothing",
        }[self.kind]
        return words + (f", {self.missing:,} missing" if self.missing else "")


@dataclass(slots=True)
class Gatherer:
    """Collects a column chunk by chunk and decides in the end what it is."""

    name: str
    rows: int = 0
    known: int = 0
    numbers: list[NDArray[numpy.float64]] = field(default_factory=list)
    days: list[NDArray[numpy.float64]] | None = field(default_factory=list)
    words: dict[str, int] | None = field(default_factory=dict)
    codes: list[NDArray[numpy.int32]] = field(default_factory=list)

    def add(self, cells: Sequence[str]) -> None:
        """Take the next cells of this column."""
        self.rows += len(cells)
        holes = numpy.fromiter((is_missing(cell) for cell in cells), bool, len(cells))
        self.known += int((~holes).sum())
        self.numbers.append(_numbers(cells, holes))
        if self.days is not None:
            days = numpy.fromiter(
                (float("nan") if hole else to_day(cell) for cell, hole in zip(cells, holes, strict=True)),
                float,
                len(cells),
            )
            # A first chunk without dates settles it; parsing a million cells in vain would be slow.
            if self.known and numpy.isnan(days[~holes]).all():
                self.days = None
            else:
                self.days.append(days)
        self._add_words(cells, holes)

    def _add_words(self, cells: Sequence[str], holes: NDArray[numpy.bool_]) -> None:
        if self.words is None:
            return
        words = self.words
        codes = numpy.empty(len(cells), numpy.int32)
        for row, cell in enumerate(cells):
            codes[row] = -1 if holes[row] else words.setdefault(cell.strip(), len(words))
        if len(words) > MAX_CATEGORIES:
            self.words, self.codes = None, []
        else:
            self.codes.append(codes)

    def finish(self) -> Column:
        """What the column turned out to be."""
        missing = self.rows - self.known
        if self.known == 0:
            return Column(self.name, "empty", numpy.empty(0), missing=missing)
        candidates: list[tuple[ColumnKind, list[NDArray[numpy.float64]]]] = [("number", self.numbers)]
        if self.days is not None:
            candidates.append(("date", self.days))
        for kind, parts in candidates:
            values = numpy.concatenate(parts)
            strays = int(numpy.isnan(values).sum()) - missing
            if strays <= TOLERANCE * self.known:
                return Column(self.name, kind, values, missing=missing + strays, strays=strays)
        if self.words is None:
            return Column(self.name, "text", numpy.empty(0), missing=missing)
        # Sorted, so that the same categories get the same numbers whatever the order of the rows.
        names = sorted(self.words)
        place = numpy.full(len(names) + 1, numpy.nan)
        for position, name in enumerate(names):
            place[self.words[name]] = position
        values = place[numpy.concatenate(self.codes)]
        return Column(self.name, "category", values, tuple(names), missing)


def _numbers(cells: Sequence[str], holes: NDArray[numpy.bool_]) -> NDArray[numpy.float64]:
    """The cells as numbers, NaN where they are none; quick when all of them are numbers."""
    values: NDArray[Any] = numpy.full(len(cells), numpy.nan)
    known = [cell for cell, hole in zip(cells, holes, strict=True) if not hole]
    if not known:
        return values
    try:
        found = numpy.array(known, dtype=numpy.float64)
        found[numpy.isinf(found)] = numpy.nan
    except ValueError:
        found = numpy.fromiter((to_number(cell) for cell in known), float, len(known))
    values[~holes] = found
    return values

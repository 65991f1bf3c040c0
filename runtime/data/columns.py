"""One column of a table: what it holds, found out while its values stream past."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy

from runtime.data.dates import WAYS as DATES
from runtime.data.dates import days_in
from runtime.data.numerals import COMMA, POINT, WAYS, numbers_in, to_number

if TYPE_CHECKING:
    import polars
    from numpy.typing import NDArray

ColumnKind = Literal["number", "date", "category", "text", "empty"]

MISSING = frozenset(
    (
        "",
        "?",
        "-",
        "–",
        "—",
        "na",
        "n/a",
        "nan",
        "<na>",
        "null",
        "none",
        "#n/a",
        "#value!",
        "#div/0!",
        "#ref!",
    )
)
"""What stands for a missing value, in lower case."""
MAX_CATEGORIES = 1000
"""More different words than this are text, not categories."""
MAX_DISTINCT = 1000
"""So many different numbers are remembered."""
TOLERANCE = 0.05
"""A column of numbers may hold this share of something else; those values count as missing."""
HOLE = "(missing)"
COMPACT = "compact"
"""20240131, which is a number, too."""


def is_missing(value: str) -> bool:
    return value.strip().lower() in MISSING


@dataclass(frozen=True, slots=True)
class Column:
    """A finished column. ``values`` (N,) are float64, NaN where missing: numbers, days since 1970, or the
    position in ``categories``; empty for text. ``strays`` counts cells of another kind than the column.
    ``distinct`` are the different numbers when there are not too many, ``low`` and ``high`` their range.
    """

    name: str
    kind: ColumnKind
    values: NDArray[numpy.float64]
    categories: tuple[str, ...] = ()
    missing: int = 0
    strays: int = 0
    distinct: tuple[float, ...] | None = None
    low: float | None = None
    high: float | None = None
    clock: bool = False
    """Whether its dates have a time of day."""
    way: str = ""
    """How its numbers (:mod:`runtime.data.numerals`) or dates (:mod:`runtime.data.dates`) are written."""
    nested: bool = False
    """Whether its cells are lists, structures or bytes."""

    @property
    def varies(self) -> bool:
        """Whether it holds two different values at least."""
        if self.kind == "category":
            return len(self.categories) > 1
        return self.distinct is None or len(self.distinct) > 1

    @property
    def summary(self) -> str:
        """A few words for the data page."""
        if self.nested:
            return "lists or bytes"
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
    """Collects a column piece by piece and decides in the end what it is, unless ``wanted`` says so.

    With ``comma``, ``1,234`` is 1.234 where nothing else in the column tells. ``texts`` keeps the cells themselves
    where ``keep`` asks for it.
    """

    name: str
    wanted: ColumnKind | None = None
    comma: bool = False
    keep: bool = False
    rows: int = 0
    known: int = 0
    commas: bool = False
    """Whether a comma stands in one of its cells."""
    numbers: dict[str, list[NDArray[numpy.float64]]] = field(
        default_factory=lambda: {way: [] for way in WAYS}
    )
    days: dict[str, list[NDArray[numpy.float64]]] = field(default_factory=lambda: {way: [] for way in DATES})
    words: dict[str, int] | None = field(default_factory=dict)
    codes: list[NDArray[numpy.int32]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, cells: polars.Series) -> None:
        """Take the next cells of this column: strings, ``null`` where missing."""
        import polars as pl

        cells = cells.str.strip_chars()
        lowered = cells.str.to_lowercase()
        holes = (lowered.is_in(sorted(MISSING)) | cells.is_null()).fill_null(True)
        if self.keep:
            self.texts.extend(cells.fill_null("").to_list())
        cells = pl.select(pl.when(~holes).then(cells)).to_series()
        self.rows += len(cells)
        known = len(cells) - cells.null_count()
        self.known += known
        if self.wanted in ("text", "empty"):
            self.words = None
            return
        strange = self._add_numbers(cells, known)
        self._add_days(cells, known, strange)
        self._add_words(cells)

    def _add_numbers(self, cells: polars.Series, known: int) -> int:
        """How many cells are no numbers."""
        if not self.numbers:
            return known
        parsed = numbers_in(cells)
        self.commas = self.commas or bool(cells.str.contains(",", literal=True).any())
        strange = {
            way: int(numpy.isnan(values).sum()) - (len(cells) - known) for way, values in parsed.items()
        }
        # The first piece without numbers settles it, as with dates, unless the person says otherwise.
        self.numbers = {
            way: [*parts, parsed[way]]
            for way, parts in self.numbers.items()
            if known == 0 or strange[way] < known or self.wanted == "number"
        }
        return min(strange.values())

    def _add_days(self, cells: polars.Series, known: int, strange: int) -> None:
        if not self.days or self.wanted in ("number", "category"):
            self.days = {}
            return
        if known and strange == 0:
            # numbers are no dates, but for those that can be read as a year, a month and a day all along
            self.days = {way: parts for way, parts in self.days.items() if way == COMPACT}
        parsed = {way: days_in(cells, way) for way in self.days}
        # The first piece without dates settles it; parsing a million cells in vain would be slow.
        self.days = {
            way: [*self.days[way], values]
            for way, values in parsed.items()
            if known == 0 or not numpy.isnan(values).all()
        }

    def _add_words(self, cells: polars.Series) -> None:
        import polars as pl

        if self.words is None:
            return
        words = self.words
        for word in cells.drop_nulls().unique(maintain_order=True).head(MAX_CATEGORIES + 1).to_list():
            words.setdefault(word, len(words))
        if len(words) > MAX_CATEGORIES:
            self.words, self.codes = None, []
            return
        if not words:
            self.codes.append(numpy.full(len(cells), -1, numpy.int32))
            return
        numbered = cells.replace_strict(
            list(words), list(words.values()), default=-1, return_dtype=pl.Int32
        ).fill_null(-1)
        self.codes.append(numbered.to_numpy())

    def finish(self) -> Column:
        """What the column turned out to be."""
        missing = self.rows - self.known
        if self.known == 0 or self.wanted == "empty":
            return Column(self.name, "empty", numpy.empty(0), missing=missing)
        for kind, way, values in self._candidates():
            strays = int(numpy.isnan(values).sum()) - missing
            if self.wanted == kind or strays <= TOLERANCE * self.known:
                if strays == self.known:
                    return Column(self.name, "empty", numpy.empty(0), missing=missing, strays=strays)
                return measured(self.name, kind, values, missing + strays, strays, way)
        if self.words is None or self.wanted in ("number", "date"):
            return Column(self.name, "text", numpy.empty(0), missing=missing)
        # Sorted, so that the same categories get the same numbers whatever the order of the rows.
        names = sorted(self.words, key=_in_order)
        place = numpy.full(len(names) + 1, numpy.nan)
        for position, name in enumerate(names):
            place[self.words[name]] = position
        values = place[numpy.concatenate(self.codes)]
        return Column(self.name, "category", values, tuple(names), missing)

    def _candidates(self) -> list[tuple[ColumnKind, str, NDArray[numpy.float64]]]:
        """What the column may be: (kind, way of writing, values), the best first."""
        if self.wanted not in (None, "number", "date"):
            return []
        found: list[tuple[ColumnKind, str, NDArray[numpy.float64]]] = []
        if self.wanted != "date" and self.numbers:
            order = (COMMA, POINT) if self.comma and self.commas else (POINT, COMMA)
            numbers = {way: numpy.concatenate(self.numbers[way]) for way in order if way in self.numbers}
            way = min(numbers, key=lambda each: int(numpy.isnan(numbers[each]).sum()))
            found.append(("number", way, numbers[way]))
        days = {way: numpy.concatenate(parts) for way, parts in self.days.items()}
        if days:
            way = min(days, key=lambda each: _rank(each, days[each]))
            exact = way == COMPACT and int(numpy.isnan(days[way]).sum()) == self.rows - self.known
            found.insert(0 if exact else len(found), ("date", way, days[way]))
        return found


def _rank(way: str, days: NDArray[numpy.float64]) -> tuple[int, float, int]:
    """Dates with fewer strays are better; among ways with two digits for the year, the one whose dates lie closer
    together."""
    holes = int(numpy.isnan(days).sum())
    short = way.startswith("short") and holes < len(days)
    span = float(numpy.nanmax(days) - numpy.nanmin(days)) if short else 0.0
    return holes, span, list(DATES).index(way)


def measured(
    name: str, kind: ColumnKind, values: NDArray[numpy.float64], missing: int, strays: int = 0, way: str = ""
) -> Column:
    """A column of numbers or dates with its range and its few different values."""
    known = values[~numpy.isnan(values)]
    different = numpy.unique(known) if len(known) else known
    return Column(
        name,
        kind,
        values,
        missing=missing,
        strays=strays,
        distinct=tuple(different.tolist()) if len(different) <= MAX_DISTINCT else None,
        low=float(known.min()) if len(known) else None,
        high=float(known.max()) if len(known) else None,
        clock=kind == "date" and bool((known != numpy.floor(known)).any()),
        way=way,
    )


def _in_order(word: str) -> tuple[bool, float, str]:
    """Numbers by size, then words by letter."""
    number = to_number(word)
    return (True, 0.0, word) if number != number else (False, number, word)

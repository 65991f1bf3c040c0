"""One column of a table: what it holds, found out while its values stream past."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy

if TYPE_CHECKING:
    import polars
    from numpy.typing import NDArray

ColumnKind = Literal["number", "date", "category", "text", "empty"]

MISSING = frozenset(("", "?", "na", "n/a", "nan", "null", "none", "#n/a"))
"""What stands for a missing value, in lower case."""
MAX_CATEGORIES = 1000
"""More different words than this are text, not categories."""
MAX_DISTINCT = 1000
"""So many different numbers are remembered."""
TOLERANCE = 0.05
"""A column of numbers may hold this share of something else; those values count as missing."""
HOLE = "(missing)"
CLOCKS = ("", " %H:%M:%S%.f", "T%H:%M:%S%.f", " %H:%M", "T%H:%M")
DAYS = {
    "year-month-day": ("%Y-%m-%d",),
    "year/month/day": ("%Y/%m/%d",),
    "day.month.year": ("%d.%m.%Y",),
    "day/month/year": ("%d/%m/%Y",),
    "month/day/year": ("%m/%d/%Y",),
}
"""Ways to write a date, in the order in which they are preferred; any may be followed by a time of day."""
EPOCH = datetime.datetime(1970, 1, 1)
DECIMAL_COMMA = r"^[+-]?\d+,\d+$"


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
    """Days since 1970 (with a fraction for the time of day) of a date, NaN for anything else."""
    value = value.strip()
    try:
        return _days_of(datetime.datetime.fromisoformat(value))
    except ValueError:
        pass  # not ISO 8601: one of the other ways, or no date
    if len(value) > 35 or not value[:1].isdigit():
        return float("nan")
    for patterns in DAYS.values():
        for pattern in patterns:
            for clock in CLOCKS:
                try:
                    return _days_of(datetime.datetime.strptime(value, pattern + clock.replace("%.f", "")))
                except ValueError:
                    continue
    return float("nan")


def _days_of(moment: datetime.datetime) -> float:
    return (moment.replace(tzinfo=None) - EPOCH) / datetime.timedelta(days=1)


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
    """Collects a column piece by piece and decides in the end what it is, unless ``wanted`` says so.

    With ``comma``, ``1,5`` may be a number. ``texts`` keeps the cells themselves where ``keep`` asks for it.
    """

    name: str
    wanted: ColumnKind | None = None
    comma: bool = False
    keep: bool = False
    rows: int = 0
    known: int = 0
    numbers: list[NDArray[numpy.float64]] = field(default_factory=list)
    days: dict[str, list[NDArray[numpy.float64]]] = field(default_factory=lambda: {way: [] for way in DAYS})
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
        numbers = _numbers(cells, self.comma)
        self.numbers.append(numbers)
        self._add_days(cells, known, int(numpy.isnan(numbers).sum()) - (len(cells) - known))
        self._add_words(cells)

    def _add_days(self, cells: polars.Series, known: int, strange: int) -> None:
        if not self.days:
            return
        if known and strange == 0:
            self.days = {}  # numbers are no dates
            return
        parsed = {way: _days(cells, way) for way in self.days}
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
        candidates: list[tuple[ColumnKind, list[NDArray[numpy.float64]]]] = [("number", self.numbers)]
        candidates += [("date", parts) for parts in self.days.values()]
        for kind, parts in candidates:
            if (self.wanted not in (None, kind)) or self.wanted == "text" or not parts:
                continue
            values = numpy.concatenate(parts)
            strays = int(numpy.isnan(values).sum()) - missing
            if self.wanted == kind or strays <= TOLERANCE * self.known:
                if strays == self.known:
                    return Column(self.name, "empty", numpy.empty(0), missing=missing, strays=strays)
                return measured(self.name, kind, values, missing + strays, strays)
        if self.words is None or self.wanted in ("number", "date"):
            return Column(self.name, "text", numpy.empty(0), missing=missing)
        # Sorted, so that the same categories get the same numbers whatever the order of the rows.
        names = sorted(self.words, key=_in_order)
        place = numpy.full(len(names) + 1, numpy.nan)
        for position, name in enumerate(names):
            place[self.words[name]] = position
        values = place[numpy.concatenate(self.codes)]
        return Column(self.name, "category", values, tuple(names), missing)


def measured(
    name: str, kind: ColumnKind, values: NDArray[numpy.float64], missing: int, strays: int = 0
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
    )


def _in_order(word: str) -> tuple[bool, float, str]:
    """Numbers by size, then words by letter."""
    number = to_number(word)
    return (True, 0.0, word) if number != number else (False, number, word)


def _numbers(cells: polars.Series, comma: bool) -> NDArray[numpy.float64]:
    """The cells as numbers, NaN where they are none."""
    import polars as pl

    if comma:
        turned = cells.str.replace(",", ".", literal=True)
        cells = pl.select(
            pl.when(cells.str.contains(DECIMAL_COMMA)).then(turned).otherwise(cells)
        ).to_series()
    found = cells.cast(pl.Float64, strict=False).fill_null(numpy.nan).to_numpy()
    return numpy.where(numpy.isinf(found), numpy.nan, found)


def _days(cells: polars.Series, way: str) -> NDArray[numpy.float64]:
    """The cells as days since 1970, NaN where they are no date written this way."""
    import polars as pl

    plain = cells.str.replace(r"(Z|[+-]\d\d:?\d\d)$", "") if way == "year-month-day" else cells
    if way == "year-month-day":
        plain = pl.select(pl.when(cells.str.len_chars() > 16).then(plain).otherwise(cells)).to_series()
    tries = [
        plain.str.to_datetime(pattern + clock, strict=False, time_unit="us", ambiguous="null")
        for pattern in DAYS[way]
        for clock in CLOCKS
    ]
    moments = pl.select(pl.coalesce(tries)).to_series()
    return days_from(moments)


def days_from(moments: polars.Series) -> NDArray[numpy.float64]:
    """Dates or moments as days since 1970, NaN where missing."""
    import polars as pl

    microseconds = moments.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64).fill_null(numpy.nan)
    result: NDArray[numpy.float64] = microseconds.to_numpy() / 86_400e6
    return result

"""Dates as people write them in tables, with or without a time of day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    import polars
    from numpy.typing import NDArray

CLOCK = (
    r"(?:(?:T|,?\s+)(?P<half>AM|PM|am|pm|오전|오후)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<late>AM|PM|am|pm)?\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?)?$"
)
"""A time of day, with what may stand behind it. Offsets are left away: the clock on the wall counts."""
NAMED = r"(?P<name>[A-Za-z]{3,9})\.?"
WAYS = {
    "compact": r"^(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])" + CLOCK,
    "year first": r"^(?P<year>\d{4})\s*[-/.년]\s*(?P<month>\d{1,2})(?:\s*[-/.월]\s*(?P<day>\d{1,2}))?\s*[일월.]?"
    + CLOCK,
    "day first": r"^(?P<day>\d{1,2})(?:[-/]|\.\s*)(?P<month>\d{1,2})(?:[-/]|\.\s*)(?P<year>\d{4})" + CLOCK,
    "month first": r"^(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})" + CLOCK,
    "day and name": r"^(?:[A-Za-z]{3,9},?\s+)?(?P<day>\d{1,2})[-./\s]\s*"
    + NAMED
    + r",?[-./\s]\s*(?P<year>\d{4}|\d{2})"
    + CLOCK,
    "name and day": "^" + NAMED + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + CLOCK,
    "short, year first": r"^(?P<year>\d{2})[-/.]\s*(?P<month>\d{1,2})[-/.]\s*(?P<day>\d{1,2})\.?" + CLOCK,
    "short, day first": r"^(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{2})" + CLOCK,
    "short, month first": r"^(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{2})" + CLOCK,
}
"""Ways to write a date, in the order in which they are preferred. Without a day the first of the month is meant."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CENTURY = 70
"""Years of two digits from here on are of the last century."""
LONGEST = 40
PARTS = ("year", "month", "day", "name", "half", "hour", "minute", "second", "late")
_compiled = {way: re.compile(pattern) for way, pattern in WAYS.items()}


def to_day(value: str, way: str = "") -> float:
    """Days since 1970 (with a fraction for the time of day) of a date, NaN for anything else. The ``way`` is tried
    before the others."""
    text = value.strip()
    if not text or len(text) > LONGEST:
        return float("nan")
    for each in (*([way] if way else []), *WAYS):
        match = _compiled[each].match(text)
        if match:
            day = _one({"day": None, **match.groupdict()})
            if day == day:
                return day
    return float("nan")


def days_of(values: Sequence[str]) -> list[float]:
    """Some cells as days since 1970 by the way that suits most of them."""
    best: list[float] = []
    strange = len(values) + 1
    for pattern in _compiled.values():
        found = []
        for value in values:
            match = pattern.match(value.strip()) if len(value) <= LONGEST else None
            found.append(_one({"day": None, **match.groupdict()}) if match else float("nan"))
        missing = sum(day != day for day in found)
        if missing < strange:
            best, strange = found, missing
    return best


def _one(parts: dict[str, str | None]) -> float:
    year, month = int(parts["year"] or 0), parts.get("month")
    if len(parts["year"] or "") == 2:
        year += 1900 if year >= CENTURY else 2000
    name = (parts.get("name") or "")[:3].lower()
    if not month and name not in MONTHS:
        return float("nan")
    number = int(month) if month else MONTHS.index(name) + 1
    hour = int(parts["hour"] or 0)
    half = {"오전": "am", "오후": "pm"}.get(parts["half"] or "", parts["half"] or parts["late"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    second = float((parts["second"] or "0").replace(",", "."))
    try:
        moment = datetime.datetime(year, number, int(parts["day"] or 1), hour, int(parts["minute"] or 0))
    except ValueError:
        return float("nan")
    if second >= 61:
        return float("nan")
    return (moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1) + second / 86_400


def days_in(cells: polars.Series, way: str) -> NDArray[numpy.float64]:
    """The cells as days since 1970, NaN where they are no date written this way; see :func:`to_day`."""
    import polars as pl

    found = cells.str.extract_groups(WAYS[way]).struct.unnest()

    def part(name: str, usual: float = 0.0) -> NDArray[numpy.float64]:
        if name not in found.columns:
            return numpy.full(len(cells), usual)
        texts = found[name].str.replace(",", ".", literal=True)
        return texts.cast(pl.Float64, strict=False).fill_null(usual).to_numpy()

    year = part("year", numpy.nan)
    if way.startswith("short") or way == "day and name":
        year = numpy.where(year < 100, year + numpy.where(year >= CENTURY, 1900, 2000), year)
    month, day, hour = part("month", numpy.nan), part("day", 1.0), part("hour")
    if "name" in found.columns:
        known = {name: float(number) for number, name in enumerate(MONTHS, 1)}
        names = found["name"].str.head(3).str.to_lowercase()
        month = names.replace_strict(known, default=numpy.nan, return_dtype=pl.Float64).to_numpy()
    half = pl.select(pl.coalesce([found["half"], found["late"]])).to_series()
    if half.null_count() < len(half):
        late = half.str.to_lowercase().is_in(["pm", "오후"]).fill_null(False).to_numpy()
        hour = numpy.where(half.is_null().to_numpy(), hour, hour % 12 + 12 * late)
    minute, second = part("minute"), part("second")
    with numpy.errstate(invalid="ignore"):
        good = (
            (year >= 1)
            & (month >= 1)
            & (month <= 12)
            & (day >= 1)
            & (hour < 24)
            & (minute < 60)
            & (second < 61)
        )
    months = numpy.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first, after = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    good &= day <= (after - first).astype(float)
    days = first.astype(float) + day - 1 + ((second / 60 + minute) / 60 + hour) / 24
    result: NDArray[numpy.float64] = numpy.where(good, days, numpy.nan)
    return result


def days_from(moments: polars.Series) -> NDArray[numpy.float64]:
    """Dates or moments as days since 1970 by the clock on the wall, NaN where missing."""
    import polars as pl

    if getattr(moments.dtype, "time_zone", None):
        moments = moments.dt.replace_time_zone(None)
    microseconds = moments.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64).fill_null(numpy.nan)
    result: NDArray[numpy.float64] = microseconds.to_numpy() / 86_400e6
    return result

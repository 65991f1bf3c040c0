"""The first lines of a text table, enough to guess what its columns are. No numpy, no torch."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal

from runtime.data.columns import is_missing
from runtime.data.csv_text import Header, delimiter_of, first_text, literal_quotes, named, width_of_rows
from runtime.data.dates import days_of, to_day
from runtime.data.numerals import to_number
from runtime.data.schema import DataError

Kind = Literal["number", "date", "category", "text", "empty"]
ROWS = 500
SENTENCE_WORDS = 2.5
"""Cells of this many words on average, most of them different, are sentences."""


@dataclass(frozen=True, slots=True)
class Peek:
    """The first rows of a table. ``width`` is 1 when there are no columns to be seen."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    encoding: str
    has_header: bool

    @property
    def width(self) -> int:
        return len(self.names)

    def column(self, name: str) -> list[str]:
        place = self.names.index(name)
        return [row[place] for row in self.rows]

    def kind(self, name: str) -> Kind:
        return self.kinds[self.names.index(name)]

    def counts(self, name: str) -> bool:
        """Whether the column only numbers the rows."""
        numbers = [to_number(value) for value in self.column(name)]
        steps = {second - first for first, second in pairwise(numbers)}
        return len(numbers) > 2 and steps == {1.0}

    def steady(self, name: str) -> bool:
        """Whether the numbers of a column grow from row to row."""
        numbers = [to_number(value) for value in self.column(name)]
        return len(numbers) > 2 and all(second > first for first, second in pairwise(numbers))

    def rises(self, name: str) -> bool:
        """Whether the dates of a column never go back, or never go forth."""
        days = days_of([value for value in self.column(name) if not is_missing(value)])
        steps = [two - one for one, two in pairwise(days)]
        return bool(steps) and (all(step >= 0 for step in steps) or all(step <= 0 for step in steps))


def peek(path: Path, header: Header = "auto") -> Peek:
    """The first rows of a text file; :class:`DataError` when it is not text or empty."""
    text, encoding = first_text(path)
    delimiter = delimiter_of(text)
    try:
        quoting: Literal[0, 3] = csv.QUOTE_NONE if literal_quotes(text, delimiter) else csv.QUOTE_MINIMAL
        lines = text.splitlines(keepends=True)
        read = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, quoting=quoting)
        rows = [row for row in islice(read, ROWS + 1) if any(cell.strip() for cell in row)]
    except csv.Error:
        rows = []
    if not rows:
        return Peek(("text",), ("text",), (), delimiter, encoding, False)
    width = width_of_rows(rows)
    rows = [row for row in rows if len(row) == width]
    names, has_header = named(rows, width, header)
    body = tuple(tuple(row) for row in rows[has_header:])
    if width < 2 or not body:
        return Peek(("text",), ("text",), body, delimiter, encoding, has_header)
    kinds = tuple(kind_of([row[place] for row in body]) for place in range(width))
    return Peek(tuple(names), kinds, body, delimiter, encoding, has_header)


def kind_of(cells: list[str]) -> Kind:
    """What a column's first cells hold."""
    known = [cell.strip() for cell in cells if not is_missing(cell)]
    if not known:
        return "empty"
    enough = 0.95 * len(known)
    if sum(number == number for number in map(to_number, known)) >= enough:
        return "number"
    if sum(day == day for day in map(to_day, known)) >= enough:
        return "date"
    words = sum(len(cell.split()) for cell in known) / len(known)
    different = len(set(known)) / len(known)
    return "text" if words >= SENTENCE_WORDS and different > 0.5 else "category"


__all__ = ["DataError", "Peek", "kind_of", "peek"]

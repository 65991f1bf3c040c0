"""A table with numbers, categories and dates, with holes: what it means as samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy

from runtime.data.categories import Place, learn
from runtime.data.columns import HOLE, MAX_DISTINCT, Column, ColumnKind
from runtime.data.csv_text import Header
from runtime.data.entry import Cell, Entry, cell_of, day_text, question_of
from runtime.data.schema import DataError, Schema, classification, regression
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from runtime.data.dataset import Dataset
    from runtime.data.own.entries import Files, Part

Encoding = Literal["codes", "one-hot"]
Goal = Literal["auto", "classes", "number"]
Dates = Literal["days", "parts"]

MAX_CLASSES = 1000
DATE_PARTS = ("year", "month", "day", "weekday")
MEMORY_SHARE = 0.5
"""How much of the free memory the rows may take."""
FEW_NUMBERS = 10
"""Whole numbers with at most this many different values are taken for classes."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in memory, column by column. ``skipped`` tells, one sentence each, what was left out;
    ``texts`` holds the cells of the columns that were to be kept, ``preview`` the first rows as they stand."""

    path: Path
    columns: tuple[Column, ...]
    rows: int
    encoding: str
    delimiter: str
    has_header: bool
    skipped: tuple[str, ...] = ()
    texts: Mapping[str, list[str]] = field(default_factory=dict)
    preview: tuple[tuple[str, ...], ...] = ()
    parts: tuple[tuple[Part, int], ...] = ()
    """Where there are several, each with its number of rows, in their order."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name; :class:`DataError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(f"{self.path.name} has no column “{name}”. It has {', '.join(self.names)}.")

    def target(self, name: str | None = None) -> Column:
        """The column to predict: the one named, else the last that can be predicted and is not always the same."""
        column = self.column(name) if name else self._usual_target()
        if column.kind in ("text", "empty"):
            raise DataError(f"The column “{column.name}” cannot be predicted: it holds {column.summary}.")
        return column

    def _usual_target(self) -> Column:
        for kinds in (("number", "category"), ("date",)):
            for column in reversed(self.columns):
                if column.kind in kinds and column.varies:
                    return column
        return self.columns[-1]

    def features(self, target: str | None = None, drop: Sequence[str] = ()) -> tuple[Column, ...]:
        """The columns to learn from: all that hold something but the target and those dropped."""
        if len(self.columns) == 1:
            raise DataError(
                f"{self.path.name} has only one column. A table needs one to predict and at least one to learn from."
            )
        for name in drop:
            self.column(name)
        goal = self.target(target).name
        found = tuple(
            column
            for column in self.columns
            if column.name != goal and column.name not in drop and column.kind not in ("text", "empty")
        )
        if not found:
            raise DataError(f"{self.path.name} has no column to learn “{goal}” from.")
        return found

    def parts_of(self, kept: Iterable[int]) -> list[Part]:
        """The part of each of these rows; nothing where there is only one."""
        every = [part for part, rows in self.parts for _ in range(rows)]
        return [every[row] for row in kept] if every else []

    def schema(
        self,
        target: str | None = None,
        drop: Sequence[str] = (),
        encoding: Encoding = "codes",
        goal: Goal = "auto",
        dates: Dates = "days",
    ) -> Schema:
        """What a row looks like when ``target`` is to be predicted. Needs no values, only what is known of
        the columns."""
        names = [
            name for column in self.features(target, drop) for name in _feature_names(column, encoding, dates)
        ]
        column = self.target(target)
        size, test = self.rows - column.missing, dict(self.parts).get("test") or None
        if not as_classes(column, goal):
            made = regression((len(names),), "table", size=size, features=names, target_names=(column.name,))
            return replace(made, test_size=test)
        classes = class_names(column)
        if len(classes) < 2:
            raise DataError(
                f"Every row has the same “{column.name}”: {classes[0]}. There is nothing to learn."
            )
        if len(classes) > MAX_CLASSES:
            raise DataError(f"“{column.name}” has {len(classes):,} different values, too many for classes.")
        return classification((len(names),), classes, "table", size=size, test_size=test, features=names)

    def dataset(
        self,
        target: str | None = None,
        drop: Sequence[str] = (),
        encoding: Encoding = "codes",
        goal: Goal = "auto",
        standardise: bool = True,
        dates: Dates = "days",
    ) -> Dataset:
        """The rows as tensors.

        Categories become their number in alphabetical order ("codes") or a 1 among zeros ("one-hot"), with a
        category of its own for the missing ones. Missing numbers stay NaN until the training split is known,
        whose mean takes their place, and a category that no training row has counts as none of the others
        (:mod:`runtime.data.categories`). Rows without a target are left out. Dates become days since 1970
        ("days") or year, month, day, weekday (Monday 0) and, where there is a time of day, hour ("parts").
        """
        import torch

        from runtime.data.dataset import Dataset
        from runtime.data.divided import rows_of

        schema = self.schema(target, drop, encoding, goal, dates)
        column = self.target(target)
        known = ~numpy.isnan(column.values)
        features = self.features(target, drop)
        _check_memory(int(known.sum()), len(schema.features), encoding)
        inputs = torch.empty(int(known.sum()), len(schema.features))
        places: list[Place] = []
        filled = 0
        for feature in features:
            if feature.kind == "category":
                places.append(Place(feature.name, feature.categories, filled, encoding == "one-hot"))
            part = torch.from_numpy(_encoded(feature, encoding, dates)[known])
            inputs[:, filled : filled + part.shape[1]] = part
            filled += part.shape[1]
        answers = column.values[known]
        if schema.task == "regression":
            targets = torch.from_numpy(answers)
        else:
            targets = torch.from_numpy(numpy.unique(answers, return_inverse=True)[1])
        holes = self.rows - int(known.sum())
        notes = (f"Left out for want of “{column.name}”: {holes:,} of {self.rows:,} rows.",) if holes else ()
        parts = self.parts_of(numpy.flatnonzero(known).tolist())
        test = rows_of(parts, "test")
        return Dataset(
            inputs,
            targets.long() if schema.task == "classification" else targets.float().unsqueeze(1),
            replace(schema, test_size=None if test is None else len(test)),
            test=test,
            validation=rows_of(parts, "validation"),
            scaling="standardise" if standardise else "none",
            target_scaling="standardise" if standardise and schema.task == "regression" else "none",
            skipped=(*self.skipped, *notes),
            learning=partial(learn, places) if places else None,
            entry=_entry(features, encoding, dates),
        )


def _entry(features: Sequence[Column], encoding: Encoding, dates: Dates) -> Entry:
    """How a row of these columns is typed."""
    questions = tuple(question_of(column, column.categories) for column in features)
    # The values of a million rows are not to be kept for the sake of one.
    columns = tuple(replace(column, values=numpy.empty(0)) for column in features)

    def encode(values: Mapping[str, str]) -> torch.Tensor:
        import torch

        cells = [
            replace(column, values=numpy.array([cell_of(question, column, values)]))
            for question, column in zip(questions, columns, strict=True)
        ]
        row = numpy.concatenate([_encoded(cell, encoding, dates) for cell in cells], axis=1)
        return torch.from_numpy(row).float()

    return Entry(questions, encode, partial(_decoded, columns, encoding, dates))


def _decoded(
    columns: Sequence[Column], encoding: Encoding, dates: Dates, inputs: torch.Tensor
) -> list[list[Cell]]:
    """Rows (N, F) of the inputs as cells: the words of categories, dates as dates, a word for what is missing."""
    found: list[list[Cell]] = []
    for row in inputs.tolist():
        cells: list[Cell] = []
        first = 0
        for column in columns:
            last = first + len(_feature_names(column, encoding, dates))
            cells.append(_cell(column, row[first:last], encoding, dates))
            first = last
        found.append(cells)
    return found


def _cell(column: Column, values: list[float], encoding: Encoding, dates: Dates) -> Cell:
    if column.kind == "category":
        count = len(column.categories)
        one_hot = encoding == "one-hot"
        place = max(range(len(values)), key=values.__getitem__) if one_hot else round(values[0])
        none = one_hot and values[place] < 0.5
        return column.categories[place] if place < count and not none else HOLE
    if column.kind == "date":
        day = _day_of(values) if dates == "parts" else values[0]
        return HOLE if day != day else day_text(day, column.clock)
    return values[0]


def _day_of(parts: list[float]) -> float:
    """Days since 1970 of year, month, day, weekday and perhaps the hour; NaN for what no date has (a mean, which takes
    the place of missing ones)."""
    if any(abs(part - round(part)) > 0.01 for part in parts[:4]):
        return float("nan")
    year, month, day = (round(part) for part in parts[:3])
    known = 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31
    if not known:
        return float("nan")
    first = numpy.datetime64(f"{year:04d}-{month:02d}", "D").astype(float)
    return float(first) + day - 1 + (parts[4] / 24 if len(parts) > 4 else 0.0)


def open_table(
    path: str | Path,
    header: Header = "auto",
    loading: Loading | None = None,
    roles: Mapping[str, ColumnKind] | None = None,
    keep: Sequence[str] = (),
    files: Files | None = None,
) -> Table:
    """Read a CSV file (comma, semicolon, tab or bar), whatever its encoding, or a Parquet file.

    ``roles`` decides what some columns are, whatever they look like; the texts of the columns in ``keep`` stay in
    ``Table.texts``. With ``files``, these are read as one table (:attr:`Table.parts`); a file that lacks a column is
    not, and that is said. Raises :class:`DataError` when there is no table in it. Rows of another width than the
    rest are skipped and listed.
    """
    from runtime.data import rows

    path = Path(path).expanduser()
    loading = loading or Loading()
    loading.step(0.0, f"Reading {path.name}")
    return rows.read(files or {"train": [path]}, header, loading, dict(roles or {}), frozenset(keep))


def _check_memory(rows: int, width: int, encoding: Encoding) -> None:
    import psutil

    needed, free = 4 * rows * width, psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        advice = "Choose codes for the categories" if encoding == "one-hot" else "Leave columns out"
        raise DataError(
            f"{rows:,} rows of {width:,} numbers need {needed / 1e9:.1f} GB of memory; {free / 1e9:.1f} GB are "
            f"free. {advice}."
        )


def as_classes(column: Column, goal: Goal) -> bool:
    if column.kind == "category":
        if goal == "number":
            raise DataError(f"“{column.name}” holds words, which cannot be predicted as a number.")
        return True
    if goal != "auto":
        return goal == "classes"
    few = column.distinct is not None and len(column.distinct) <= FEW_NUMBERS
    return column.kind == "number" and few and all(value == round(value) for value in column.distinct or ())


def class_names(column: Column) -> tuple[str, ...]:
    if column.kind == "category":
        return column.categories
    if column.distinct is None:
        raise DataError(
            f"“{column.name}” has more than {MAX_DISTINCT:,} different values, too many for classes."
        )
    return tuple(f"{value:g}" for value in column.distinct)


def _feature_names(column: Column, encoding: Encoding, dates: Dates) -> list[str]:
    if column.kind == "date" and dates == "parts":
        return [f"{column.name} {part}" for part in (*DATE_PARTS, *(("hour",) if column.clock else ()))]
    if column.kind != "category" or encoding == "codes":
        return [column.name]
    extra = (HOLE,) if column.missing else ()
    return [f"{column.name}={category}" for category in (*column.categories, *extra)]


def _encoded(column: Column, encoding: Encoding, dates: Dates) -> NDArray[numpy.float64]:
    """The column as float64 (N, 1), or (N, categories) for one-hot, (N, 4 or 5) for the parts of dates."""
    if column.kind == "date" and dates == "parts":
        return date_parts(column.values, column.clock)
    if column.kind != "category":
        return column.values[:, None]
    codes = numpy.where(numpy.isnan(column.values), len(column.categories), column.values)
    if encoding == "codes":
        return codes[:, None]
    # One row more than there are columns, where none is for missing cells: nothing but zeros.
    width = len(column.categories)
    return numpy.eye(width + 1, width + bool(column.missing))[codes.astype(int)]


def date_parts(days: NDArray[numpy.float64], clock: bool) -> NDArray[numpy.float64]:
    """Year, month, day and weekday (Monday is 0) of days since 1970, and the hour with its fraction."""
    known = ~numpy.isnan(days)
    whole = numpy.floor(numpy.where(known, days, 0.0))
    dates = whole.astype("datetime64[D]")
    years, months = dates.astype("datetime64[Y]"), dates.astype("datetime64[M]")
    parts = [
        years.astype(int) + 1970.0,
        (months - years).astype(int) + 1.0,
        (dates - months).astype(int) + 1.0,
        (whole + 3) % 7,  # the first of January 1970 was a Thursday
    ]
    if clock:
        parts.append((days - whole) * 24)
    result = numpy.stack(parts, axis=1)
    result[~known] = numpy.nan
    return result

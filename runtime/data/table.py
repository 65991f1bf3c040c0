"""A person's own table: a CSV file with numbers, categories and dates, with holes, in any usual encoding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy

from runtime.data.columns import HOLE, Column, Gatherer
from runtime.data.csv_text import Header, cells_of, decoded, delimiter_of, names_of, width_of
from runtime.data.schema import DataError, Schema, classification, regression
from runtime.data.source import Loading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runtime.data.dataset import Dataset

Encoding = Literal["codes", "one-hot"]
Goal = Literal["auto", "classes", "number"]

CHUNK = 20_000
SHOWN = 20
"""How many skipped rows are listed one by one."""
MAX_CLASSES = 1000
FEW_NUMBERS = 10
"""Whole numbers with at most this many different values are taken for classes."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in memory, column by column. ``skipped`` tells, one sentence each, what was left out."""

    path: Path
    columns: tuple[Column, ...]
    rows: int
    encoding: str
    delimiter: str
    has_header: bool
    skipped: tuple[str, ...] = ()

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
        """The column to predict: the one named, else the last."""
        column = self.column(name) if name else self.columns[-1]
        if column.kind in ("text", "empty"):
            raise DataError(f"The column “{column.name}” cannot be predicted: it holds {column.summary}.")
        return column

    def features(self, target: str | None = None, drop: Sequence[str] = ()) -> tuple[Column, ...]:
        """The columns to learn from: all that hold something but the target and those dropped."""
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

    def schema(
        self,
        target: str | None = None,
        drop: Sequence[str] = (),
        encoding: Encoding = "codes",
        goal: Goal = "auto",
    ) -> Schema:
        """What a row looks like when ``target`` is to be predicted."""
        names = [name for column in self.features(target, drop) for name in _feature_names(column, encoding)]
        column = self.target(target)
        size = int((~numpy.isnan(column.values)).sum())
        if not _as_classes(column, goal):
            return regression((len(names),), "table", size=size, features=names, target_names=(column.name,))
        classes = _class_names(column)
        if len(classes) < 2:
            raise DataError(
                f"Every row has the same “{column.name}”: {classes[0]}. There is nothing to learn."
            )
        if len(classes) > MAX_CLASSES:
            raise DataError(f"“{column.name}” has {len(classes):,} different values, too many for classes.")
        return classification((len(names),), classes, "table", size=size, features=names)

    def dataset(
        self,
        target: str | None = None,
        drop: Sequence[str] = (),
        encoding: Encoding = "codes",
        goal: Goal = "auto",
        standardise: bool = True,
    ) -> Dataset:
        """The rows as tensors.

        Categories become their number in alphabetical order ("codes") or a 1 among zeros ("one-hot"), with a
        category of its own for the missing ones. Missing numbers stay NaN until the training split is known,
        whose mean takes their place. Rows without a target are left out.
        """
        import torch

        from runtime.data.dataset import Dataset

        schema = self.schema(target, drop, encoding, goal)
        column = self.target(target)
        known = ~numpy.isnan(column.values)
        parts = [_encoded(feature, encoding)[known] for feature in self.features(target, drop)]
        inputs = torch.from_numpy(numpy.concatenate(parts, axis=1).astype(numpy.float32))
        answers = column.values[known]
        if schema.task == "regression":
            targets = torch.from_numpy(answers)
        else:
            targets = torch.from_numpy(numpy.unique(answers, return_inverse=True)[1])
        holes = self.rows - int(known.sum())
        notes = (f"Left out for want of “{column.name}”: {holes:,} of {self.rows:,} rows.",) if holes else ()
        return Dataset(
            inputs,
            targets.long() if schema.task == "classification" else targets.float().unsqueeze(1),
            schema,
            scaling="standardise" if standardise else "none",
            target_scaling="standardise" if standardise and schema.task == "regression" else "none",
            skipped=(*self.skipped, *notes),
        )


def open_table(path: str | Path, header: Header = "auto", loading: Loading | None = None) -> Table:
    """Read a CSV file (comma, semicolon, tab or bar), whatever its encoding.

    Raises :class:`DataError` when there is no table in it. Rows of another width than the rest are skipped
    and listed.
    """
    path = Path(path).expanduser()
    loading = loading or Loading()
    loading.step(0.0, f"Reading {path.name}")
    text, encoding = decoded(path)
    delimiter = delimiter_of(text)
    width = width_of(text, delimiter, path)
    names, has_header = names_of(text, delimiter, width, header, path)

    gatherers = [Gatherer(name) for name in names]
    strange: list[int] = []
    rows, pending = 0, has_header
    numbered = cells_of(text, delimiter, path)
    total = text.count("\n") + 1
    while chunk := list(islice(numbered, CHUNK)):
        loading.step(min(0.99, chunk[-1][0] / total), f"Reading {path.name}")
        good = []
        for line, cells in chunk:
            if len(cells) != width:
                strange.append(line)
            elif pending:
                pending = False
            else:
                good.append(cells)
        rows += len(good)
        if good:
            for gatherer, column in zip(gatherers, zip(*good, strict=True), strict=True):
                gatherer.add(column)
    if rows == 0:
        raise DataError(f"{path.name} has a header but no rows.")
    columns = tuple(gatherer.finish() for gatherer in gatherers)
    return Table(
        path,
        columns,
        rows,
        encoding,
        delimiter,
        has_header,
        (*_strange_rows(strange, width), *_notes(columns)),
    )


def _strange_rows(lines: Sequence[int], width: int) -> list[str]:
    listed = [f"Line {line} does not have {width} cells and is left out." for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        listed.append(f"So are {len(lines) - SHOWN:,} more lines.")
    return listed


def _notes(columns: Sequence[Column]) -> list[str]:
    notes = []
    for column in columns:
        if column.kind in ("text", "empty"):
            notes.append(f"The column “{column.name}” is left out: it holds {column.summary}.")
        elif column.strays:
            what = "numbers" if column.kind == "number" else "dates"
            notes.append(f"In “{column.name}”, {column.strays:,} cells are no {what} and count as missing.")
    return notes


def _as_classes(column: Column, goal: Goal) -> bool:
    if column.kind == "category":
        if goal == "number":
            raise DataError(f"“{column.name}” holds words, which cannot be predicted as a number.")
        return True
    if goal != "auto":
        return goal == "classes"
    known = column.values[~numpy.isnan(column.values)]
    whole = bool((known == known.round()).all())
    return column.kind == "number" and whole and len(numpy.unique(known)) <= FEW_NUMBERS


def _class_names(column: Column) -> tuple[str, ...]:
    values = numpy.unique(column.values[~numpy.isnan(column.values)])
    if column.kind == "category":
        return tuple(column.categories[int(value)] for value in values)
    return tuple(f"{value:g}" for value in values)


def _feature_names(column: Column, encoding: Encoding) -> list[str]:
    if column.kind != "category" or encoding == "codes":
        return [column.name]
    extra = (HOLE,) if column.missing else ()
    return [f"{column.name}={category}" for category in (*column.categories, *extra)]


def _encoded(column: Column, encoding: Encoding) -> NDArray[numpy.float64]:
    """The column as float64 (N, 1), or (N, categories) for one-hot."""
    if column.kind != "category":
        return column.values[:, None]
    codes = numpy.where(numpy.isnan(column.values), len(column.categories), column.values)
    if encoding == "codes":
        return codes[:, None]
    return numpy.eye(len(column.categories) + bool(column.missing))[codes.astype(int)]

"""Rows of a table that follow each other, cut into windows with what comes after as target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset, Scaling
from runtime.data.own.wording import counted
from runtime.data.schema import DataError, Schema, regression

if TYPE_CHECKING:
    from runtime.data.columns import Column
    from runtime.data.table import Table

SCALINGS: dict[str, Scaling] = {"standardised": "standardise", "min-max": "min-max", "none": "none"}
CALENDAR = ("month", "weekday", "hour")


def _time(table: Table, options: Mapping[str, Any]) -> Column | None:
    """The column that orders the rows: the one named, else the first of dates."""
    if options["time"]:
        column = table.column(options["time"])
        if column.kind not in ("date", "number"):
            raise DataError(f"“{column.name}” cannot order the rows: it holds {column.summary}.")
        return column
    return next((column for column in table.columns if column.kind == "date"), None)


def _columns(table: Table, options: Mapping[str, Any]) -> tuple[list[Column], list[Column]]:
    """(columns of the window, columns to predict): the numbers, and of these the ones named, else the last."""
    for name in (*options["leave_out"], *options["predict"]):
        table.column(name)
    time = _time(table, options)
    numbers = [
        column
        for column in table.columns
        if column.kind == "number" and column is not time and column.name not in options["leave_out"]
    ]
    if not numbers:
        raise DataError(f"{table.path.name} has no column of numbers to follow through time.")
    goals = [table.column(name) for name in options["predict"]] or numbers[-1:]
    for column in goals:
        if column.kind != "number":
            raise DataError(f"“{column.name}” cannot be predicted as a number: it holds {column.summary}.")
    return numbers, goals


def _calendar(table: Table, options: Mapping[str, Any]) -> tuple[str, ...]:
    time = _time(table, options)
    if not options["calendar"] or time is None or time.kind != "date":
        return ()
    return CALENDAR if time.clock else CALENDAR[:2]


def schema_of(table: Table, options: Mapping[str, Any]) -> Schema:
    """What a window and its target look like. Needs no values, only what is known of the columns."""
    numbers, goals = _columns(table, options)
    window, ahead = options["window"], options["horizon"]
    time = _time(table, options)
    size = table.rows - (0 if time is None else time.missing) - window - ahead + 1
    if size < 2:
        raise DataError(
            f"{table.path.name} has {table.rows:,} rows, too few for windows of {window} with {ahead} to predict."
        )
    names = (*(column.name for column in numbers), *_calendar(table, options))
    wanted = [
        column.name if ahead == 1 else f"{column.name} +{step}"
        for step in range(1, ahead + 1)
        for column in goals
    ]
    return regression(
        (window, len(names)), "series", size=(size - 1) // options["stride"] + 1, features=names,
        target_names=wanted,
    )  # fmt: skip


def windows(table: Table, options: Mapping[str, Any]) -> Dataset:
    """Windows (N, window, columns) and the numbers that follow (N, horizon × columns), in order of time."""
    import numpy
    import torch

    from runtime.data.table import date_parts

    made = schema_of(table, options)
    numbers, goals = _columns(table, options)
    notes = list(table.skipped)
    record = numpy.stack([column.values for column in numbers], axis=1)
    answers = numpy.stack([column.values for column in goals], axis=1)
    time = _time(table, options)
    extra = None
    if time is not None:
        moments = time.values
        if time.missing:
            notes.append(
                counted(
                    time.missing,
                    f"row without a “{time.name}” is left out.",
                    f"rows without a “{time.name}” are left out.",
                )
            )
        order = numpy.argsort(moments, kind="stable")[: table.rows - time.missing]
        if not numpy.array_equal(order, numpy.arange(table.rows)):
            notes.append(f"The rows are put in order by “{time.name}”.")
        record, answers, moments = record[order], answers[order], moments[order]
        if _calendar(table, options):
            parts = date_parts(moments, time.clock)
            extra = parts[:, [1, 3, 4][: len(_calendar(table, options))]]
    holes = int(numpy.isnan(record).sum())
    if holes:
        notes.append(
            counted(
                holes,
                "missing value takes the value before it.",
                "missing values take the value before them.",
            )
        )
    record, answers = _filled(record), _filled(answers)
    if extra is not None:
        record = numpy.concatenate((record, extra), axis=1)
    window, ahead = options["window"], options["horizon"]
    whole, wanted = torch.from_numpy(record).float(), torch.from_numpy(answers).float()
    if len(whole) < window + ahead + 1:
        raise DataError(
            f"{table.path.name} has too few rows for windows of {window} with {ahead} to predict."
        )
    stride = options["stride"]
    # Views: windows that overlap take no memory of their own until they are scaled.
    inputs = whole[: len(whole) - ahead].unfold(0, window, stride).transpose(1, 2)
    targets = wanted[window:].unfold(0, ahead, stride).transpose(1, 2).flatten(1)
    scaling = SCALINGS[options["scaling"]]
    return Dataset(
        inputs, targets, replace(made, size=len(inputs)), ordered=True, reach=(ahead - 1) // stride, scaling=scaling,
        target_scaling=scaling, skipped=tuple(notes),
    )  # fmt: skip


def _filled(values: Any) -> Any:
    """Holes take the value before them, at the beginning the first that is known, and 0 where none is."""
    import numpy

    result = values.copy()
    for column in result.T:
        known = ~numpy.isnan(column)
        if not known.any():
            column[:] = 0
            continue
        last = numpy.maximum.accumulate(numpy.where(known, numpy.arange(len(column)), -1))
        first = int(numpy.argmax(known))
        column[:] = column[numpy.where(last < 0, first, last)]
    return result


def window_options(window: int, horizon: int = 1) -> tuple[Param, ...]:
    """How a series is cut."""
    return (
        Param("predict", "names", (), "The columns to predict; empty takes the last of numbers."),
        Param("leave_out", "names", (), "Columns that are not learned from."),
        Param("window", "int", window, "Rows in a sample.", minimum=1, maximum=10_000),
        Param("horizon", "int", horizon, "Rows after the window that are predicted.", minimum=1, maximum=1000),
        Param("stride", "int", 1, "Rows from one sample's beginning to the next.", minimum=1, maximum=10_000),
        Param("calendar", "bool", False, "Give each row its month, weekday and hour, too."),
        Param(
            "scaling", "choice", "standardised",
            "Mean 0 and deviation 1, or 0…1, for every column, measured on the training rows.",
            choices=tuple(SCALINGS),
        ),
    )  # fmt: skip

"""A generated weather record with a date: several columns by the hour or by the day, several steps to foresee."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.options import SEED
from runtime.data.own.windows import schema_of, window_options, windows
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from runtime.data.dataset import Dataset
    from runtime.data.table import Table

COLUMNS = ("pressure", "humidity", "wind", "sunshine", "temperature")
FIRST_DAY = 19_358
"""The first of January 2023, in days since 1970."""
HOURS = {"hours": 1, "days": 24}


def record(rows: int, step: str, seed: int) -> NDArray[numpy.float64]:
    """Made-up measurements (rows, 5) in hPa, percent, m/s, share of the sky and °C: the waves of the year and of
    the day, and weather that lingers for days (a first-order autoregression) and moves all of them together."""
    import numpy

    chance = numpy.random.default_rng(seed)
    hours = numpy.arange(rows * HOURS[step])
    shocks = chance.standard_normal((2, len(hours)))
    keep = (0.992, 0.97)
    fronts = numpy.zeros_like(shocks)
    for number, share in enumerate(keep):
        scale = math.sqrt(1 - share**2)
        state = 0.0
        for hour in range(len(hours)):
            state = share * state + scale * shocks[number, hour]
            fronts[number, hour] = state
    slow, quick = fronts
    year = numpy.sin(2 * math.pi * hours / 8766 - math.pi / 2)
    day = numpy.sin(2 * math.pi * ((hours % 24) - 8) / 24)
    noise = chance.standard_normal((len(hours), len(COLUMNS)))
    sunshine = numpy.clip(0.5 + 0.3 * slow + 0.15 * quick, 0, 1) * numpy.clip(day + 0.2 + 0.2 * year, 0, None)
    # The temperature follows the fronts of some hours before, so that there is something to be read off.
    before = numpy.concatenate((numpy.full(6, slow[0]), slow))[: len(hours)]
    values = numpy.stack(
        (
            1013 + 9 * slow + 0.4 * noise[:, 0],
            numpy.clip(68 - 10 * day - 12 * slow + 6 * quick + 2 * noise[:, 1], 5, 100),
            numpy.clip(4 - 1.5 * slow + 2 * quick + 0.5 * noise[:, 2], 0, None),
            numpy.clip(sunshine, 0, 1),
            10 + 9 * year + 4 * day * (0.6 + 0.4 * sunshine) + 3.5 * before + 0.3 * noise[:, 4],
        ),
        axis=1,
    )
    return values.reshape(rows, HOURS[step], len(COLUMNS)).mean(axis=1)


def _table(options: Mapping[str, Any], values: Any) -> Table:
    """The record as a table read from a file would be."""
    import numpy

    from runtime.data.columns import Column
    from runtime.data.table import Table

    rows, hourly = options["rows"], options["every"] == "hours"
    days = FIRST_DAY + numpy.arange(0 if values is None else rows) / (24 if hourly else 1)
    empty = numpy.empty(0)
    columns = [Column("date", "date", days, clock=hourly)]
    for number, name in enumerate(COLUMNS):
        columns.append(Column(name, "number", empty if values is None else values[:, number]))
    return Table(Path("weather"), tuple(columns), rows, "", "", True)


def describe(options: Mapping[str, Any]) -> Schema:
    return schema_of(_table(options, None), {**options, "time": "date"})


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    loading.step(0.1, "Making the weather")
    values = record(options["rows"], options["every"], options["seed"])
    return windows(_table(options, values), {**options, "time": "date"})


def weather_text(rows: int, every: str = "hours", seed: int = 0) -> str:
    """The record as a CSV file with a header."""
    from datetime import datetime, timedelta

    begin = datetime(1970, 1, 1) + timedelta(days=FIRST_DAY)
    lines = [",".join(("date", *COLUMNS))]
    for number, values in enumerate(record(rows, every, seed)):
        moment = begin + timedelta(hours=number * HOURS[every])
        lines.append(",".join((moment.isoformat(" "), *(f"{value:.3f}" for value in values))))
    return "\n".join(lines) + "\n"


SOURCES = (
    Source(
        id="weather",
        title="Weather by the hour",
        category="Sequences",
        help=(
            "A generated record with pressure, humidity, wind, sunshine and temperature, by the hour or by the day, as "
            "a weather station keeps it. A sample is a window, its target the next hours of the columns to predict."
        ),
        words=("forecast", "time series", "regression", "window", "horizon", "generated", "station"),
        options=(
            Param("rows", "int", 3000, "Length of the record.", minimum=100, maximum=100_000),
            Param("every", "choice", "hours", "Time from row to row.", choices=tuple(HOURS)),
            *window_options(24),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)

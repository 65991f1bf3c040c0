"""A person's own time series: a table whose rows follow each other, cut into windows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.tables import facts_of, opened, table_of
from runtime.data.own.windows import schema_of, window_options, windows
from runtime.data.schema import Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    return facts_of(opened(path, options, loading))


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    return schema_of(table_of(facts, place_of(options)), options)


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    return windows(opened(place_of(options), options, loading), options)


SOURCES = (
    own_source(
        id="own-series",
        title="Time series",
        help=(
            "A CSV or Parquet file with a row per moment. A sample is a window of some rows with all columns of "
            "numbers, its target the next rows of the columns to predict. Earlier rows train, later ones validate and "
            "test."
        ),
        survey=Survey(look, schema, ("header", "as_number", "as_date"), needs=("polars",)),
        read=read,
        options=(
            path_option("A CSV, TSV or Parquet file.", "file", (".csv", ".tsv", ".data", ".txt", ".parquet")),
            Param("time", "text", None, "The column that orders the rows; empty takes the first of dates.",
                  optional=True),
            *window_options(24),
            Param("header", "choice", "auto", "Whether the first row names the columns.",
                  choices=("auto", "yes", "no")),
            Param("as_number", "names", (), "Columns to be taken for numbers, whatever they look like."),
            Param("as_date", "names", (), "Columns to be taken for dates, whatever they look like."),
        ),
        words=("forecast", "time series", "csv", "sensor", "stock", "energy", "window", "horizon"),
    ),
)  # fmt: skip

"""A person's own table: CSV or Parquet, with numbers, categories, dates and holes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.options import STANDARDISE
from runtime.data.own.parted import PART_OPTIONS, PART_PARAMS
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.tables import ROLES, facts_of, opened, table_of
from runtime.data.schema import Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

HEADER = Param(
    "header", "choice", "auto", "Whether the first row names the columns.", choices=("auto", "yes", "no")
)
GOALS = {"guess": "auto", "classes": "classes", "number": "number"}


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    return facts_of(opened(path, options, loading))


def _wanted(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "target": options["target"],
        "drop": tuple(options["leave_out"]),
        "encoding": options["categories"],
        "goal": GOALS[options["predict"]],
        "dates": options["dates"],
    }


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    return table_of(facts, place_of(options)).schema(**_wanted(options))


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    table = opened(place_of(options), options, loading)
    return table.dataset(standardise=options["standardise"], **_wanted(options))


def role(name: str, what: str) -> Param:
    return Param(name, "names", (), f"Columns to be taken for {what}, whatever they look like.")


SOURCES = (
    own_source(
        id="own-table",
        title="Table (CSV, Parquet)",
        help=(
            "A file with a row per sample: numbers, categories and dates, also with holes, in any usual "
            "encoding. One column is predicted from the others. Missing numbers become the mean of the training "
            "rows, missing categories a category of their own. Validation and test rows may stand in files of "
            "their own (train.csv and test.csv, adult.data and adult.test): drop their folder."
        ),
        survey=Survey(look, schema, ("header", *ROLES, *PART_OPTIONS.values()), needs=("polars",)),
        read=read,
        options=(
            path_option("A CSV, TSV or Parquet file.", "file", (".csv", ".tsv", ".data", ".txt", ".parquet")),
            Param("target", "text", None, "The column to predict; empty takes the last that varies.", optional=True),
            Param(
                "predict", "choice", "guess",
                "Whether the target is a class or a number. Guess: words and up to ten whole numbers are classes.",
                choices=tuple(GOALS),
            ),
            Param("leave_out", "names", (), "Columns that are not learned from."),
            Param(
                "categories", "choice", "codes",
                "codes: a category becomes its number. one-hot: a 1 among zeros, one column per category.",
                choices=("codes", "one-hot"),
            ),
            Param(
                "dates", "choice", "parts",
                "parts: year, month, day, weekday and hour. days: one number, the days since 1970.",
                choices=("parts", "days"),
            ),
            STANDARDISE,
            HEADER,
            *PART_PARAMS,
            role("as_number", "numbers"),
            role("as_category", "categories"),
            role("as_date", "dates"),
            role("as_text", "text, which a table does not learn from"),
        ),
        words=("csv", "tsv", "parquet", "excel", "adult", "tabular", "pandas"),
    ),
)  # fmt: skip

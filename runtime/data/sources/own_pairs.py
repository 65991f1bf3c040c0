"""A person's own pairs of sentences, for translation: tab-separated lines, or two columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.own.tokenising import LOWER, Numbers, cut, learn, unit_option, vocabulary_option
from runtime.data.schema import END, START, UNKNOWN, DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

Cells = list[list[str]]
LOOKED_AT = ("first", "second", "header", "unit", "lower", "vocabulary", "length", "pairs")


def _columns(path: Path, options: Mapping[str, Any]) -> tuple[str, str]:
    from runtime.data.own.peeking import peek

    if options["first"] and options["second"]:
        return options["first"], options["second"]
    seen = peek(path)
    texts = [name for name, kind in zip(seen.names, seen.kinds, strict=True) if kind in ("text", "category")]
    if len(texts) < 2:
        raise DataError(f"{path.name} does not have two columns of text.")
    return options["first"] or texts[0], options["second"] or texts[1]


def _pairs(path: Path, options: Mapping[str, Any], loading: Loading) -> tuple[Cells, Cells, list[str]]:
    """Both sides cut into tokens, pairs that are too long or lack a side left out, and what is to be told."""
    from runtime.data.own.labelled import texted

    names = _columns(path, options)
    table = texted(path, options, names, loading)
    one, other = (table.texts[table.column(name).name] for name in names)
    unit, lower, most = options["unit"], options["lower"], options["length"]
    first: Cells = []
    second: Cells = []
    empty = long = 0
    for number, (left, right) in enumerate(zip(one, other, strict=True)):
        if options["pairs"] and len(first) == options["pairs"]:
            break
        if number % 1000 == 0:
            loading.step(number / table.rows, f"Cutting {number:,} of {table.rows:,} pairs into {unit}")
        cells, written = cut(left, unit, lower), cut(right, unit, lower)
        if not (cells and written):
            empty += 1
        elif max(len(cells), len(written)) > most:
            long += 1
        else:
            first.append(cells)
            second.append(written)
    notes = [note for note in table.skipped if not note.startswith("The column")]
    if empty:
        notes.append(f"{empty:,} rows lack one of the two sentences and are left out.")
    if long:
        notes.append(f"{long:,} pairs have more than {most} {unit} and are left out.")
    if not first:
        raise DataError(f"{path.name} has no pair of sentences that can be used. {' '.join(notes)}".strip())
    return first, second, notes


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    first, second, notes = _pairs(path, options, loading)
    unit, most = options["unit"], options["vocabulary"]

    def step() -> None:
        loading.step(0.9, "Learning the vocabularies")

    words = learn(first, unit, most, (END, UNKNOWN), step)
    written = learn(second, unit, most, (START, END, UNKNOWN), step)
    one, other = Numbers(words, unit), Numbers(written, unit)
    return {
        "vocabulary": list(words),
        "written": list(written),
        "longest": max(len(one.of(cells)) for cells in first),
        "longest_written": max(len(other.of(cells)) for cells in second),
        "size": len(first),
        "notes": notes,
    }


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    return Schema(
        input_shape=(facts["longest"] + 1,),  # and the end
        input_dtype="int64",
        task="translation",
        kind="tokens",
        target_shape=(facts["longest_written"] + 2,),  # start and end
        size=facts["size"],
        vocabulary=tuple(facts["vocabulary"]),
        target_vocabulary=tuple(facts["written"]),
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    from runtime.data.dataset import Dataset
    from runtime.data.tokens import filled

    path = place_of(options)
    made = schema(facts("own-pairs", options, loading), options)
    first, second, notes = _pairs(path, options, loading)
    words, written = (
        Numbers(made.vocabulary, options["unit"]),
        Numbers(made.target_vocabulary, options["unit"]),
    )
    start, end = made.target_vocabulary.index(START), made.target_vocabulary.index(END)
    stop = made.vocabulary.index(END)
    return Dataset(
        filled([[*words.of(cells), stop] for cells in first], made.input_shape[0]),
        filled([[start, *written.of(cells), end] for cells in second], made.target_shape[0]),
        replace(made, size=len(first)),
        skipped=tuple(notes),
    )


SOURCES = (
    own_source(
        id="own-pairs",
        title="Pairs of sentences",
        help=(
            "A file with a sentence and its translation in each row, separated by a tab, or in two columns of a "
            "CSV or Parquet file. Pairs that are too long are left out and counted."
        ),
        survey=Survey(look, schema, LOOKED_AT, needs=("polars",)),
        read=read,
        options=(
            path_option("A file with two columns of sentences.", "file", (".txt", ".tsv", ".csv", ".parquet")),
            Param("first", "text", None, "The column to translate; empty takes the first text.", optional=True),
            Param("second", "text", None, "The column with the translation; empty takes the second.", optional=True),
            unit_option("words"),
            Param("length", "int", 20, "Longer sentences (in characters or words) are left out.", minimum=1,
                  maximum=2000),
            Param("pairs", "int", None, "Use only so many pairs; empty uses all.", minimum=10, optional=True),
            LOWER,
            vocabulary_option(10_000),
            Param("header", "choice", "auto", "Whether the first row names the columns.",
                  choices=("auto", "yes", "no")),
        ),
        words=("translation", "tatoeba", "anki", "seq2seq", "parallel", "question answer"),
    ),
)  # fmt: skip

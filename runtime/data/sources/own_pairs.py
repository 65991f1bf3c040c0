"""A person's own pairs of sentences, for translation: tab-separated lines, or two columns of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.corpus import Corpus, gathered, taught
from runtime.data.own.parted import PART_OPTIONS, PART_PARAMS
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.own.tables import columns_of
from runtime.data.own.tokenising import LOWER, cut, unit_option, vocabulary_option
from runtime.data.own.wording import counted
from runtime.data.schema import END, START, UNKNOWN, DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset, Learnt
    from runtime.data.own.entries import Part

LOOKED_AT = (
    "first",
    "second",
    "header",
    "unit",
    "lower",
    "vocabulary",
    "length",
    "pairs",
    *PART_OPTIONS.values(),
)


def _columns(path: Path, options: Mapping[str, Any]) -> tuple[str, str]:
    from runtime.data.own.labelled import text_columns

    if options["first"] and options["second"]:
        return options["first"], options["second"]
    texts = list(text_columns(path, options["header"]))
    if len(texts) < 2:
        raise DataError(f"{path.name} does not have two columns of text.")
    return options["first"] or texts[0], options["second"] or texts[1]


def _pairs(
    path: Path, options: Mapping[str, Any], loading: Loading
) -> tuple[Corpus, Corpus, list[Part], list[str], Facts]:
    """Both sides cut into tokens, pairs that are too long or lack a side left out; the part that each belongs to, where
    there are several; what is to be told; and what is known of the columns."""
    from runtime.data.own.labelled import texted

    names = _columns(path, options)
    table = texted(path, options, names, loading)
    one, other = (table.texts[table.column(name).name] for name in names)
    unit, lower, most = options["unit"], options["lower"], options["length"]
    first: list[list[str]] = []
    second: list[list[str]] = []
    kept: list[int] = []
    every = table.parts_of(range(table.rows))
    taken: Counter[str] = Counter()
    empty = long = 0
    for number, (left, right) in enumerate(zip(one, other, strict=True)):
        part = every[number] if every else ""
        if options["pairs"] and taken[part] == options["pairs"]:
            continue
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
            kept.append(number)
            taken[part] += 1
    notes = [note for note in table.skipped if not note.startswith("The column")]
    if empty:
        notes.append(
            counted(
                empty,
                "row lacks one of the two sentences and is left out.",
                "rows lack one of the two sentences and are left out.",
            )
        )
    if long:
        notes.append(
            counted(
                long,
                f"pair has more than {most} {unit} and is left out.",
                f"pairs have more than {most} {unit} and are left out.",
            )
        )
    if not first:
        raise DataError(f"{path.name} has no pair of sentences that can be used. {' '.join(notes)}".strip())
    columns = columns_of(table, first=names[0], second=names[1])
    corpora = gathered(first, unit, (END, UNKNOWN)), gathered(second, unit, (START, END, UNKNOWN))
    return *corpora, table.parts_of(kept), notes, columns


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    first, second, parts, notes, columns = _pairs(path, options, loading)

    def step() -> None:
        loading.step(0.9, "Learning the vocabularies")

    words, written = (corpus.vocabulary(options["vocabulary"], step) for corpus in (first, second))
    return {
        **columns,
        "vocabulary": list(words),
        "written": list(written),
        "longest": int(first.numbered(words).lengths.max()),
        "longest_written": int(second.numbered(written).lengths.max()),
        "size": len(first),
        "test": parts.count("test"),
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
        test_size=facts["test"] or None,
        vocabulary=tuple(facts["vocabulary"]),
        target_vocabulary=tuple(facts["written"]),
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.divided import rows_of

    path = place_of(options)
    made = schema(facts("own-pairs", options, loading), options)
    first, second, parts, notes, _ = _pairs(path, options, loading)

    def numbered(words: tuple[str, ...], written: tuple[str, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        start, end = written.index(START), written.index(END)
        return (
            torch.from_numpy(first.numbered(words).filled(made.input_shape[0], (), (words.index(END),))),
            torch.from_numpy(second.numbered(written).filled(made.target_shape[0], (start,), (end,))),
        )

    def learning(dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
        rows = train.numpy()
        words, strange = taught(
            first, "words", made.vocabulary, first.held_out(rows), kept, "first sentences"
        )
        written, strange_written = taught(
            second, "written", made.target_vocabulary, second.held_out(rows), kept, "second sentences"
        )
        inputs, targets = numbered(words, written)
        return replace(
            dataset,
            inputs=inputs,
            targets=targets,
            schema=replace(dataset.schema, vocabulary=words, target_vocabulary=written),
            skipped=(*notes, *strange, *strange_written),
            learnt={"words": words, "written": written},
        )

    inputs, targets = numbered(made.vocabulary, made.target_vocabulary)
    made = replace(made, size=len(first), test_size=parts.count("test") or None)
    return Dataset(
        inputs,
        targets,
        made,
        test=rows_of(parts, "test"),
        validation=rows_of(parts, "validation"),
        skipped=tuple(notes),
        learning=learning,
    )


SOURCES = (
    own_source(
        id="own-pairs",
        title="Pairs of sentences",
        help=(
            "A file with a sentence and its translation in each row, separated by a tab, or in two columns of a "
            "CSV or Parquet file. Pairs that are too long are left out and counted. Validation and test pairs may "
            "stand in files of their own (train.tsv and test.tsv)."
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
            Param("pairs", "int", None, "Use only so many pairs of each file; empty uses all.", minimum=10,
                  optional=True),
            LOWER,
            vocabulary_option(10_000),
            Param("header", "choice", "auto", "Whether the first row names the columns.",
                  choices=("auto", "yes", "no")),
            *PART_PARAMS,
        ),
        words=("translation", "tatoeba", "anki", "seq2seq", "parallel", "question answer"),
    ),
)  # fmt: skip

"""A person's own labelled sentences: a table with a column of text, or a folder of text files per class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from runtime.data.schema import UNKNOWN, Schema, classification, regression
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset, Learnt
    from runtime.data.own.labelled import Labelled

LONGEST = 256
LOOKED_AT = ("text", "target", "header", "unit", "lower", "vocabulary", *PART_OPTIONS.values())


def _read(path: Path, options: Mapping[str, Any], loading: Loading) -> Labelled:
    from runtime.data.own.labelled import from_folder, from_table

    if path.is_dir():
        return from_folder(path, loading)
    return from_table(path, options, loading)


def _corpus(found: Labelled, options: Mapping[str, Any], loading: Loading) -> Corpus:
    def pieces() -> Iterator[list[str]]:
        for number, text in enumerate(found.texts):
            if number % 1000 == 0:
                loading.step(number / len(found.texts), f"Cutting {number:,} texts into {options['unit']}")
            yield cut(text, options["unit"], options["lower"])

    return gathered(pieces(), options["unit"], (UNKNOWN,))


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    found = _read(path, options, loading)
    corpus = _corpus(found, options, loading)
    words = corpus.vocabulary(options["vocabulary"], lambda: loading.step(0.9, "Learning the vocabulary"))
    columns = {} if found.table is None else columns_of(found.table, text=found.text)
    return {
        **columns,
        "vocabulary": list(words),
        "longest": int(corpus.numbered(words).lengths.max()),
        "size": len(found.texts),
        "test": found.parts.count("test"),
        "classes": found.classes,
        "target": found.target,
        "notes": found.notes,
    }


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    length = options["length"] or min(LONGEST, facts["longest"])
    words = tuple(facts["vocabulary"])
    if facts["classes"] is None:
        made = regression((length,), "tokens", size=facts["size"], target_names=(facts["target"],))
        made = replace(made, test_size=facts["test"] or None)
    else:
        made = classification(
            (length,), facts["classes"], "tokens", size=facts["size"], test_size=facts["test"] or None
        )
    return replace(made, input_dtype="int64", vocabulary=words)


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.divided import rows_of

    path = place_of(options)
    made = schema(facts("own-sentences", options, loading), options)
    found = _read(path, options, loading)
    corpus = _corpus(found, options, loading)
    length = made.input_shape[0]

    def numbered(vocabulary: tuple[str, ...]) -> tuple[torch.Tensor, list[str]]:
        rows = corpus.numbered(vocabulary)
        long = int((rows.lengths > length).sum())
        notes = (
            [
                counted(
                    long,
                    f"text is longer than {length} {options['unit']} and is cut off.",
                    f"texts are longer than {length} {options['unit']} and are cut off.",
                )
            ]
            if long
            else []
        )
        return torch.from_numpy(rows.filled(length)), [*found.notes, *notes]

    def learning(dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
        words, notes = taught(corpus, "words", made.vocabulary, corpus.held_out(train.numpy()), kept, "texts")
        inputs, others = numbered(words)
        # The width is that of the schema, which does not know who trains. Only as many places are used as training
        # texts have: nothing would have been learnt for the others.
        lengths = corpus.numbered(words).lengths
        most = int(lengths[train.numpy()].max(initial=0))
        long = int((lengths > most).sum()) if most < length else 0
        if long:
            inputs[:, most:] = 0
            notes.append(
                counted(
                    long,
                    f"held-out text is longer than those that train and is cut off behind {most} {options['unit']}.",
                    f"held-out texts are longer than those that train and are cut off behind {most} {options['unit']}.",
                )
            )
        return replace(
            dataset,
            inputs=inputs,
            schema=replace(dataset.schema, vocabulary=words),
            skipped=(*others, *notes),
            learnt={"words": words},
        )

    inputs, notes = numbered(made.vocabulary)
    targets = torch.tensor(found.answers)
    if made.task == "classification":
        targets = targets.long()
    else:
        targets = targets.float().unsqueeze(1)
    return Dataset(
        inputs,
        targets,
        made,
        test=rows_of(found.parts, "test"),
        validation=rows_of(found.parts, "validation"),
        target_scaling="standardise" if made.task == "regression" else "none",
        skipped=tuple(notes),
        learning=learning,
    )


SOURCES = (
    own_source(
        id="own-sentences",
        title="Labelled sentences",
        help=(
            "A CSV or Parquet file with a column of texts and a column with what is to be said of each; or a folder "
            "of text files for each class (also under train, val and test). Validation and test rows may stand in "
            "files of their own (train.csv and test.csv). Short texts are filled up with 0."
        ),
        survey=Survey(look, schema, LOOKED_AT, needs=("polars",)),
        read=read,
        options=(
            path_option("A CSV or Parquet file, or a folder of text files per class.", "either",
                        (".csv", ".tsv", ".txt", ".parquet")),
            Param("text", "text", None, "The column of texts; empty takes the one with the longest.", optional=True),
            Param("target", "text", None, "The column to predict; empty takes the last other one.", optional=True),
            unit_option("words"),
            Param("length", "int", None, f"Tokens of each text; empty takes the longest, up to {LONGEST}.",
                  minimum=1, maximum=4096, optional=True),
            LOWER,
            vocabulary_option(10_000),
            Param("header", "choice", "auto", "Whether the first row names the columns.",
                  choices=("auto", "yes", "no")),
            *PART_PARAMS,
        ),
        words=("sentiment", "reviews", "text classification", "csv", "spam", "words"),
    ),
)  # fmt: skip

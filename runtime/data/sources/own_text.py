"""A person's own text, for language models: the target of each token is the one that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from graph.catalogue.spec import Param
from runtime.data.own.corpus import Corpus, gathered, of_letters, taught
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.tokenising import LOWER, cut, unit_option, vocabulary_option
from runtime.data.schema import UNKNOWN, DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from runtime.data.dataset import Dataset, Learnt

LINE = "\n"


def _corpus(path: Path, options: Mapping[str, Any], loading: Loading, skipped: list[str]) -> Corpus:
    """All files one after the other, as one text; a line's end is a token of its own."""
    from runtime.data.own.text_files import texts_of

    unit, lower = options["unit"], options["lower"]
    texts = texts_of(path, loading, skipped)
    if unit == "characters":
        text = LINE.join(text for _, text in texts)
        found = of_letters(text.lower() if lower else text, (UNKNOWN,)) if text.strip() else None
    else:
        found = gathered(_lines(texts, unit, lower, loading), unit, (UNKNOWN, LINE))
    if found is None or not any(word.strip() for word in found.words):
        raise DataError(f"{path.name} holds no text. {skipped[0] if skipped else ''}".strip())
    return found


def _lines(
    texts: Iterable[tuple[Path, str]], unit: str, lower: bool, loading: Loading
) -> Iterator[list[str]]:
    for file, text in texts:
        for number, line in enumerate(text.split(LINE)):
            if number % 1000 == 0:
                loading.step(0.5, f"Cutting {file.name} into {unit}")
            yield [*cut(line, unit, lower), LINE]


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    skipped: list[str] = []
    corpus = _corpus(path, options, loading, skipped)
    words = corpus.vocabulary(options["vocabulary"], lambda: loading.step(0.7, "Learning the vocabulary"))
    return {"vocabulary": list(words), "tokens": len(corpus.numbered(words).flat), "notes": skipped}


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    window, total = options["window"], facts["tokens"]
    if total <= window:
        raise DataError(
            f"The text has {total:,} {options['unit']}, which is less than one window of {window + 1}. "
            "Choose a shorter window."
        )
    words = tuple(facts["vocabulary"])
    return Schema(
        input_shape=(window,),
        input_dtype="int64",
        task="next-token",
        kind="tokens",
        classes=words,
        target_shape=(window,),
        size=(total - 1 - window) // options["stride"] + 1,
        vocabulary=words,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.own.scans import facts

    skipped: list[str] = []
    made = schema(facts("own-text", options, loading), options)
    corpus = _corpus(place_of(options), options, loading, skipped)
    window, stride, words = options["window"], options["stride"], made.vocabulary
    tokens = torch.from_numpy(corpus.numbered(words).flat)
    # Views of one long row of numbers: windows that overlap take no memory of their own.
    rows = tokens.unfold(0, window + 1, stride)
    begins, ends = _places(corpus, words, window, stride, len(rows))

    def learning(dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
        numbers = train.numpy()
        size = len(corpus.pieces) + 1
        edges = numpy.bincount(begins[numbers], minlength=size) - numpy.bincount(
            ends[numbers], minlength=size
        )
        held = numpy.cumsum(edges)[:-1] == 0
        found, notes = taught(corpus, "words", words, held, kept, "text")
        numbered = corpus.apart().numbered(found) if options["unit"] == "subwords" else corpus.numbered(found)
        again = torch.from_numpy(numbered.flat)
        if len(again) <= window:
            raise DataError(f"The text has {len(again):,} tokens, too few for a window of {window}.")
        if options["unit"] == "subwords":
            # Another cut makes more tokens or fewer; each window begins where it began in the text.
            places = numpy.minimum(numbered.starts[begins], len(again) - window - 1)
            windows = again.unfold(0, window + 1, 1)[torch.from_numpy(places)]
        else:
            windows = again.unfold(0, window + 1, stride)
        return replace(
            dataset,
            inputs=windows[:, :-1],
            targets=windows[:, 1:],
            schema=replace(dataset.schema, vocabulary=found, classes=found),
            skipped=(*skipped, *notes),
            learnt={"words": found},
        )

    return Dataset(
        rows[:, :-1],
        rows[:, 1:],
        replace(made, size=len(rows)),
        ordered=True,
        skipped=tuple(skipped),
        learning=learning,
    )


def _places(
    corpus: Corpus, vocabulary: tuple[str, ...], window: int, stride: int, rows: int
) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
    """The first piece of the text that each window holds, and the first behind it."""
    begins = numpy.arange(rows) * stride
    ends = begins + window + 1
    if corpus.unit != "subwords":
        return begins, ends
    tokens = corpus.apart().numbered(vocabulary).starts
    return numpy.searchsorted(tokens, begins, "right") - 1, numpy.searchsorted(tokens, ends)


SOURCES = (
    own_source(
        id="own-text",
        title="Text",
        help=(
            "A text file, or a folder of them, in windows of characters, words or parts of words; the target of each "
            "token is the one that follows. The end of the text is held out."
        ),
        survey=Survey(look, schema, ("unit", "lower", "vocabulary")),
        read=read,
        options=(
            path_option("A text file, or a folder of text files.", "either", (".txt", ".md", ".py")),
            unit_option("characters"),
            Param("window", "int", 64, "Tokens in a sample.", minimum=1, maximum=4096),
            Param(
                "stride",
                "int",
                32,
                "Tokens from one sample's beginning to the next.",
                minimum=1,
                maximum=4096,
            ),
            LOWER,
            vocabulary_option(5000),
        ),
        words=("text", "txt", "book", "language model", "gpt", "next token", "characters", "corpus"),
    ),
)

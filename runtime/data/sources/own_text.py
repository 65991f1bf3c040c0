"""A person's own text, for language models: the target of each token is the one that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.corpus import Corpus, gathered, of_letters
from runtime.data.own.following import next_tokens
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.tokenising import LOWER, composed, cut, unit_option, vocabulary_option
from runtime.data.schema import UNKNOWN, DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

LINE = "\n"


def _corpus(path: Path, options: Mapping[str, Any], loading: Loading, skipped: list[str]) -> Corpus:
    """All files one after the other, as one text; a line's end is a token of its own."""
    from runtime.data.own.text_files import texts_of

    unit, lower = options["unit"], options["lower"]
    texts = texts_of(path, loading, skipped)
    if unit == "characters":
        text = LINE.join(text for _, text in texts)
        found = of_letters(composed(text, lower), (UNKNOWN,)) if text.strip() else None
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
    from runtime.data.own.scans import facts

    skipped: list[str] = []
    made = schema(facts("own-text", options, loading), options)
    corpus = _corpus(place_of(options), options, loading, skipped)
    return next_tokens(corpus, made, options["stride"], tuple(skipped))


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

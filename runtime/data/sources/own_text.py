"""A person's own text, for language models: the target of each token is the one that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.tokenising import LOWER, Numbers, cut, learn, unit_option, vocabulary_option
from runtime.data.schema import UNKNOWN, DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset

LINE = "\n"


def _lines(path: Path, options: Mapping[str, Any], loading: Loading, skipped: list[str]) -> list[list[str]]:
    """Every line cut into tokens; a line's end is a token of its own."""
    from runtime.data.own.text_files import texts_of

    unit, lower = options["unit"], options["lower"]
    found: list[list[str]] = []
    for file, text in texts_of(path, loading, skipped):
        for number, line in enumerate(text.split(LINE)):
            if number % 1000 == 0:
                loading.step(0.5, f"Cutting {file.name} into {unit}")
            found.append([*cut(line, unit, lower), LINE])
    if not any(len(line) > 1 for line in found):
        raise DataError(f"{path.name} holds no text. {skipped[0] if skipped else ''}".strip())
    return found


def _text(path: Path, options: Mapping[str, Any], loading: Loading, skipped: list[str]) -> str:
    """The characters of all files, one after the other."""
    from runtime.data.own.text_files import texts_of

    text = LINE.join(text for _, text in texts_of(path, loading, skipped))
    if not text.strip():
        raise DataError(f"{path.name} holds no text. {skipped[0] if skipped else ''}".strip())
    return text.lower() if options["lower"] else text


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    skipped: list[str] = []
    unit, most = options["unit"], options["vocabulary"]

    def step() -> None:
        loading.step(0.7, "Learning the vocabulary")

    if unit == "characters":
        text = _text(path, options, loading, skipped)
        different = len(set(text))
        words = learn([text], unit, most, (UNKNOWN,) if different >= most else (), step)
        return {"vocabulary": list(words), "tokens": len(text), "notes": skipped}
    lines = _lines(path, options, loading, skipped)
    words = learn(lines, unit, most, (LINE,), step)
    numbers = Numbers(words, unit)
    if any(len(numbers.of([word])) == 0 for line in lines for word in set(line)):
        # Some tokens are too rare for the vocabulary and need the unknown word.
        words = learn(lines, unit, most, (UNKNOWN, LINE), step)
        numbers = Numbers(words, unit)
    total = sum(len(numbers.of(line)) for line in lines)
    return {"vocabulary": list(words), "tokens": total, "notes": skipped}


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
    import numpy
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.own.scans import facts

    path = place_of(options)
    about = facts("own-text", options, loading)
    found = schema(about, options)
    skipped: list[str] = []
    if options["unit"] == "characters":
        tokens = character_numbers(_text(path, options, loading, skipped), found.vocabulary)
    else:
        numbers = Numbers(found.vocabulary, options["unit"])
        parts = [
            numpy.array(numbers.of(line), numpy.int64) for line in _lines(path, options, loading, skipped)
        ]
        tokens = torch.from_numpy(numpy.concatenate(parts))
    # Views of one long row of numbers: windows that overlap take no memory of their own.
    windows = tokens.unfold(0, options["window"] + 1, options["stride"])
    return Dataset(
        windows[:, :-1],
        windows[:, 1:],
        replace(found, size=len(windows)),
        ordered=True,
        skipped=tuple(skipped),
    )


def character_numbers(text: str, vocabulary: tuple[str, ...]) -> torch.Tensor:
    """The number of every character, by a table of code points: a book takes no longer than its letters."""
    import numpy
    import torch

    codes = numpy.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), numpy.uint32)
    unknown = vocabulary.index(UNKNOWN) if UNKNOWN in vocabulary else 0
    table = numpy.full(int(codes.max()) + 1, unknown, numpy.int64)
    for number, letter in enumerate(vocabulary):
        if len(letter) == 1 and ord(letter) < len(table):
            table[ord(letter)] = number
    return torch.from_numpy(table[codes])


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

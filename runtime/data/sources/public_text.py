"""A text in the public domain for language models: the token that follows, for windows of characters or words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.own.corpus import gathered
from runtime.data.own.following import next_tokens
from runtime.data.own.tokenising import learn
from runtime.data.schema import UNKNOWN, Schema
from runtime.data.source import Loading, Source
from runtime.data.texts import shipped, words_in

UNITS = ("characters", "words")


@cache
def pieces(unit: str, lower: bool) -> tuple[str, ...]:
    """The text cut into characters or words; a line's end is a token of its own among words, too."""
    text = shipped(lower)
    if unit == "characters":
        return tuple(text)
    return tuple(word for line in text.split("\n") for word in (*words_in(line), "\n"))


@cache
def vocabulary(unit: str, lower: bool, most: int) -> tuple[str, ...]:
    """The different characters, all of which come before the end that is held out; or the commonest words."""
    found = list(pieces(unit, lower))
    if unit == "characters":
        return tuple(sorted(set(found)))
    return learn(Counter(found), unit, most, (UNKNOWN, "\n"), lambda: None)


def _chosen(options: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(tokens of the text, vocabulary) under these options."""
    unit, lower = options["unit"], options["lower"]
    return pieces(unit, lower), vocabulary(unit, lower, options["words"])


def describe(options: Mapping[str, Any]) -> Schema:
    text, words = _chosen(options)
    window = options["window"]
    return Schema(
        input_shape=(window,),
        input_dtype="int64",
        task="next-token",
        kind="tokens",
        classes=words,
        target_shape=(window,),
        size=(len(text) - 1 - window) // options["stride"] + 1,
        vocabulary=words,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    schema = describe(options)
    text, words = _chosen(options)
    table = {word: number for number, word in enumerate(words)}
    if options["unit"] == "words":
        return next_tokens(gathered([text], "words", (UNKNOWN, "\n")), schema, options["stride"])
    numbers = torch.tensor([table[word] for word in text])
    window, stride = options["window"], options["stride"]
    windows = numbers.unfold(0, window + 1, stride)
    reach = (window - 1) // stride
    return Dataset(windows[:, :-1].clone(), windows[:, 1:].clone(), schema, ordered=True, reach=reach)


SOURCES = (
    Source(
        id="public-text",
        title="Alice in Wonderland",
        category="Sequences",
        help=(
            "The first two chapters of Lewis Carroll's book of 1865 (public domain), 22,000 characters, in windows of "
            "characters or words; the target of each is the one that follows. The end of the text is held out: "
            "nobody can know it by heart."
        ),
        words=("text", "characters", "words", "language model", "gpt", "next token", "book", "public domain"),
        options=(
            Param("unit", "choice", "characters", "What a token is.", choices=UNITS),
            Param("window", "int", 64, "Tokens in a sample.", minimum=2, maximum=1024),
            Param("stride", "int", 16, "Tokens from the beginning of one sample to the next.", minimum=1, maximum=1024),
            Param("lower", "bool", True, "Take capital letters as small ones."),
            Param("words", "int", 1000, "Different words at most; rarer ones become unknown.", minimum=10,
                  maximum=10_000),
        ),
        describe=describe,
        read=read,
    ),
)  # fmt: skip

"""One sentence, character by character: the target of each character is the one that follows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source

WOW = "wow it's amazing!"
SHIP = (
    "if you want to build a ship, don't drum up people together to collect wood and don't assign them tasks "
    "and work, but rather teach them to long for the endless immensity of the sea."
)
ENCODING = Param(
    "encoding", "choice", "one-hot",
    "one-hot: each character is a row with a single 1. tokens: each is its number, for an Embedding.",
    choices=("one-hot", "tokens"),
)  # fmt: skip


def vocabulary(text: str) -> tuple[str, ...]:
    """The different characters of a text, in order of their code."""
    return tuple(sorted(set(text)))


def _describer(text: str) -> Callable[[Mapping[str, Any]], Schema]:
    def describe(options: Mapping[str, Any]) -> Schema:
        characters = vocabulary(text)
        # The short sentence is one sample; the long one is cut into windows.
        length = options.get("window", len(text) - 1)
        tokens = options["encoding"] == "tokens"
        return Schema(
            input_shape=(length,) if tokens else (length, len(characters)),
            input_dtype="int64" if tokens else "float32",
            task="next-token",
            kind="tokens",
            classes=characters,
            target_shape=(length,),
            size=len(text) - length,
            features=() if tokens else characters,
            hold_out=False,
        )

    return describe


def _reader(text: str) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    describe = _describer(text)

    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import torch

        schema = describe(options)
        characters = vocabulary(text)
        numbers = torch.tensor([characters.index(character) for character in text])
        windows = numbers.unfold(0, schema.target_shape[0], 1)
        inputs, targets = windows[:-1].clone(), windows[1:].clone()
        if options["encoding"] == "one-hot":
            inputs = torch.nn.functional.one_hot(inputs, len(characters)).float()
        return Dataset(inputs, targets, schema)

    return read


SHARED = "All of it trains and tests: the aim is to know it by heart."

SOURCES = (
    Source(
        id="char-wow",
        title="“wow it's amazing!”",
        category="Sequences",
        help=f"A sentence of 17 characters, 13 of them different, as one sample of 16 steps. {SHARED}",
        words=("text", "characters", "char-rnn", "next character", "language"),
        options=(ENCODING,),
        describe=_describer(WOW),
        read=_reader(WOW),
    ),
    Source(
        id="char-ship",
        title="“if you want to build a ship …”",
        category="Sequences",
        help=(
            "A sentence of 180 characters, 25 of them different, cut into windows that each begin one character later. "
            f"{SHARED}"
        ),
        words=("text", "characters", "char-rnn", "next character", "language"),
        options=(
            Param("window", "int", 10, "Characters in a sample.", minimum=1, maximum=len(SHIP) - 1),
            ENCODING,
        ),
        describe=_describer(SHIP),
        read=_reader(SHIP),
    ),
)

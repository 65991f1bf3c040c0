"""Eighteen short sentences with a verdict: the smallest task about words, of different lengths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source

GOOD = (
    "i love this film",
    "the story is wonderful",
    "it was very very good",
    "we liked the music",
    "a great film",
    "this is not a bad film",
    "we enjoyed it",
    "the ending was fine",
    "very funny",
)
BAD = (
    "i hate this film",
    "the story is boring",
    "it was very bad",
    "nothing was funny",
    "a terrible film",
    "this is not a good story",
    "the music was awful",
    "we hate the ending",
    "very dull",
)
VOCABULARY = ("", *sorted({word for sentence in (*GOOD, *BAD) for word in sentence.split()}))
"""29 words; number 0 fills up short sentences."""
LONGEST = max(len(sentence.split()) for sentence in (*GOOD, *BAD))


def describe(options: Mapping[str, Any]) -> Schema:
    return Schema(
        input_shape=(LONGEST,),
        input_dtype="int64",
        task="binary",
        kind="tokens",
        classes=("bad", "good"),
        target_shape=(1,),
        target_dtype="float32",
        size=len(GOOD) + len(BAD),
        hold_out=False,
        vocabulary=VOCABULARY,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    numbers = {word: number for number, word in enumerate(VOCABULARY)}
    tokens = torch.zeros(len(GOOD) + len(BAD), LONGEST, dtype=torch.int64)
    for row, sentence in enumerate((*GOOD, *BAD)):
        words = sentence.split()
        tokens[row, : len(words)] = torch.tensor([numbers[word] for word in words])
    verdicts = torch.tensor([1.0] * len(GOOD) + [0.0] * len(BAD)).unsqueeze(1)
    return Dataset(tokens, verdicts, describe(options))


SOURCES = (
    Source(
        id="sentences",
        title="Short verdicts",
        category="Sequences",
        help=(
            "18 sentences about films, of two to six words, each good or bad: 29 different words as numbers, "
            "short sentences filled up with 0 at the end. All of them train and test: there are too few to hold "
            "any back."
        ),
        words=("text", "sentiment", "words", "padding", "lengths", "language"),
        describe=describe,
        read=read,
    ),
)

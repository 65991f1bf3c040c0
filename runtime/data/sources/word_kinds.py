"""Generated sentences with the kind of every word, where many words are a noun here and a verb there."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED
from runtime.data.schema import UNLABELLED, Schema
from runtime.data.source import Loading, Source
from runtime.data.tokens import filled

KINDS = ("article", "adjective", "noun", "verb", "pronoun", "preposition", "adverb")
BOTH = ("play", "walk", "dance", "paint", "water", "light", "fish", "love", "hope", "guard", "swim", "dream")
"""Words that are a noun or a verb, as their neighbours have it."""
EITHER = ("clean", "warm", "dry", "slow", "open", "calm")
"""Words that are an adjective or a verb."""
WORDS: dict[str, tuple[str, ...]] = {
    "article": ("the", "a", "this", "every"),
    "adjective": ("old", "small", "happy", "green", "quiet", *EITHER),
    "noun": ("dog", "child", "river", "house", "song", "garden", *BOTH),
    "verb": ("see", "find", "hear", "watch", *BOTH, *EITHER),
    "pronoun": ("i", "we", "you", "they"),
    "preposition": ("in", "near", "with", "behind"),
    "adverb": ("often", "never", "slowly", "gladly"),
}
SHAPES = tuple(
    tuple(shape.split())
    for shape in (
        "pronoun verb article noun",
        "pronoun adverb verb article adjective noun",
        "pronoun verb preposition article noun",
        "pronoun adverb verb",
        "article noun preposition article adjective noun",
        "pronoun verb article noun preposition article noun",
        "verb article noun adverb",
    )
)
LONGEST = max(len(shape) for shape in SHAPES)
VOCABULARY = ("", *sorted({word for words in WORDS.values() for word in words}))


def describe(options: Mapping[str, Any]) -> Schema:
    return Schema(
        input_shape=(LONGEST,),
        input_dtype="int64",
        task="sequence-labels",
        kind="tokens",
        classes=KINDS,
        target_shape=(LONGEST,),
        size=options["n"],
        vocabulary=VOCABULARY,
    )


def sentences(options: Mapping[str, Any]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Different sentences: (words, kinds)."""
    dice = random.Random(options["seed"])
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    while len(found) < options["n"]:
        shape = dice.choice(SHAPES)
        found.setdefault(tuple(dice.choice(WORDS[kind]) for kind in shape), shape)
    return list(found.items())


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    numbers = {word: number for number, word in enumerate(VOCABULARY)}
    made = sentences(options)
    tokens = filled([[numbers[word] for word in words] for words, _ in made], LONGEST)
    kinds = filled([[KINDS.index(kind) for kind in shape] for _, shape in made], LONGEST)
    return Dataset(tokens, kinds.masked_fill(tokens == 0, UNLABELLED), describe(options))


SOURCES = (
    Source(
        id="word-kinds",
        title="Kinds of words",
        category="Sequences",
        help=(
            "Generated sentences with a class for every word: article, noun, verb and so on. “We play” and “the play”: "
            "many words are one thing here and another there, and only their neighbours tell. No sentence comes twice."
        ),
        words=(
            "text",
            "sequence labelling",
            "tagging",
            "part of speech",
            "grammar",
            "words",
            "padding",
            "generated",
        ),
        options=(
            Param("n", "int", 2000, "How many sentences to generate.", minimum=20, maximum=10_000),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)

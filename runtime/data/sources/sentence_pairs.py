"""Pairs of sentences of which the second follows the first, or does not: what BERT is pretrained on."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED, count
from runtime.data.own.corpus import gathered, taught
from runtime.data.schema import CLASS, MASK, SEPARATOR, UNKNOWN, Field, Schema
from runtime.data.source import Loading, Source
from runtime.data.texts import commonest, sentences
from runtime.data.tokens import filled

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Learnt

GIRLS = ("anna", "clara", "emma", "greta", "ida", "julia")
BOYS = ("ben", "david", "felix", "hugo", "karl", "leo")
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "pink")
THINGS = ("ball", "kite", "book", "hat", "boat", "lamp", "cup", "chair", "drum", "coat", "box", "bag")
PLACES = ("market", "beach", "park", "school", "station", "lake", "bakery", "library")
BEGINNINGS = ("{name} finds a {colour} {thing}", "{name} buys a {colour} {thing}", "{name} has a {colour} {thing}",
              "at the {place} {name} sees a {colour} {thing}", "{name} takes a {colour} {thing} home")  # fmt: skip
ENDINGS = ("then {who} gives the {colour} {thing} to {friend}", "{who} likes the {colour} {thing}",
           "the {colour} {thing} is new and {name} is happy", "now {name} plays with the {colour} {thing}",
           "{friend} asks {name} for the {colour} {thing}", "but {who} loses the {colour} {thing}")  # fmt: skip
MARKS = ("", CLASS, SEPARATOR, MASK, UNKNOWN)
TEXTS = ("stories", "alice")
Sentence = tuple[str, ...]


def story(dice: random.Random) -> tuple[Sentence, Sentence]:
    """Two sentences about the same person and the same thing."""
    girl = dice.random() < 0.5
    name = dice.choice(GIRLS if girl else BOYS)
    words = {
        "name": name,
        "who": "she" if girl else "he",
        "friend": dice.choice([other for other in (*GIRLS, *BOYS) if other != name]),
        "colour": dice.choice(COLOURS),
        "thing": dice.choice(THINGS),
        "place": dice.choice(PLACES),
    }
    first, second = dice.choice(BEGINNINGS), dice.choice(ENDINGS)
    return tuple(first.format(**words).split()), tuple(second.format(**words).split())


@cache
def vocabulary(text: str, most: int) -> tuple[str, ...]:
    """Filling and marks, then the words."""
    if text == "alice":
        words = [word for sentence in _book() for word in sentence]
        return (*MARKS, *commonest(words, most - len(MARKS)))
    shapes = [word for shape in (*BEGINNINGS, *ENDINGS) for word in shape.split() if "{" not in word]
    return (*MARKS, *sorted({*shapes, *GIRLS, *BOYS, *COLOURS, *THINGS, *PLACES, "she", "he"}))


def _book() -> tuple[Sentence, ...]:
    return sentences(longest=24)


def _size(options: Mapping[str, Any]) -> int:
    """How many pairs there are: a book has only so many neighbours."""
    if options["text"] == "stories":
        return int(options["n"])
    return min(int(options["n"]), 2 * (len(_book()) - 1))


def _longest(text: str) -> int:
    """Tokens of the longest pair with its three marks."""
    if text == "stories":
        return (
            3 + max(len(shape.split()) for shape in BEGINNINGS) + max(len(shape.split()) for shape in ENDINGS)
        )
    return 3 + 2 * max(len(sentence) for sentence in _book())


def describe(options: Mapping[str, Any]) -> Schema:
    length = _longest(options["text"])
    return Schema(
        input_shape=(length,),
        input_dtype="int64",
        task="sentence-pairs",
        kind="tokens",
        classes=("does not follow", "follows"),
        target_shape=(),
        size=_size(options),
        vocabulary=vocabulary(options["text"], options["words"]),
        fields=(
            Field("segments", (length,), "int64", "tokens", "0 in the first sentence, 1 in the second."),
        ),
    )


def pairs(options: Mapping[str, Any]) -> list[tuple[Sentence, Sentence, bool]]:
    """(first, second, whether it follows), half of each. A wrong second sentence is one of another story."""
    dice = random.Random(options["seed"])
    wanted = _size(options)
    if options["text"] == "alice":
        text = _book()
        real = [(text[number], text[number + 1]) for number in range(len(text) - 1)]
        dice.shuffle(real)
        real += real  # each once with its own neighbour, once with another
    else:
        real = [story(dice) for _ in range(wanted)]
    found = []
    for number, (first, second) in enumerate(real[:wanted]):
        follows = (
            number % 2 == 0 if options["text"] == "stories" else (number + 2 * number // len(real)) % 2 == 0
        )
        if not follows:
            true = second
            while second == true:
                second = dice.choice(real)[1]
        found.append((first, second, follows))
    return found


def packed(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], list[int]]:
    """([class] first [separator] second [separator], 0 and 1 for the sentence each belongs to)."""
    words = [CLASS, *first, SEPARATOR, *second, SEPARATOR]
    border = len(first) + 2
    return words, [int(place >= border) for place in range(len(words))]


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    schema = describe(options)
    made = pairs(options)
    rows = [packed(first, second) for first, second, _ in made]
    length = schema.input_shape[0]
    corpus = gathered((words for words, _ in rows), "words", MARKS[1:])

    def learning(dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
        held = corpus.held_out(train.numpy())
        words, notes = taught(corpus, "words", schema.vocabulary, held, kept, "sentences")
        return replace(
            dataset,
            inputs=torch.from_numpy(corpus.numbered(words).filled(length)),
            schema=replace(dataset.schema, vocabulary=words),
            skipped=tuple(notes),
            learnt={"words": words},
        )

    return Dataset(
        torch.from_numpy(corpus.numbered(schema.vocabulary).filled(length)),
        torch.tensor([int(follows) for _, _, follows in made]),
        schema,
        fields={"segments": filled([segments for _, segments in rows], length)},
        learning=learning if options["text"] == "alice" else None,  # the words of the stories are given
    )


SOURCES = (
    Source(
        id="sentence-pairs",
        title="Pairs of sentences",
        category="Sequences",
        help=(
            "Two sentences in a row with their marks; in half of the samples the second really follows the first. "
            "“stories” are generated: both speak of the same person, thing and colour. “alice” takes neighbours of the "
            "book (only about 400, so a network soon knows them by heart)."
        ),
        words=("text", "bert", "masked", "next sentence", "pretraining", "segments", "generated", "language"),
        options=(
            Param("text", "choice", "stories", "Where the sentences come from.", choices=TEXTS),
            count(4000, "How many pairs."),
            Param("words", "int", 1000, "Different tokens at most; rarer words become unknown.", minimum=50,
                  maximum=10_000),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)  # fmt: skip

"""Generated short sentences with a verdict, where a small word ("not", "never") turns the meaning round."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source
from runtime.data.tokens import filled

THINGS = (
    "film", "book", "story", "music", "ending", "food", "hotel", "room", "play", "song", "game", "show", "meal",
    "journey", "service", "garden",
)  # fmt: skip
GOOD = (
    "good",
    "great",
    "wonderful",
    "funny",
    "brilliant",
    "lovely",
    "charming",
    "clever",
    "fine",
    "beautiful",
)
BAD = ("bad", "terrible", "boring", "awful", "dull", "silly", "poor", "weak", "ugly", "horrible")
LIKE = ("love", "like", "enjoy", "admire")
DISLIKE = ("hate", "dislike", "regret", "avoid")
WHO = ("i", "we", "they", "you")
HOW = ("", "very", "really", "quite")
DETERMINERS = ("the", "this", "that")
PLAIN, TURNED = 4, 5
"""How many manners of saying there are without and with a word that turns the meaning round."""


def sentence(dice: random.Random, good: bool, turned: bool) -> str:
    """One sentence with this verdict; ``turned`` says it with the opposite word and a negation."""
    said = good != turned
    adjective = dice.choice(GOOD if said else BAD)
    verb = dice.choice(LIKE if said else DISLIKE)
    thing, which, how, who = (dice.choice(words) for words in (THINGS, DETERMINERS, HOW, WHO))
    form = dice.randrange(TURNED if turned else PLAIN)
    if not turned:
        other = dice.choice(GOOD if said else BAD)
        text = (
            f"{which} {thing} was {how} {adjective}",
            f"{who} {how if how != 'very' else ''} {verb} {which} {thing}",
            f"a {how} {adjective} {thing}",
            f"{which} {thing} was {adjective} and {other}",
        )[form]
    else:
        text = (
            f"{which} {thing} was not {how} {adjective}",
            f"{who} do not {verb} {which} {thing}",
            f"not a {how} {adjective} {thing}",
            f"nothing about {which} {thing} was {adjective}",
            f"{which} {thing} was never {how} {adjective}",
        )[form]
    return " ".join(text.split())


VOCABULARY = (
    "",
    *sorted(
        {
            *THINGS, *GOOD, *BAD, *LIKE, *DISLIKE, *WHO, *HOW[1:], *DETERMINERS, "a", "about", "and", "do", "never",
            "not", "nothing", "was",
        }
    ),
)  # fmt: skip
LONGEST = 6
MOST = 5000
"""So many different sentences are easily found."""


def describe(options: Mapping[str, Any]) -> Schema:
    return Schema(
        input_shape=(LONGEST,),
        input_dtype="int64",
        task="binary",
        kind="tokens",
        classes=("bad", "good"),
        target_shape=(1,),
        target_dtype="float32",
        size=options["n"],
        vocabulary=VOCABULARY,
    )


def sentences(options: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Different sentences, half of them good, and the wanted share of them turned round."""
    dice = random.Random(options["seed"])
    found: dict[str, bool] = {}
    while len(found) < options["n"]:
        good = len(found) % 2 == 0
        text = sentence(dice, good, dice.random() < options["negations"])
        found.setdefault(text, good)
    return list(found.items())


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    numbers = {word: number for number, word in enumerate(VOCABULARY)}
    made = sentences(options)
    tokens = filled([[numbers[word] for word in text.split()] for text, _ in made], LONGEST)
    verdicts = torch.tensor([float(good) for _, good in made]).unsqueeze(1)
    return Dataset(tokens, verdicts, describe(options))


SOURCES = (
    Source(
        id="verdicts",
        title="Verdicts with negations",
        category="Sequences",
        help=(
            "Generated sentences of two to six words about films, food and more, each good or bad. In some of them "
            "“not”, “never” or “nothing” turns the meaning round, so that single words do not decide: the order "
            "does. No sentence comes twice."
        ),
        words=("text", "sentiment", "words", "padding", "lengths", "language", "negation", "generated"),
        options=(
            Param("n", "int", 2000, "How many sentences to generate.", minimum=20, maximum=MOST),
            Param(
                "negations",
                "float",
                0.4,
                "Share of the sentences that are turned round.",
                minimum=0,
                maximum=1,
            ),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)

"""A network that guesses hidden words, and whether one sentence follows another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import CLASS, END, MASK, SEPARATOR, START, UNKNOWN, DataError, Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The numbers of the mask and of what is never hidden, and how many tokens there are."""
    words = schema.vocabulary
    if MASK not in words:
        raise DataError(f"The words of this data have no token {MASK}, so nothing can be hidden.")
    special = ("", CLASS, SEPARATOR, MASK, UNKNOWN, START, END)
    return {
        "mask": words.index(MASK),
        "marks": tuple(number for number, word in enumerate(words) if word in special),
        "tokens": len(words),
    }


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """Two sentences and which is which; out come a score of every word for every place, and two for "follows"."""
    count = len(schema.vocabulary)
    segments = next((one for one in schema.fields if one.name == "segments"), None)
    if segments is None:
        raise DataError("The data does not say which words belong to which of the two sentences.")
    feeds = (
        Feed(schema.input_shape, schema.input_dtype, "the words", count),
        Feed(segments.shape, segments.dtype, "which sentence they are of", 2, "sentences"),
    )
    wants = (
        Want((-1, count), "scores of words", f"for {count} words at every place", wider=True),
        Want((2,), "scores of “follows”", "for yes and no", wider=True),
    )
    return (Asks(feeds, wants, exact=True),)


RECIPE = Recipe(
    id="masked_language_model",
    title="Masked words and next sentence",
    help=(
        "Some words of two sentences are hidden, and the network guesses them from both sides; it also says whether "
        "the second sentence really follows the first. The loss is the sum of two cross-entropies. What is learned "
        "in these two games is a good start for other tasks with language."
    ),
    roles=(Role("network", "Reader", "Gives scores for the word at every place, and two for “follows”."),),
    figures=(
        Figure("loss", "Loss"),
        Figure("masked_loss", "Hidden words"),
        Figure("next_loss", "Next sentence"),
        Figure("masked_accuracy", "Right words", "score", "high", "Share of the hidden words that were guessed."),
        Figure("next_accuracy", "Right about the sentence", "score", "high"),
    ),
    tasks=("sentence-pairs",),
    kinds=("tokens",),
    loop="MaskedLanguageModel",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param("hidden_share", "float", 0.15, "Share of the words of a pair that have to be guessed (at least one).",
              minimum=0.01, maximum=0.9),
        Param("next_weight", "float", 1.0, "How much the second game counts beside the first.",
              minimum=0.0, maximum=100.0),
    ),
    links=(
        Link("data:input", "network", "some words hidden"),
        Link("data:segments", "network"),
        Link("network", "loss:masked_loss", "words"),
        Link("data:input", "loss:masked_loss", "the hidden words"),
        Link("network", "loss:next_loss", "follows?"),
        Link("data:target", "loss:next_loss"),
        Link("loss:masked_loss", "loss:loss"),
        Link("loss:next_loss", "loss:loss", "weighted"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("bert",),
)  # fmt: skip

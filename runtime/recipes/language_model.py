"""A network that guesses how a text goes on, and then writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role
from runtime.recipes.words import tokens_of


def known(schema: Schema) -> Mapping[str, Any]:
    """How many tokens a sample has, and how many kinds there are where they come one-hot."""
    one_hot = schema.class_count if len(schema.input_shape) == 2 else 0
    return {"window": schema.input_shape[0], "one_hot": one_hot}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A text in; a score of every token for every place out."""
    count = schema.class_count
    feed = Feed(schema.input_shape, schema.input_dtype, count=tokens_of(schema))
    reason = f"for {count} tokens at every place"
    return (Asks((feed,), (Want((-1, count), "scores", reason),)),)


RECIPE = Recipe(
    id="language_model",
    title="Language model",
    help=(
        "The network is given a piece of text and says for every place which token comes next; the loss is "
        "cross-entropy per token. Afterwards it writes by itself: a token is drawn from what it says, put behind the "
        "text, and so on. The temperature says how bold it is in that."
    ),
    roles=(Role("network", "Language model", "Says for every place which token comes next."),),
    figures=(
        Figure("loss", "Loss per token"),
        Figure("accuracy", "Right tokens", "score", "high", "Share of the tokens that were the likeliest."),
        Figure(
            "perplexity", "Perplexity", "score", "low",
            "e to the loss per token: as unsure as if it had to choose between so many.", per_epoch=True,
        ),
    ),
    tasks=("next-token",),
    loop="LanguageModel",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param("label_smoothing", "float", 0.0, "Share of the certainty spread over the other tokens.",
              minimum=0.0, maximum=0.99),
        Param("temperature", "float", 0.8, "0 always writes the likeliest token, 1 draws as the network says, more is "
              "bolder.", minimum=0.0, maximum=5.0),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss", "next token"),
        Link("data:target", "loss:loss", "one further on"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("char-gpt", "char-gpt-tied"),
)  # fmt: skip

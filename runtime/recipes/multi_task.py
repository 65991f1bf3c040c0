"""One trunk, several yes/no answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The names of the questions."""
    return {"questions": schema.classes or ()}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """One Output with an answer to every question, or an Output for each."""
    count, feed = schema.class_count, Feed(schema.input_shape, schema.input_dtype)
    if len(project.main.outputs) == 1:
        together = Want((count,), "answers", f"for an answer to each of {count} questions")
        return (Asks((feed,), (together,), exact=True),)
    each = tuple(Want((1,), name, f"for the answer to “{name}”") for name in schema.classes or ())
    return (Asks((feed,), each, exact=True),)


RECIPE = Recipe(
    id="multi_task",
    title="Several questions",
    help=(
        "The network answers several yes/no questions about each sample: with one output per question, a logit (B, 1) "
        "each, or with one output of as many logits as there are questions. Every question has a binary "
        "cross-entropy of its own, and all of them teach the layers they share."
    ),
    roles=(Role("network", "Network", "Gives one logit for every question."),),
    figures=(
        Figure("loss", "Loss", help="Mean of the questions' binary cross-entropies."),
        Figure("accuracy", "Right answers", "score", "high", "Share of all answers that are right."),
    ),
    tasks=("multi-label",),
    loop="MultiTask",
    watch="loss",
    groups=(("network", ("network",)),),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss", "a logit per question"),
        Link("data:target", "loss:loss", "0 or 1"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("multi-task",),
)

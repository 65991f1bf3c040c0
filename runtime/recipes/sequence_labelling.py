"""A network that gives every step of a sequence a class."""

from __future__ import annotations

from collections.abc import Sequence

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role
from runtime.recipes.words import tokens_of


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A sequence in; a score of every class for every step out."""
    feed = Feed(schema.input_shape, schema.input_dtype, count=tokens_of(schema))
    reason = f"for {schema.class_count} classes at every step"
    return (Asks((feed,), (Want((-1, schema.class_count), "scores", reason),)),)


RECIPE = Recipe(
    id="sequence_labelling",
    title="Sequence labelling",
    help=(
        "The network gives scores of the classes for every step of a sequence: which kind of word each word of a "
        "sentence is. The loss is cross-entropy per step; steps that only fill up do not count."
    ),
    roles=(Role("network", "Labeller", "Says for every step which class it has."),),
    figures=(
        Figure("loss", "Loss per step"),
        Figure("accuracy", "Right steps", "score", "high", "Share of the steps that got their class."),
        Figure("exact", "All right", "score", "high", "Share of the sequences without a mistake."),
    ),
    tasks=("sequence-labels",),
    loop="SequenceLabelling",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param("label_smoothing", "float", 0.0, "Share of the certainty spread over the other classes.",
              minimum=0.0, maximum=0.99),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss", "a class per step"),
        Link("data:target", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    asks=asks,
    presets=("word-kinds",),
)  # fmt: skip

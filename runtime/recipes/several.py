"""A network with any number of inputs and outputs, and a weighted loss for each output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.data import Schema, prepared_schema
from runtime.recipes.spec import Figure, Link, Recipe, Role
from runtime.recipes.words import tokens_of

TERM = re.compile(r"(\w+)\s*:\s*(\w+)(?:\s*[×x*]\s*([0-9.]+(?:e-?\d+)?))?(?:\s+with\s+(\w+))?", re.ASCII)
LOSSES = ("cross_entropy", "nll", "bce", "bce_with_logits", "mse", "l1", "smooth_l1", "huber")
"""The losses an output can have."""
EXAMPLE = "scores: cross_entropy, aux_scores: cross_entropy × 0.3"


def read_losses(
    text: str, outputs: Sequence[str], columns: Sequence[str], loss: str
) -> tuple[tuple[str, int, str, float, str], ...]:
    """What "OUTPUT: LOSS × WEIGHT with COLUMN, …" says, as :class:`runtime.loops.several.Several` wants it.

    Weight 1 and the column of the output's name, or else ``target``, may be left out; without any text every output
    has ``loss``. Raises :class:`ChoiceError` with what is not understood.
    """
    terms = [term.strip() for term in text.split(",") if term.strip()] or [
        f"{name}: {loss}" for name in outputs
    ]
    found: list[tuple[str, int, str, float, str]] = []
    for term in terms:
        match = TERM.fullmatch(term)
        if match is None:
            raise ChoiceError(
                f"“{term}” does not say which loss an output has. Write for example: {EXAMPLE}."
            )
        name, kind, weight, column = match.groups()
        if name not in outputs:
            raise ChoiceError(f"The network has no output “{name}”; it has {', '.join(outputs)}.")
        if kind not in LOSSES:
            raise ChoiceError(f"There is no loss called {kind}. Choose one of {', '.join(LOSSES)}.")
        column = column or (name if name in columns else "target")
        if column not in columns:
            raise ChoiceError(f"The data has no column “{column}”; it has {', '.join(columns)}.")
        try:
            number = float(weight or 1)
        except ValueError:
            raise ChoiceError(f"{weight} in “{term}” is not a number.") from None
        found.append((name, outputs.index(name), kind, number, column))
    return tuple(found)


def read_feeds(names: Sequence[str], columns: Sequence[str], network: str) -> tuple[str, ...]:
    """The column that feeds each input: the one of its name; one input may take ``input`` under another name."""
    feeds = [name if name in columns else "" for name in names]
    if feeds.count("") == 1 and "input" not in feeds:
        feeds[feeds.index("")] = "input"
    if "" in feeds:
        name = names[feeds.index("")]
        raise ChoiceError(
            f"Nothing feeds the input “{name}” of “{network}”: the data has no column of that name. Rename it to one "
            f"of {', '.join(column for column in columns if column != 'target')}."
        )
    return tuple(feeds)


def built(project: Project) -> Mapping[str, Any]:
    """What follows from the names of the first network's inputs and outputs."""
    graph, training = project.main, project.training
    schema = prepared_schema(project.data)
    columns = ("input", "target", *(field.name for field in schema.fields))
    text = RECIPE.settled(training)["losses"]
    return {
        "feeds": read_feeds([node.name for node in graph.inputs], columns, graph.name),
        "losses": read_losses(text, [node.name for node in graph.outputs], columns, training.loss),
    }


def columns_of(schema: Schema) -> dict[str, Feed]:
    """What each column of a batch holds, by its name."""
    tokens = tokens_of(schema)
    return {
        "input": Feed(schema.input_shape, schema.input_dtype, count=tokens),
        "target": Feed(schema.target_shape, schema.target_dtype, "the target"),
        **{one.name: Feed(one.shape, one.dtype, f"“{one.name}”") for one in schema.fields},
    }


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """Inputs take the columns of their names; Outputs are compared with theirs."""
    found, columns = built(project), columns_of(schema)
    wants = [Want(None) for _ in project.main.outputs]
    for _, number, loss, _, column in found["losses"]:
        wants[number] = compared(loss, column, columns[column], schema)
    return (Asks(tuple(columns[name] for name in found["feeds"]), tuple(wants)),)


def compared(loss: str, column: str, feed: Feed, schema: Schema) -> Want:
    """What a loss wants to compare with a column, as :func:`runtime.loops.several.fitted` does."""
    shape, count = feed.shape or (), schema.class_count if column == "target" else 0
    if loss not in ("cross_entropy", "nll"):
        if feed.dtype.startswith("float"):
            return Want(shape, reason=f"to be compared with “{column}”")
        return Want((*shape, count) if count else None, reason=f"for {count} classes")
    if not count or schema.task in ("regression", "multi-label", "image-to-image"):
        return Want(None)
    wanted = (count, *shape) if len(shape) == 2 else ((2,) if schema.task == "binary" else (*shape, count))
    return Want(wanted, reason=f"for {count} classes", wider=True, axis=0 if len(shape) == 2 else -1)


RECIPE = Recipe(
    id="several",
    title="Supervised, several inputs and outputs",
    help=(
        "Every Input node of the network takes the column of the data that has its name (one may take the input "
        "itself under any name). Outputs are compared with columns, each by a loss of its own, and the weighted sum "
        "of the losses teaches the network: auxiliary heads, several targets, several sources."
    ),
    roles=(Role("network", "Network", "With any number of inputs and outputs."),),
    figures=(
        Figure("loss", "Loss", help="The weighted sum."),
        Figure("first_loss", "Loss of the first output", help="Without its weight."),
        Figure("accuracy", "Right answers", "score", "high", "Of the first output, where it has classes."),
    ),
    tasks=(
        "classification", "binary", "regression", "next-token", "multi-label", "segmentation", "sentence-pairs",
        "image-to-image",
    ),
    loop="Several",
    watch="first_loss",
    groups=(("network", ("network",)),),
    options=(
        Param(
            "losses", "text", "",
            "The losses that are added up: OUTPUT: LOSS × WEIGHT with COLUMN, separated by commas. Weight 1 and the "
            "column “target” may be left out; empty gives every output the loss chosen above.",
        ),
    ),
    links=(
        Link("data:input", "network", "by name"),
        Link("network", "loss:loss", "every output"),
        Link("data:target", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    uses_loss=True,
    built=built,
    asks=asks,
    presets=("digits-cnn", "iris-mlp", "diabetes-mlp", "lstm", "variable-length", "mnist-cnn"),
    losses=LOSSES,
)  # fmt: skip

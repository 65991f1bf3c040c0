"""A network that finds things in pictures: for every cell of a grid whether, where and what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The names of the classes."""
    return {"classes": schema.classes or ()}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A picture in; out 5 numbers and a score per class for every cell of a grid of any size."""
    count = schema.class_count
    reason = f"for objectness, x, y, width, height and {count} classes in every cell"
    cells = Want(("rows", "columns", 5 + count), "cells", reason)
    return (Asks((Feed(schema.input_shape, schema.input_dtype),), (cells,)),)


def _weight(name: str, default: float, help: str) -> Param:
    return Param(name, "float", default, help, minimum=0.0, maximum=1000.0)


RECIPE = Recipe(
    id="detection",
    title="Single-shot detection",
    help=(
        "The network gives 5 + classes numbers for every cell of a grid, (B, rows, columns, 5 + classes): is the "
        "middle of a thing in this cell (objectness), where in the cell, how wide and high, and which class. Three "
        "losses are added up. After each epoch the boxes it finds are scored: average precision where half of the "
        "area must overlap, the mean over the classes."
    ),
    roles=(Role("network", "Detector", "Gives 5 + classes numbers for every cell."),),
    figures=(
        Figure("loss", "Loss"),
        Figure("objectness_loss", "Objectness loss", help="Is something there? Summed over the cells."),
        Figure("box_loss", "Box loss", help="Squared errors of middles and of the roots of sizes."),
        Figure("class_loss", "Class loss", help="Cross-entropy of the cells that hold something."),
        Figure(
            "map50", "mAP@0.5", "score", "high",
            "Area under precision over recall where at least half of the area overlaps; the mean over the classes.",
            per_epoch=True,
        ),
    ),
    tasks=("detection",),
    kinds=("image",),
    loop="Detection",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        _weight("box_weight", 5.0, "Weight of the errors of middles and sizes."),
        _weight("objectness_weight", 1.0, "Weight of the cells that hold something, in the objectness loss."),
        _weight("empty_weight", 0.5, "Weight of the empty cells there; most cells are empty."),
        _weight("class_weight", 1.0, "Weight of the class loss."),
        Param(
            "overlap", "float", 0.5,
            "Of boxes of one class that overlap more than this (intersection over union), the best is kept.",
            minimum=0.05, maximum=1.0,
        ),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:objectness_loss", "is something there"),
        Link("network", "loss:box_loss", "where"),
        Link("network", "loss:class_loss", "what"),
        Link("data:target", "loss:objectness_loss", "boxes"),
        Link("data:target", "loss:box_loss"),
        Link("data:target", "loss:class_loss"),
        Link("loss:objectness_loss", "loss:loss"),
        Link("loss:box_loss", "loss:loss"),
        Link("loss:class_loss", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("detector",),
)  # fmt: skip

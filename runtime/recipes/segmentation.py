"""A network that says for every pixel what it belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import IGNORED, Schema
from runtime.recipes import _signs
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The names of the classes, and the number of the pixels that do not count."""
    return {"classes": schema.classes or (), "ignored": IGNORED}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A picture in; a score of every class for every pixel out."""
    reason = f"for {schema.class_count} classes of every pixel"
    scores = Want((schema.class_count, *schema.target_shape), "scores", reason, wider=True, axis=0)
    return (Asks((Feed(schema.input_shape, schema.input_dtype),), (scores,)),)


RECIPE = Recipe(
    id="segmentation",
    title="Segmentation",
    help=(
        "The network gives a score per class for every pixel, (B, classes, H, W), and pays the cross-entropy of each "
        "pixel against a mask. With a share of Dice, small things count as much as large ones. After each epoch the "
        "overlap of what it draws with the masks is measured: the mean intersection over union of the classes."
    ),
    roles=(Role("network", "Network", "Gives scores for every pixel."),),
    figures=(
        Figure("loss", "Loss"),
        Figure(
            "pixel_accuracy", "Right pixels", "score", "high", "Share of the pixels that get their class."
        ),
        Figure(
            "miou",
            "Mean IoU",
            "score",
            "high",
            "Pixels that are rightly of a class, as a share of those that are or are held to be of it; the mean "
            "over the classes.",
            per_epoch=True,
        ),
    ),
    tasks=("segmentation",),
    kinds=("image",),
    loop="Segmentation",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param(
            "dice_share",
            "float",
            0.0,
            "Share of the loss that is one minus the Dice score instead of the cross-entropy.",
            minimum=0.0,
            maximum=1.0,
        ),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss", "scores of every pixel"),
        Link("data:target", "loss:loss", "masks"),
        Link("loss:loss", "group:network"),
    ),
    known=known,
    asks=asks,
    presets=("unet", "fcn"),
)

advise = _signs.one_class

"""Making network and data agree with one click: the network takes the data's shape, or pictures are resized."""

from __future__ import annotations

from graph.edits import SetProject
from graph.model import Project
from graph.problems import Problem
from runtime.data import DataError, get_source, prepared_schema
from runtime.data.steps.plan import schema_after
from runtime.data.targets import refusal
from runtime.losses import LOSSES
from runtime.recipes import SUPERVISED, known_recipe

USUAL_LOSS = {
    "classification": "cross_entropy",
    "binary": "bce_with_logits",
    "regression": "mse",
    "next-token": "cross_entropy",
    "sentence-pairs": "cross_entropy",
    "segmentation": "cross_entropy",
    "multi-label": "bce_with_logits",
    "image-to-image": "l1",
}
"""Task of the data -> the loss most people choose for it. Other tasks have recipes with losses of their own."""


def suggested_loss(project: Project) -> str | None:
    """Another loss where the chosen one cannot or should not be used with the data; ``None`` when it is good.

    Losses of measurements and of yes or no may be used with classes (on one-hot targets), so that is no error, but
    nobody who has just chosen such data means it.
    """
    recipe = known_recipe(project.training)
    if recipe is None:
        return None
    loss = project.training.loss
    if recipe.id != SUPERVISED:
        return recipe.losses[0] if recipe.losses and loss not in recipe.losses else None
    try:
        schema = prepared_schema(project.data)
    except DataError:
        return None
    usual = USUAL_LOSS.get(schema.task)
    if loss not in LOSSES:
        return None
    if refusal(schema, loss) is not None:
        return usual
    if schema.task == "regression":
        return None
    meant = ("argmax",) if schema.task in ("classification", "next-token") else ("argmax", "threshold")
    return None if LOSSES[loss].decision in meant else usual


def data_problem(problems: list[Problem]) -> Problem | None:
    """The error that says network and data do not fit, if there is one."""
    return next((item for item in problems if item.kind == "data" and item.severity == "error"), None)


def fit_pictures(project: Project) -> SetProject | None:
    """An edit that gives the pictures the size and channels the network expects, where the source can."""
    # the first network need not be the one that sees pictures: a generator is given noise
    shapes = [node.params.get("shape") for network in project.networks.values() for node in network.inputs]
    squares = [one for one in shapes if isinstance(one, tuple) and len(one) == 3 and one[1] == one[2] != 1]
    if not squares:
        return None
    shape = squares[0]
    try:
        source = get_source(project.data.source)
        options = dict(project.data.options)
        names = {option.name for option in source.options}
        if "image_size" not in names:
            return None
        options["image_size"] = shape[1]
        if "rgb" in names:
            options["rgb"] = shape[0] == 3
        if "colour" in names:
            options["colour"] = "rgb" if shape[0] == 3 else "grey"
        if prepared_schema(project.data).input_shape == shape:
            return None
        fits = schema_after(source.schema(options), project.data.steps).input_shape == shape
    except DataError:
        return None
    return SetProject("data", {"options": options}) if fits else None

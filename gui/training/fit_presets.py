"""Ready-made projects for data that a network cannot take, and what kind of samples a network is made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from graph.document import apply_edits
from graph.model import Project
from graph.shapes import Inference
from gui.training.fit import suggested_loss
from gui.training.fit_recipes import fit_everything
from presets import UnknownPreset, find
from runtime.data import DataError, Schema, prepared_schema
from runtime.facts import facts_for
from runtime.recipes import known_recipe

MOST = 2
"""Presets offered at once."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A preset whose networks were fitted to the data of the project at hand."""

    title: str
    project: Project


def ready_presets(inference: Inference, project: Project) -> list[Ready]:
    """Presets made for the project's recipe, with its data in them: only those that can be trained at once. Those
    that need no change of their networks first."""
    recipe = known_recipe(project.training)
    found: list[tuple[int, Ready]] = []
    for name in recipe.presets if recipe is not None else ():
        try:
            preset = find(name)
        except UnknownPreset:
            continue
        made = preset.build()
        if not _same_goal(made, project):
            continue
        made = _with_data(made, project)
        changes = _fits(inference, made)
        if changes is not None:
            found.append((changes, Ready(preset.title, made)))
    return [ready for _, ready in sorted(found, key=lambda pair: pair[0])][:MOST]


GROUPS = {"binary": "classification", "multi-label": "classification"}


def _same_goal(made: Project, project: Project) -> bool:
    """Whether the preset learns the same of its own data: classes, numbers, masks."""
    tasks = [GROUPS.get(one.task, one.task) if (one := _schema(each)) else "" for each in (made, project)]
    recipe = known_recipe(project.training)
    return tasks[0] == tasks[1] or (recipe is not None and recipe.numbers)


def _with_data(made: Project, project: Project) -> Project:
    """The preset with the project's data, recipe and, where it can be used, loss."""
    made.data = project.copy().data
    made.training = replace(made.training, recipe=project.training.recipe)
    loss = suggested_loss(made)
    if loss is not None:
        made.training = replace(made.training, loss=loss)
    return made


def _fits(inference: Inference, made: Project) -> int | None:
    """Fits the preset to its new data; how many edits that took, ``None`` when it cannot be."""
    try:
        facts = facts_for(made)
    except DataError:
        return None
    asks = facts.of(0) if facts is not None else None
    entry, feed = made.main.inputs[0].params, asks.feeds[0] if asks is not None and asks.feeds else None
    shape = entry.get("shape")
    if feed is not None and feed.shape is not None and isinstance(shape, tuple):
        same = len(shape) == len(feed.shape) and entry.get("dtype", "float32") == feed.dtype
        if not same and not (feed.count and len(shape) == 2):
            return None
    found = inference.run(made, facts)
    if not found.errors and not any(problem.kind == "data" for problem in found.problems):
        return 0
    edits = fit_everything(inference, made)
    if edits is None:
        return None
    apply_edits(made, edits)
    return len(edits)


def kind_of(shape: tuple[int, ...], dtype: str, tr: Callable[[str], str]) -> str:
    """What samples of such a shape usually are, in a word."""
    if dtype == "int64":
        return tr("sequences of words or letters") if len(shape) == 1 else tr("whole numbers")
    words = (tr("single numbers"), tr("rows of numbers"), tr("sequences of measurements"), tr("pictures"))
    return words[len(shape)] if len(shape) < len(words) else tr("blocks of numbers")


def kinds(project: Project, tr: Callable[[str], str]) -> tuple[str, str] | None:
    """What the first network is made for and what the data gives, where these are two different things."""
    schema = _schema(project)
    entry = project.main.inputs[0] if project.main.inputs else None
    shape = entry.params.get("shape") if entry is not None else None
    if schema is None or entry is None or not isinstance(shape, tuple):
        return None
    mine = kind_of(shape, str(entry.params.get("dtype", "float32")), tr)
    theirs = kind_of(schema.input_shape, schema.input_dtype, tr)
    return (mine, theirs) if mine != theirs else None


def _schema(project: Project) -> Schema | None:
    try:
        return prepared_schema(project.data)
    except DataError:
        return None

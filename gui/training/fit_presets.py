"""Ready-made projects for data that a network cannot take, and what kind of samples a network is made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from graph.document import apply_edits
from graph.model import DataChoice, Project, Step
from graph.shapes import Inference
from gui.training.fit import suggested_loss
from gui.training.fit_recipes import fit_everything
from presets import UnknownPreset, find
from runtime.data import DataError, Schema, get_source, prepared_schema
from runtime.facts import facts_for
from runtime.recipes import RECIPES, known_recipe

MOST = 2
"""Presets offered at once."""
SIMPLEST_FIRST = ("autoencoding", "variational", "adversarial", "diffusion")
"""Recipes for data without targets in the order in which they are offered; others follow."""


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


def ready_recipes(inference: Inference, project: Project) -> Iterator[Ready | None]:
    """For data that the project's recipe is not for: of each recipe that takes it the preset that fits it best, the
    simplest first. Each takes a moment; ``None`` where a recipe has none."""
    schema = _schema(project)
    if schema is None:
        return
    fit = [recipe.id for recipe in RECIPES.values() if recipe.tasks and recipe.refusal(schema) is None]
    for name in sorted(fit, key=lambda one: SIMPLEST_FIRST.index(one) if one in SIMPLEST_FIRST else len(fit)):
        tried = project.copy()
        tried.training.recipe = name
        yield next(iter(ready_presets(inference, tried)), None)


GROUPS = {"binary": "classification", "multi-label": "classification"}


def _same_goal(made: Project, project: Project) -> bool:
    """Whether the preset learns the same of its own data: classes, numbers, masks."""
    tasks = [GROUPS.get(one.task, one.task) if (one := _schema(each)) else "" for each in (made, project)]
    recipe = known_recipe(project.training)
    return tasks[0] == tasks[1] or (recipe is not None and recipe.numbers)


def _with_data(made: Project, project: Project) -> Project:
    """The preset with the project's data, recipe and, where it can be used, loss."""
    wanted = made.data.options.get("scaling", "0 to 1")
    made.data = project.copy().data
    recipe = known_recipe(project.training)
    if recipe is not None and recipe.numbers:
        _scale(made.data, str(wanted))
    made.training = replace(made.training, recipe=project.training.recipe)
    loss = suggested_loss(made)
    if loss is not None:
        made.training = replace(made.training, loss=loss)
    return made


def _scale(data: DataChoice, wanted: str) -> None:
    """Brings the samples to the range that the networks of a generative preset give, 0 to 1 or −1 to 1: by the option
    of the source where it has one, else by steps, where a person has chosen none."""
    try:
        options = {option.name: option for option in get_source(data.source).options}
    except DataError:
        return
    if "scaling" in options and wanted in (options["scaling"].choices or ()):
        data.options["scaling"] = wanted
    elif not data.steps:
        # numbers may lie anywhere, and in other splits beyond those of training
        steps = [Step("min_max"), Step("clip", {"low": 0.0, "high": 1.0})]
        data.steps = [*steps, Step("scale")] if wanted == "-1 to 1" else steps


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
        recipe = known_recipe(made.training)
        any_shape = (
            recipe is not None and recipe.numbers
        )  # what is flattened first takes rows as well as pictures
        if not same and not (feed.count and len(shape) == 2) and not any_shape:
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

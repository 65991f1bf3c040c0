"""Whether a recipe goes with a project's data and networks, and the edits that choose it. No widgets in here."""

from __future__ import annotations

from graph.edits import Edit, SetProject
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.data import DataError, Schema, prepared_schema
from runtime.losses import LOSSES
from runtime.recipes import OWN, RECIPES, Recipe
from runtime.recipes.own import TEMPLATE


def schema_of(project: Project) -> Schema | None:
    """What the project's data looks like; ``None`` while it cannot be told."""
    try:
        return prepared_schema(project.data)
    except DataError:
        return None


def networks_refusal(recipe: Recipe, project: Project) -> str | None:
    """Why the project's networks cannot play the recipe's roles, as a sentence."""
    return recipe.networks_refusal(project)


def refusal(recipe: Recipe, project: Project, schema: Schema | None) -> str | None:
    """Why the recipe cannot train this project, as a sentence; ``None`` when nothing speaks against it."""
    if schema is not None and (sentence := recipe.refusal(schema)) is not None:
        return sentence
    if (sentence := networks_refusal(recipe, project)) is not None:
        return sentence
    if schema is None:
        return None
    try:
        recipe.keywords(project, schema)
    except (ChoiceError, DataError) as error:
        return str(error)
    return None


def losses_of(recipe: Recipe) -> tuple[str, ...]:
    """The losses that may be chosen with the recipe; none when it has losses of its own."""
    return (recipe.losses or tuple(LOSSES)) if recipe.uses_loss else ()


def choose_recipe(project: Project, recipe_id: str) -> list[Edit]:
    """Edits that choose a recipe, and a loss that goes with it when the present one does not."""
    values: dict[str, object] = {"recipe": recipe_id}
    if recipe_id == OWN:
        return [SetProject("training", {**values, "code": project.training.code or TEMPLATE})]
    recipe = RECIPES[recipe_id]
    if recipe.losses and project.training.loss not in recipe.losses:
        values["loss"] = recipe.losses[0]
    return [SetProject("training", values)]

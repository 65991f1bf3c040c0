"""How batches become steps: the recipes, found by themselves (a new file is a new recipe). No torch here.

Each is declared in a file of this package (``RECIPE``, or ``RECIPES``) and has its loop in :mod:`runtime.loops`.
"supervised" is the plain one: one network, one input, one output, one loss, with a loop of its own in
:mod:`runtime.training`.
"""

from __future__ import annotations

import importlib
import pkgutil

from graph.model import Training
from runtime.choice import ChoiceError
from runtime.recipes.judges import with_judge
from runtime.recipes.own import OWN, own_recipe
from runtime.recipes.spec import Figure, Link, Recipe, Role

SUPERVISED = "supervised"
"""One network, one input, and a loss that compares its first output with the target."""


def _found() -> dict[str, Recipe]:
    found: dict[str, Recipe] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        one = getattr(module, "RECIPE", None)
        for recipe in (*((one,) if one is not None else ()), *getattr(module, "RECIPES", ())):
            if recipe.id in found:
                raise RuntimeError(f"Two recipes are called {recipe.id}.")
            found[recipe.id] = recipe
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != SUPERVISED, pair[1].title)))


RECIPES: dict[str, Recipe] = _found()
"""Every recipe by its id, the plain one first."""


def get_recipe(recipe: str) -> Recipe:
    """The recipe with this id; :class:`runtime.choice.ChoiceError` when there is none."""
    if recipe not in RECIPES:
        raise ChoiceError(f"There is no recipe called “{recipe}”. Choose one of {', '.join(RECIPES)}.")
    return RECIPES[recipe]


def recipe_of(training: Training) -> Recipe:
    """The recipe of a project, a person's own included; :class:`runtime.choice.ChoiceError` when there is none."""
    if training.recipe == OWN:
        return own_recipe(training.code)
    return with_judge(get_recipe(training.recipe), training)


def known_recipe(training: Training) -> Recipe | None:
    """The same, or ``None``."""
    try:
        return recipe_of(training)
    except ChoiceError:
        return None


def recipe_problem(training: Training | str) -> str | None:
    """Why a project with this recipe cannot be trained, as a sentence; ``None`` when it can."""
    try:
        if isinstance(training, str):
            get_recipe(training)
        else:
            recipe_of(training)
    except ChoiceError as error:
        return str(error)
    return None


__all__ = [
    "OWN",
    "RECIPES",
    "SUPERVISED",
    "Figure",
    "Link",
    "Recipe",
    "Role",
    "get_recipe",
    "known_recipe",
    "own_recipe",
    "recipe_of",
    "recipe_problem",
]

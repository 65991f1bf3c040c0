"""Who judges drawn pictures: the Fréchet distance over what a trained network sees in them. No torch.

The setting ``judge`` is :data:`PIXELS` (no network: what a recipe measures over pixels, if it does), :data:`DIGITS` (a
small network that is trained on handwritten digits within seconds) or a run whose network is given pictures, by its
name among the runs or by its folder.
"""

from __future__ import annotations

from dataclasses import replace

from graph.model import Training
from runtime.choice import setting
from runtime.recipes.spec import Figure, Recipe

PIXELS, DIGITS = "pixels", "digits network"
DRAWING = ("adversarial", "variational", "diffusion")
"""The recipes that draw pictures out of nothing."""
JUDGED = Figure(
    "judged",
    "Fréchet distance, judged",
    "score",
    "low",
    "Between mean and covariance of what the judge sees in real and in drawn pictures: 0 where they agree.",
    per_epoch=True,
)


def with_judge(recipe: Recipe, training: Training) -> Recipe:
    """The recipe with a further figure, where the project names a judge."""
    if recipe.id not in DRAWING or (setting(training, "judge") or PIXELS) == PIXELS:
        return recipe
    return replace(recipe, figures=(*recipe.figures, JUDGED))

"""How a batch becomes a loss: the recipe that a project names. No torch here."""

from __future__ import annotations

from runtime.choice import ChoiceError

SUPERVISED = "supervised"
"""One network, one input, and a loss that compares its first output with the target."""

COMING = {
    "sequence_to_sequence": "teacher forcing: the decoder is fed the right words so far",
    "masked_language_model": "guessing hidden tokens and which sentence comes next",
    "variational": "rebuilding the input and keeping the code close to a normal distribution",
    "adversarial": "a generator and a discriminator that learn in turns",
    "image_to_image": "a generator judged in pairs, plus the distance to the wanted picture",
    "cycle": "two generators that must undo each other, each with its discriminator",
    "diffusion": "guessing the noise that was mixed into a picture",
    "segmentation": "comparing the scores of every pixel with a mask",
    "detection": "adding up losses for boxes, objectness and classes of a grid",
    "multi_task": "adding up one loss for each output",
    "contrastive_divergence": "comparing what is seen with what the machine dreams up",
}
"""Recipes that projects name and that are not written yet, and what happens in a step of them."""


def recipe_problem(recipe: str) -> str | None:
    """Why a project with this recipe cannot be trained, as a sentence; ``None`` when it can."""
    if recipe == SUPERVISED:
        return None
    if recipe in COMING:
        return (
            f"The recipe “{recipe}” that trains this project ({COMING[recipe]}) is still to come. Until then "
            "its networks can be changed, checked and exported as Python."
        )
    return f"There is no recipe called “{recipe}”. Choose one of {', '.join((SUPERVISED, *COMING))}."


def check_recipe(recipe: str) -> None:
    """:class:`runtime.choice.ChoiceError` when a project with this recipe cannot be trained."""
    problem = recipe_problem(recipe)
    if problem is not None:
        raise ChoiceError(problem)

"""A generator against a discriminator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.spec import Figure, Link, Recipe, Role

ANYTHING = (
    "classification", "binary", "regression", "multi-label", "segmentation", "detection", "image-to-image",
    "unlabelled",
)  # fmt: skip
"""Only the inputs are looked at, so nearly any data will do."""


def built(project: Project) -> Mapping[str, Any]:
    """The shape of the noise is that of the generator's Input node."""
    entry = project.main.inputs[0]
    shape = entry.params.get("shape")
    if not isinstance(shape, (tuple, list)) or not shape:
        raise ChoiceError(
            f"The input “{entry.name}” of “{project.main.name}” has no shape, so nobody knows how many random numbers "
            "it takes. Give it one, 100 for instance."
        )
    return {"noise": tuple(shape)}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """The generator takes noise of any shape and makes samples; the discriminator takes samples."""
    made = Want(schema.input_shape, "sample", "to be like the samples", axis=0)
    return (
        Asks((Feed(None, what="noise", made=True),), (made,), exact=True),
        Asks((Feed(schema.input_shape, schema.input_dtype),), (Want(None),), exact=True),
    )


RECIPE = Recipe(
    id="adversarial",
    title="Adversarial (GAN)",
    help=(
        "The generator makes samples of noise, the discriminator says whether a sample is real. In turns: the "
        "discriminator learns to give 1 for real samples and 0 for made ones, then the generator learns to make "
        "samples that get a 1. Neither loss falls for long, for each learns against the other: look at the samples, "
        "and at the Fréchet distance between their pixels and those of real ones."
    ),
    roles=(
        Role("generator", "Generator", "Makes samples of noise."),
        Role("discriminator", "Discriminator", "Says whether a sample is real."),
    ),
    figures=(
        Figure("generator_loss", "Generator loss", better="", help="How far its samples are from passing for real."),
        Figure("discriminator_loss", "Discriminator loss", better="", help="0.69 with BCE: it only guesses."),
        Figure("real_score", "Score of real ones", "score", "", "How real the discriminator takes real samples to be."),
        Figure("made_score", "Score of made ones", "score", "", "How real it takes made samples to be."),
        Figure(
            "fid", "Fréchet distance", "score", "low",
            "Between mean and covariance of real and of made samples, pictures shrunk to 8 × 8: 0 where they agree.",
            per_epoch=True,
        ),
        Figure(
            "variety", "Variety", "score", "high",
            "How much made samples differ from each other, compared with real ones (1). Near 0 the generator has "
            "collapsed to one sample.", per_epoch=True,
        ),
    ),
    tasks=ANYTHING,
    loop="Adversarial",
    watch="fid",
    groups=(("generator", ("generator",)), ("discriminator", ("discriminator",))),
    options=(
        Param("label_smoothing", "float", 0.0, "Real samples should get 1 less this much, so that the discriminator is "
              "never too sure.", minimum=0.0, maximum=0.5),
        Param("discriminator_steps", "int", 1, "Turns of the discriminator for each one of the generator.",
              minimum=1, maximum=20),
    ),
    links=(
        Link("data:noise", "generator"),
        Link("generator", "discriminator", "made samples"),
        Link("data:input", "discriminator", "real samples"),
        Link("discriminator", "loss:discriminator_loss", "1 for real, 0 for made"),
        Link("discriminator", "loss:generator_loss", "1 for made"),
        Link("loss:discriminator_loss", "group:discriminator"),
        Link("loss:generator_loss", "group:generator"),
    ),
    uses_loss=True,
    losses=("bce", "bce_with_logits", "mse"),
    built=built,
    asks=asks,
    presets=("gan", "dcgan-28", "dcgan-14"),
    numbers=True,
)  # fmt: skip

advise = _signs.adversarial

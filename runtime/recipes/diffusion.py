"""Diffusion: guess the noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.choice import setting
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.adversarial import ANYTHING
from runtime.recipes.spec import Figure, Link, Recipe, Role

NOISE_STEPS = 1000


def known(schema: Schema) -> Mapping[str, Any]:
    """The shape of a sample, and how many classes there are."""
    one_class = schema.task in ("classification", "binary")
    return {"shape": schema.input_shape, "classes": schema.class_count if one_class else 0}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A noisy sample, the step and, where the network has a third Input and the data classes, the class; out comes
    the noise. The number behind the last class stands for "no class"."""
    steps = setting(project.training, "noise_steps") or NOISE_STEPS
    feeds = [
        Feed(schema.input_shape, schema.input_dtype, "the noisy sample"),
        Feed((), "int64", "the step", steps if isinstance(steps, int) else NOISE_STEPS, "steps", made=True),
    ]
    count = known(schema)["classes"]
    if count and len(project.main.inputs) > 2:
        feeds.append(Feed((), "int64", "the class", count + 1, "classes, “no class” included"))
    noise = Want(schema.input_shape, "noise", "to be the noise in the sample", axis=0)
    note = "" if count else "the data has no classes"
    return (Asks(tuple(feeds), (noise,), exact=True, note=note),)


RECIPE = Recipe(
    id="diffusion",
    title="Diffusion (DDPM)",
    help=(
        "Noise is mixed into a sample, more with every step t; the network is given the result and t and guesses the "
        "noise. A new sample is drawn by starting from nothing but noise and taking away what is guessed, step by "
        "step. A third input is told the class, or, for a tenth of the samples, that there is none (the number behind "
        "the last class): then the drawing can be pushed towards a class (classifier-free guidance)."
    ),
    roles=(Role("network", "Denoiser", "Guesses the noise in a sample; inputs: noisy sample, step, (class)."),),
    figures=(Figure("loss", "Loss", help="Between the guessed noise and the noise that was mixed in."),),
    tasks=ANYTHING,
    loop="Diffusion",
    watch="",
    groups=(("network", ("network",)),),
    options=(
        Param("noise_steps", "int", NOISE_STEPS, "Steps from the sample to nothing but noise.", minimum=10,
              maximum=10_000),
        Param("noise_schedule", "choice", "linear", "How the noise grows: linear as in the first paper, cosine slower "
              "at both ends.", choices=("linear", "cosine")),
        Param("label_dropout", "float", 0.1, "Share of the samples whose class is withheld.",
              minimum=0.0, maximum=1.0),
        Param("guidance", "float", 1.0, "How strongly a drawing is pushed towards its class; 0: not at all.",
              minimum=0.0, maximum=50.0),
    ),
    links=(
        Link("data:input", "network", "with noise"),
        Link("data:noise", "network", "t steps of it"),
        Link("data:step", "network", "t"),
        Link("data:target", "network", "class, if it takes one"),
        Link("network", "loss:loss", "guessed noise"),
        Link("data:noise", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    uses_loss=True,
    losses=("mse", "l1", "smooth_l1"),
    known=known,
    asks=asks,
    presets=("ddpm", "ddpm-classes"),
    numbers=True,
)  # fmt: skip

advise = _signs.no_guess

"""An autoencoder: the input is also what should come out."""

from __future__ import annotations

from collections.abc import Sequence

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes.adversarial import ANYTHING
from runtime.recipes.spec import Figure, Link, Recipe, Role


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """The sample goes in and comes out."""
    drawn = Want(schema.input_shape, reason="to draw the sample again", axis=0)
    return (Asks((Feed(schema.input_shape, schema.input_dtype),), (drawn,)),)


RECIPE = Recipe(
    id="autoencoding",
    title="Autoencoder",
    help=(
        "What goes in should come out again, through a narrow middle that can keep only what matters. With noise the "
        "network is given a spoilt sample and should give the clean one (a denoising autoencoder)."
    ),
    roles=(Role("network", "Autoencoder", "Gives the sample drawn again."),),
    figures=(Figure("loss", "Loss"),),
    tasks=ANYTHING,
    loop="Autoencoding",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param("noise", "float", 0.0, "Standard deviation of the noise on what goes in; new noise every time.",
              minimum=0.0, maximum=10.0),
    ),
    links=(
        Link("data:input", "network", "with noise"),
        Link("network", "loss:loss", "drawn again"),
        Link("data:input", "loss:loss"),
        Link("loss:loss", "group:network"),
    ),
    uses_loss=True,
    asks=asks,
    presets=("autoencoder",),
    numbers=True,
    losses=("mse", "l1", "smooth_l1", "bce", "bce_with_logits"),
)  # fmt: skip

"""A variational autoencoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.adversarial import ANYTHING
from runtime.recipes.spec import Figure, Link, Recipe, Role


def known(schema: Schema) -> Mapping[str, Any]:
    """The shape of a sample."""
    return {"shape": schema.input_shape}


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """A sample in; out the sample drawn again, and mean and log-variance of its code, which are of one size."""
    wants = (
        Want(schema.input_shape, "reconstruction", "to draw the sample again", axis=0),
        Want(None, "mean"),
        Want(None, "log-variance", like=1),
    )
    return (Asks((Feed(schema.input_shape, schema.input_dtype),), wants, exact=True),)


RECIPE = Recipe(
    id="variational",
    title="Variational autoencoder",
    help=(
        "The network says where in the space of codes a sample may lie (mean and log-variance), draws a code from "
        "there and the sample again from that. The loss adds the error of the reconstruction and how far these places "
        "are from a standard normal distribution (KL divergence), so that codes drawn at random give new samples. The "
        "network has three outputs: reconstruction, mean, log-variance."
    ),
    roles=(Role("network", "Autoencoder", "Gives the sample drawn again, mean and log-variance of its code."),),
    figures=(
        Figure("loss", "Loss per sample"),
        Figure("reconstruction", "Reconstruction", help="The error, summed over the numbers of a sample."),
        Figure("divergence", "Divergence", better="", help="KL divergence of the code from a normal distribution."),
    ),
    tasks=ANYTHING,
    loop="Variational",
    watch="loss",
    groups=(("network", ("network",)),),
    options=(
        Param("beta", "float", 1.0, "Weight of the divergence. More gives codes whose numbers mean something by "
              "themselves, and blurred pictures (Higgins et al., 2017).", minimum=0.0, maximum=1000.0),
    ),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:reconstruction", "drawn again"),
        Link("data:input", "loss:reconstruction"),
        Link("network", "loss:divergence", "mean, log-variance"),
        Link("loss:reconstruction", "loss:loss"),
        Link("loss:divergence", "loss:loss", "× beta"),
        Link("loss:loss", "group:network"),
    ),
    uses_loss=True,
    losses=("bce", "bce_with_logits", "mse", "l1", "smooth_l1"),
    known=known,
    asks=asks,
    presets=("vae",),
    numbers=True,
)  # fmt: skip

advise = _signs.variational

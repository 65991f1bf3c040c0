"""An autoencoder: the input is also what should come out."""

from __future__ import annotations

from graph.catalogue.spec import Param
from runtime.recipes.adversarial import ANYTHING
from runtime.recipes.spec import Figure, Link, Recipe, Role

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
        Link("group:network", "network", "moves the weights"),
    ),
    uses_loss=True,
    losses=("mse", "l1", "smooth_l1", "bce", "bce_with_logits"),
)  # fmt: skip

"""One network learns to give the target."""

from __future__ import annotations

from runtime.recipes.spec import Figure, Link, Recipe, Role

RECIPE = Recipe(
    id="supervised",
    title="Supervised",
    help=(
        "The network is given the input; its first output is compared with the target by the loss. For classes, "
        "numbers to predict and sequences of them."
    ),
    roles=(Role("network", "Network", "Gives the output that is compared with the target."),),
    figures=(Figure("loss", "Loss"),),
    tasks=("classification", "binary", "regression", "next-token", "multi-label"),
    loop="Supervised",
    watch="loss",
    groups=(("network", ("network",)),),
    links=(
        Link("data:input", "network"),
        Link("network", "loss:loss"),
        Link("data:target", "loss:loss"),
        Link("loss:loss", "group:network"),
        Link("group:network", "network", "moves the weights"),
    ),
    uses_loss=True,
)

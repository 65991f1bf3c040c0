"""Two kinds of pictures into each other, without pairs (CycleGAN)."""

from __future__ import annotations

from collections.abc import Sequence

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.spec import Figure, Link, Recipe, Role


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """Each generator takes one kind and makes the other; each discriminator takes its own."""
    a = Feed(schema.input_shape, schema.input_dtype)
    b = Feed(schema.target_shape, schema.target_dtype, "the other kind")
    like_a = Want(schema.input_shape, reason="to be like the first pictures", axis=0)
    like_b = Want(schema.target_shape, reason="to be like the other pictures", axis=0)
    return (
        Asks((a,), (like_b,), exact=True),
        Asks((b,), (like_a,), exact=True),
        Asks((a,), (Want(None),), exact=True),
        Asks((b,), (Want(None),), exact=True),
    )


RECIPE = Recipe(
    id="cycle",
    title="Cycle (CycleGAN)",
    help=(
        "Two generators turn pictures of one kind into the other and back; no picture has a partner. Each learns to "
        "pass for the other kind before a discriminator, and both together that there and back again gives the same "
        "picture. The discriminators are also shown made pictures of the past, kept in a pool."
    ),
    roles=(
        Role("generator_ab", "Generator A to B", "Turns pictures of the kind A into B."),
        Role("generator_ba", "Generator B to A", "Turns pictures of the kind B into A."),
        Role("discriminator_a", "Discriminator A", "Says whether a picture of the kind A is a true one."),
        Role("discriminator_b", "Discriminator B", "Says whether a picture of the kind B is a true one."),
    ),
    figures=(
        Figure("generator_loss", "Generators' loss", better=""),
        Figure("discriminator_loss", "Discriminators' loss", better="", help="0.5 with MSE: they only guess."),
        Figure("cycle_loss", "There and back", better="low", help="Mean absolute difference, both ways added."),
    ),
    tasks=("unpaired-images",),
    kinds=("image",),
    loop="Cycle",
    groups=(
        ("generators", ("generator_ab", "generator_ba")),
        ("discriminators", ("discriminator_a", "discriminator_b")),
    ),
    options=(
        Param("cycle", "float", 10.0, "Weight of the way there and back.", minimum=0.0, maximum=1000.0),
        Param("identity", "float", 0.0, "Weight, as a share of that, of leaving alone what is of the kind already; "
              "0.5 keeps the colours of paintings.", minimum=0.0, maximum=10.0),
        Param("pool", "int", 50, "How many made pictures of the past the discriminators are shown again; 0: none.",
              minimum=0, maximum=1000),
    ),
    links=(
        Link("data:input", "generator_ab", "kind A"),
        Link("data:target", "generator_ba", "kind B"),
        Link("data:input", "discriminator_a", "true A"),
        Link("data:target", "discriminator_b", "true B"),
        Link("generator_ab", "discriminator_b", "made B"),
        Link("generator_ba", "discriminator_a", "made A"),
        Link("generator_ab", "generator_ba", "and back"),
        Link("generator_ba", "generator_ab", "and back"),
        Link("generator_ba", "loss:cycle_loss"),
        Link("generator_ab", "loss:cycle_loss"),
        Link("loss:cycle_loss", "loss:generator_loss"),
        Link("discriminator_a", "loss:generator_loss", "1 for made"),
        Link("discriminator_b", "loss:generator_loss", "1 for made"),
        Link("discriminator_a", "loss:discriminator_loss", "1 for true, 0 for made"),
        Link("discriminator_b", "loss:discriminator_loss", "1 for true, 0 for made"),
        Link("loss:generator_loss", "group:generators"),
        Link("loss:discriminator_loss", "group:discriminators"),
    ),
    uses_loss=True,
    asks=asks,
    presets=("cyclegan",),
    losses=("bce", "bce_with_logits", "mse"),
)  # fmt: skip

advise = _signs.translation("cycle_loss")

"""Pictures into other pictures, learned from pairs (Pix2Pix)."""

from __future__ import annotations

from collections.abc import Sequence

from graph.catalogue.spec import Param
from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.data.schema import Schema
from runtime.recipes import _signs
from runtime.recipes.spec import Figure, Link, Recipe, Role


def asks(project: Project, schema: Schema) -> Sequence[Asks]:
    """The generator makes the wanted picture of the given one; the discriminator sees both."""
    given = Feed(schema.input_shape, schema.input_dtype, "the given picture")
    wanted = Feed(schema.target_shape, schema.target_dtype, "the wanted picture")
    made = Want(schema.target_shape, reason="to be like the wanted picture", axis=0)
    return (
        Asks((Feed(schema.input_shape, schema.input_dtype),), (made,), exact=True),
        Asks((given, wanted), (Want(None),), exact=True),
    )


RECIPE = Recipe(
    id="image_to_image",
    title="Image to image (Pix2Pix)",
    help=(
        "The generator turns a picture into the wanted one. The discriminator sees the given picture together with the "
        "wanted or the made one and learns to tell which it is, patch by patch. The generator learns to pass, and to "
        "be near the wanted picture (mean absolute difference)."
    ),
    roles=(
        Role("generator", "Generator", "Turns the given picture into another."),
        Role("discriminator", "Discriminator", "Says of two pictures whether the second truly belongs to the first."),
    ),
    figures=(
        Figure("generator_loss", "Generator loss", better=""),
        Figure("discriminator_loss", "Discriminator loss", better="", help="0.69 with BCE: it only guesses."),
        Figure("difference", "Difference", better="low", help="Mean absolute difference from the wanted picture."),
    ),
    tasks=("image-to-image",),
    kinds=("image",),
    loop="ImageToImage",
    watch="difference",
    groups=(("generator", ("generator",)), ("discriminator", ("discriminator",))),
    options=(
        Param("likeness", "float", 100.0, "Weight of the difference from the wanted picture.",
              minimum=0.0, maximum=10_000.0),
    ),
    links=(
        Link("data:input", "generator"),
        Link("data:input", "discriminator", "given"),
        Link("data:target", "discriminator", "wanted"),
        Link("generator", "discriminator", "made"),
        Link("discriminator", "loss:discriminator_loss", "1 for wanted, 0 for made"),
        Link("discriminator", "loss:generator_loss", "1 for made"),
        Link("generator", "loss:difference"),
        Link("data:target", "loss:difference"),
        Link("loss:difference", "loss:generator_loss"),
        Link("loss:discriminator_loss", "group:discriminator"),
        Link("loss:generator_loss", "group:generator"),
    ),
    uses_loss=True,
    asks=asks,
    presets=("pix2pix",),
    losses=("bce", "bce_with_logits", "mse"),
)  # fmt: skip

advise = _signs.translation("difference")

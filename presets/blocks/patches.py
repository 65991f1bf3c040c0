"""A picture as a row of patches. Dosovitskiy et al., arXiv 2010.11929."""

from __future__ import annotations

from graph.build import GraphBuilder
from presets.blocks import ShippedBlock
from presets.blocks.once import once


@once
def patch_embedding() -> GraphBuilder:
    """(B, C, H, W) to (B, patches, width): a convolution that steps as far as its filter is wide."""
    g = GraphBuilder("PatchEmbedding", "Cut the picture into patches: one vector for each, in a row.")
    width = g.parameter("width", 64, "Length of the vector of each patch.")
    patch = g.parameter("patch", 4, "Pixels of a patch each way.")
    x = g.add("Conv2d", g.input("picture"), name="cut", out_channels=width, kernel_size=patch, stride=patch)
    x = g.add("Flatten", x, name="row", start_dim=2)
    g.output(g.add("Transpose", x, name="patches_first", dim0=1, dim1=2), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "patch-embedding",
        "Patch embedding",
        "Cuts a picture into patches and gives each a vector: a picture becomes a sentence.",
        ("image", "ViT", "Transformer", "patches", "embedding"),
        "The patches do not overlap, so that a convolution whose stride is its size is one linear layer for every "
        "patch. Dosovitskiy et al., arXiv 2010.11929, equation 1. What follows has to add where each patch was.",
        patch_embedding,
        "Transformer",
        ((1, 28, 28),),
    ),
)

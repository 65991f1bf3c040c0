"""ConvNeXt: a convolutional block built like a Transformer's. Liu et al., arXiv 2201.03545, figure 4."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.mobile import DROP
from presets.blocks.once import once


@once
def channel_norm() -> GraphBuilder:
    """A layer norm over the channels of every pixel: (B, C, H, W) stays as it is."""
    g = GraphBuilder("ChannelNorm", "Normalises the channels of every pixel.")
    channels = g.parameter("channels", 96, "Channels that come in.")
    x: Source = g.add("Permute", g.input("x"), name="channels_last", dims=(0, 2, 3, 1))
    x = g.add("LayerNorm", x, name="norm", normalized_shape=(channels,), eps=1e-6)
    g.output(g.add("Permute", x, name="channels_first", dims=(0, 3, 1, 2)), name="y")
    return g


@once
def convnext(skipped: bool = False) -> GraphBuilder:
    """A 7 × 7 filter per channel, a norm, and an MLP for every pixel, scaled and added to the input.
    ``skipped`` leaves all of it out at random in training."""
    g = GraphBuilder("ConvNeXtBlock", "Look around in every channel, then let every pixel think by itself.")
    channels = g.parameter("channels", 96, "Channels that come in and go out.")
    entry = g.input("x")
    x: Source = g.add(
        "Conv2d", entry, name="depthwise", out_channels=channels, kernel_size=7, padding=3, groups=channels
    )
    x = g.add("Permute", x, name="channels_last", dims=(0, 2, 3, 1))
    x = g.add("LayerNorm", x, name="norm", normalized_shape=(channels,), eps=1e-6)
    x = g.add("GELU", g.add("Linear", x, name="widen", out_features=4 * channels), name="gelu")
    x = g.add("Linear", x, name="narrow", out_features=channels)
    x = g.add("Permute", x, name="channels_first", dims=(0, 3, 1, 2))
    scale = g.add("Parameter", name="layer_scale", shape=(channels, 1, 1), start="constant", value=1e-6)
    x = g.add("Multiply", scale, x, name="scaled")
    if skipped:
        x = g.add("StochasticDepth", x, name="skip", p=g.parameter("drop", 0.1, DROP))
    g.output(g.add("Add", x, entry, name="add"), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "convnext",
        "ConvNeXt block",
        "A 7 × 7 filter for every channel, then a small network for every pixel, added to the input.",
        ("image", "ConvNeXt", "depthwise", "layer norm", "layer scale", "residual"),
        "The scale of the branch is learned and starts near zero, so that a deep stack begins as almost nothing but "
        "shortcuts. Liu et al., arXiv 2201.03545, figure 4.",
        convnext,
        "Residual",
        ((96, 14, 14),),
    ),
)

"""Branches that look at the same picture and are joined on their channels: inception and fire."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, Symbol
from presets.blocks import ShippedBlock
from presets.blocks.convolution import conv_norm
from presets.blocks.once import once

GROUP = "Branches"
WIDTHS = {
    "one": (64, "Filters of the 1 × 1 branch."),
    "reduce3": (96, "Channels in front of the 3 × 3 filters."),
    "three": (128, "Filters of the 3 × 3 branch."),
    "reduce5": (16, "Channels in front of the 5 × 5 filters."),
    "five": (32, "Filters of the 5 × 5 branch (3 × 3 in torchvision)."),
    "pool": (32, "Channels behind the pooling."),
}
"""The widths of an inception block with those of GoogLeNet's first (3a), and what they mean."""


@once
def inception(kernel5: int = 5, **norm: Any) -> GraphBuilder:
    """GoogLeNet's block. torchvision has 3 × 3 filters in the branch that the paper gives 5 × 5. ``norm`` are
    further parameters of the batch norms."""
    g = GraphBuilder("Inception", "Four branches look at the same picture; their channels are joined.")
    widths = {name: g.parameter(name, default, help) for name, (default, help) in WIDTHS.items()}
    x = g.input("x")

    def conv(source: Source, name: str, channels: Symbol, kernel: int = 1) -> Source:
        unit = conv_norm(**norm)
        return g.use(unit, source, name=name, channels=channels, kernel=kernel)

    one = conv(x, "branch1", widths["one"])
    three = conv(conv(x, "branch3_reduce", widths["reduce3"]), "branch3", widths["three"], 3)
    five = conv(conv(x, "branch5_reduce", widths["reduce5"]), "branch5", widths["five"], kernel5)
    pooled = g.add("MaxPool2d", x, name="pool", kernel_size=3, stride=1, padding=1, ceil_mode=True)
    last = conv(pooled, "branch_pool", widths["pool"])
    g.output(g.add("Concat", [one, three, five, last], name="join"), name="y")
    return g


@once
def fire() -> GraphBuilder:
    """SqueezeNet's block: few channels, then two kinds of filters side by side."""
    g = GraphBuilder(
        "Fire", "Squeeze to few channels, then expand with 1 × 1 and 3 × 3 filters side by side."
    )
    squeeze = g.parameter("squeeze", 16, "Channels in the middle.")
    expand = g.parameter("expand", 64, "Filters of each of the two expanding convolutions.")
    x: Source = g.add("Conv2d", g.input("x"), name="squeeze", out_channels=squeeze, kernel_size=1)
    x = g.add("ReLU", x, name="squeeze_relu")
    one = g.add("Conv2d", x, name="expand1x1", out_channels=expand, kernel_size=1)
    three = g.add("Conv2d", x, name="expand3x3", out_channels=expand, kernel_size=3, padding=1)
    branches = [g.add("ReLU", one, name="relu1x1"), g.add("ReLU", three, name="relu3x3")]
    g.output(g.add("Concat", branches, name="join"), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "inception",
        "Inception block",
        "1 × 1, 3 × 3 and 5 × 5 filters and a pooling look at the same picture side by side.",
        ("image", "GoogLeNet", "inception", "branches", "concatenation"),
        "1 × 1 convolutions in front of the large filters keep them cheap. Szegedy et al., arXiv 1409.4842, figure "
        "2b, with batch norm.",
        inception,
        GROUP,
        ((192, 28, 28),),
    ),
    ShippedBlock(
        "fire",
        "Fire module",
        "Squeeze to few channels, then expand with 1 × 1 and 3 × 3 filters side by side.",
        ("image", "SqueezeNet", "fire", "branches", "concatenation", "small"),
        "Most filters are 1 × 1, and the 3 × 3 ones see few channels: a network with few weights. Iandola et al., "
        "arXiv 1602.07360, figure 1.",
        fire,
        GROUP,
    ),
)

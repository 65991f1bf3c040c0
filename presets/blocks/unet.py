"""The two halves of a U-Net, and a look at several distances. Ronneberger et al., arXiv 1505.04597."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.convolution import conv_norm
from presets.blocks.once import once

GROUP = "Segmentation"


@once
def double_conv() -> GraphBuilder:
    """Two 3 × 3 convolutions at one size."""
    g = GraphBuilder("DoubleConv", "Two 3 × 3 convolutions at one size.")
    channels = g.parameter("channels", 64, "Filters of both convolutions.")
    x: Source = g.use(conv_norm(), g.input("x"), name="conv1", channels=channels)
    g.output(g.use(conv_norm(), x, name="conv2", channels=channels), name="y")
    return g


@once
def down() -> GraphBuilder:
    """Two convolutions, kept for the way up, and pooling to half the size."""
    g = GraphBuilder("Down", "Two convolutions, kept for the way up; then half the size.")
    channels = g.parameter("channels", 64, "Filters of both convolutions.")
    x = g.use(double_conv(), g.input("x"), name="convs", channels=channels)
    g.output(x, name="skip")
    g.output(g.add("MaxPool2d", x, name="pool", kernel_size=2), name="pooled")
    return g


@once
def up() -> GraphBuilder:
    """Twice the size, joined with what was kept on the way down, and two convolutions."""
    g = GraphBuilder("Up", "Twice the size, joined with what was kept on the way down.")
    channels = g.parameter("channels", 64, "Filters of all convolutions.")
    skip = g.input("skip")
    x = g.add("ConvTranspose2d", g.input("x"), name="grow", out_channels=channels, kernel_size=2, stride=2)
    joined = g.add("Concat", [skip, x], name="join")
    g.output(g.use(double_conv(), joined, name="convs", channels=channels), name="y")
    return g


@once
def aspp() -> GraphBuilder:
    """Atrous spatial pyramid pooling: filters that look near, further and far, side by side."""
    branch = GraphBuilder("AtrousConv", "A 3 × 3 convolution whose filter is spread out.")
    channels = branch.parameter("channels", 256, "Number of filters.")
    rate = branch.parameter("rate", 6, "Pixels between the taps of the filter.")
    x: Source = branch.add(
        "Conv2d", branch.input("x"), name="conv", out_channels=channels, kernel_size=3, padding=rate,
        dilation=rate, bias=False,
    )  # fmt: skip
    x = branch.add("ReLU", branch.add("BatchNorm2d", x, name="norm"), name="relu")
    branch.output(x, name="y")

    g = GraphBuilder("ASPP", "Filters that look near, further and far, side by side.")
    channels = g.parameter("channels", 256, "Filters of each branch, and channels that go out.")
    rate = g.parameter("rate", 6, "Spread of the nearest of the three spread filters.")
    entry = g.input("x")
    branches: list[Source] = [g.use(conv_norm(), entry, name="near", channels=channels, kernel=1)]
    for number in (1, 2, 3):
        branches.append(g.use(branch, entry, name=f"far{number}", channels=channels, rate=rate * number))
    joined = g.add("Concat", branches, name="join")
    g.output(g.use(conv_norm(), joined, name="project", channels=channels, kernel=1), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "unet-down",
        "U-Net down",
        "Two convolutions, whose result is kept for the way up, and pooling to half the size.",
        ("image", "U-Net", "segmentation", "encoder", "skip connection"),
        "“pooled” goes on down, “skip” straight across to the Up block of the same size. Ronneberger et al., arXiv "
        "1505.04597, figure 1, with batch norm and padding.",
        down,
        GROUP,
        ((3, 64, 64),),
    ),
    ShippedBlock(
        "unet-up",
        "U-Net up",
        "A transposed convolution doubles the size; what was kept on the way down is joined to it.",
        ("image", "U-Net", "segmentation", "decoder", "transposed convolution", "skip connection"),
        "“x” comes from below, “skip” from the Down block of the same size, twice as large as x. Ronneberger et al., "
        "arXiv 1505.04597, figure 1, with batch norm and padding.",
        up,
        GROUP,
        ((64, 32, 32), (128, 16, 16)),
    ),
    ShippedBlock(
        "aspp",
        "Atrous spatial pyramid pooling",
        "Filters that look near, further and far, side by side: one size of picture, several distances.",
        ("image", "DeepLab", "ASPP", "dilation", "atrous", "segmentation"),
        "Dilation spreads the nine taps of a filter without more weights. Chen et al., arXiv 1706.05587, figure 5, "
        "without the branch that takes the mean of the whole picture.",
        aspp,
        GROUP,
    ),
)

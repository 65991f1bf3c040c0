"""Dense blocks: every layer sees the outputs of all before it. Huang et al., arXiv 1608.06993."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Dense"
GROWTH = 32


@once
def dense_layer() -> GraphBuilder:
    """Norm, ReLU, 1 × 1 to four times the growth, norm, ReLU, 3 × 3; its result is joined to its input."""
    g = GraphBuilder("DenseLayer", "Joins a few new channels to everything that came before.")
    growth = g.parameter("growth", GROWTH, "New channels.")
    entry = g.input("x")
    x: Source = g.add("ReLU", g.add("BatchNorm2d", entry, name="norm1"), name="relu1")
    x = g.add("Conv2d", x, name="conv1", out_channels=4 * growth, kernel_size=1, bias=False)
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="norm2"), name="relu2")
    x = g.add("Conv2d", x, name="conv2", out_channels=growth, kernel_size=3, padding=1, bias=False)
    g.output(g.add("Concat", [entry, x], name="join"), name="y")
    return g


@once
def dense_block() -> GraphBuilder:
    """``layers`` dense layers in a row."""
    g = GraphBuilder("DenseBlock", "Dense layers in a row: each sees all before it.")
    layers = g.parameter("layers", 6, "How many dense layers.")
    growth = g.parameter("growth", GROWTH, "New channels of each layer.")
    x = g.use(dense_layer(), g.input("x"), name="layers", growth=growth, repeat=layers)
    g.output(x, name="y")
    return g


@once
def transition() -> GraphBuilder:
    """Between two dense blocks: fewer channels and half the size."""
    g = GraphBuilder("Transition", "Fewer channels and half the size.")
    channels = g.parameter("channels", 128, "Channels that go out.")
    x: Source = g.add("ReLU", g.add("BatchNorm2d", g.input("x"), name="norm"), name="relu")
    x = g.add("Conv2d", x, name="conv", out_channels=channels, kernel_size=1, bias=False)
    g.output(g.add("AvgPool2d", x, name="pool", kernel_size=2), name="y")
    return g


TAGS = ("image", "DenseNet", "concatenation", "growth rate")
BLOCKS = (
    ShippedBlock(
        "dense-layer",
        "Dense layer",
        "Joins a few new channels to everything that came before.",
        TAGS,
        "The 1 × 1 convolution keeps the 3 × 3 one cheap however many channels have come together. Huang et al., "
        "arXiv 1608.06993, DenseNet-B.",
        dense_layer,
        GROUP,
    ),
    ShippedBlock(
        "dense-block",
        "Dense block",
        "Dense layers in a row: each sees the outputs of all before it.",
        TAGS,
        "Every layer adds growth channels, so that layers · growth more go out than come in. Huang et al., arXiv "
        "1608.06993, figure 1.",
        dense_block,
        GROUP,
    ),
    ShippedBlock(
        "dense-transition",
        "Dense transition",
        "Between two dense blocks: a 1 × 1 convolution to fewer channels, and pooling to half the size.",
        (*TAGS, "pooling"),
        "Usually half as many channels go out as come in. Huang et al., arXiv 1608.06993, DenseNet-C.",
        transition,
        GROUP,
        ((256, 16, 16),),
    ),
)

"""Looking at the whole picture to weigh every channel."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Attention to channels"


@once
def squeeze_excitation(activation: str = "ReLU", weights: str = "Sigmoid") -> GraphBuilder:
    """The mean of every channel, two small layers, and a weight for every channel."""
    g = GraphBuilder("SqueezeExcitation", "Looks at the whole picture and weighs every channel.")
    channels = g.parameter("channels", 64, "Channels that are weighed.")
    squeeze = g.parameter("squeeze", 4, "Numbers in the middle.")
    entry = g.input("x")
    x: Source = g.add("AdaptiveAvgPool2d", entry, name="avgpool", output_size=1)
    x = g.add("Conv2d", x, name="fc1", out_channels=squeeze, kernel_size=1)
    x = g.add(activation, x, name=activation.lower())
    x = g.add("Conv2d", x, name="fc2", out_channels=channels, kernel_size=1)
    g.output(g.add("Multiply", g.add(weights, x, name="weights"), entry, name="weigh"), name="y")
    return g


@once
def channel_attention() -> GraphBuilder:
    """Mean and largest value of every channel go through the same two layers; their sum gives the weights."""
    g = GraphBuilder("ChannelAttention", "Mean and maximum of every channel decide together what it weighs.")
    channels = g.parameter("channels", 64, "Channels that are weighed.")
    reduction = g.parameter("reduction", 16, "How many times fewer numbers are in the middle.")
    entry = g.input("x")
    mean = g.add("AdaptiveAvgPool2d", entry, name="mean", output_size=1)
    largest = g.add("AdaptiveMaxPool2d", entry, name="largest", output_size=1)
    first = g.add("Conv2d", mean, name="fc1", out_channels=channels // reduction, kernel_size=1, bias=False)
    second = g.add(
        "Conv2d", g.add("ReLU", first, name="relu1"), name="fc2", out_channels=channels, kernel_size=1,
        bias=False,
    )  # fmt: skip
    other = g.add("ReLU", g.again(first, largest, name="fc1_again"), name="relu2")
    other = g.again(second, other, name="fc2_again")
    both = g.add("Sigmoid", g.add("Add", second, other, name="both"), name="weights")
    g.output(g.add("Multiply", both, entry, name="weigh"), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "squeeze-excitation",
        "Squeeze and excitation",
        "The means of all channels decide, through two small layers, how much each channel counts.",
        ("image", "SENet", "SE block", "squeeze-excitation", "squeeze excite", "attention", "channels"),
        "Cheap, and it can stand behind any convolution. Hu et al., arXiv 1709.01507. Set channels to those that "
        "come in.",
        squeeze_excitation,
        GROUP,
    ),
    ShippedBlock(
        "channel-attention",
        "Channel attention",
        "Mean and maximum of every channel go through the same two layers; together they weigh the channels.",
        ("image", "CBAM", "attention", "channels", "shared weights"),
        "The two branches share their weights: fc1_again and fc2_again call the layers of the first. Woo et al., "
        "arXiv 1807.06521, section 3.1. Set channels to those that come in.",
        channel_attention,
        GROUP,
    ),
)

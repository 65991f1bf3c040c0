"""Convolutions with what usually follows them, VGG's stage, and the depthwise separable convolution."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Convolution"


@once
def conv_norm(activation: str = "ReLU", **norm: Any) -> GraphBuilder:
    """Convolution without bias, batch norm and an activation ("" for none); padded so that stride 1 keeps
    the size. ``norm`` are further parameters of the batch norm."""
    g = GraphBuilder(f"ConvBN{activation}", "A convolution, normalised, and its activation.")
    channels = g.parameter("channels", 64, "Number of filters.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    groups = g.parameter("groups", 1, "As many as channels: each filter sees one channel only (depthwise).")
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2}
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, **sizes, groups=groups, bias=False
    )
    x = g.add("BatchNorm2d", x, name="norm", **norm)
    g.output(g.add(activation, x, name=activation.lower()) if activation else x, name="y")
    return g


@once
def conv_relu(batch_norm: bool = False) -> GraphBuilder:
    """VGG's unit: a convolution with bias, the batch norm or none, and ReLU."""
    g = GraphBuilder("VGGConvBN" if batch_norm else "ConvReLU", "A convolution and its activation.")
    channels = g.parameter("channels", 64, "Number of filters.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, kernel_size=kernel, padding=kernel // 2
    )
    if batch_norm:
        x = g.add("BatchNorm2d", x, name="norm")
    g.output(g.add("ReLU", x, name="relu"), name="y")
    return g


@once
def vgg_stage(batch_norm: bool = False) -> GraphBuilder:
    """``convolutions`` 3 × 3 convolutions with ReLU, then pooling to half the size."""
    g = GraphBuilder(
        "VGGStageBN" if batch_norm else "VGGStage", "Convolutions at one size, then pooling to half of it."
    )
    channels = g.parameter("channels", 64, "Filters of every convolution.")
    convolutions = g.parameter("convolutions", 2, "How many convolutions.")
    x = g.use(conv_relu(batch_norm), g.input("x"), name="convs", channels=channels, repeat=convolutions)
    g.output(g.add("MaxPool2d", x, name="pool", kernel_size=2), name="y")
    return g


@once
def depthwise_separable(activation: str = "ReLU") -> GraphBuilder:
    """A filter for every channel by itself, then a 1 × 1 convolution that mixes the channels."""
    g = GraphBuilder("DepthwiseSeparable", "A filter per channel, then a mixture of the channels.")
    entering = g.parameter("entering", 64, "Channels that come in.")
    channels = g.parameter("channels", 128, "Channels that go out.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    unit = conv_norm(activation)
    x = g.use(unit, g.input("x"), name="depthwise", channels=entering, stride=stride, groups=entering)
    g.output(g.use(unit, x, name="pointwise", channels=channels, kernel=1), name="y")
    return g


BLOCKS = (
    ShippedBlock(
        "conv-norm",
        "Convolution, norm, ReLU",
        "A convolution, normalised, and its activation: the brick of most convolutional networks.",
        ("image", "convolution", "batch norm", "ReLU"),
        "The convolution needs no bias, since the batch norm brings its own. With as many groups as channels it "
        "is depthwise.",
        conv_norm,
        GROUP,
    ),
    ShippedBlock(
        "vgg-stage",
        "VGG stage",
        "3 × 3 convolutions at one size, then pooling to half of it.",
        ("image", "VGG", "convolution", "pooling"),
        "Two 3 × 3 filters in a row see as much as one of 5 × 5, with fewer weights and one more ReLU. Simonyan "
        "and Zisserman, arXiv 1409.1556, table 1.",
        vgg_stage,
        GROUP,
    ),
    ShippedBlock(
        "vgg-stage-bn",
        "VGG stage with batch norm",
        "The stage of VGG with a batch norm behind every convolution: it starts to learn sooner.",
        ("image", "VGG", "convolution", "batch norm", "pooling"),
        "What torchvision calls vgg16_bn is made of these. Simonyan and Zisserman, arXiv 1409.1556.",
        lambda: vgg_stage(batch_norm=True),
        GROUP,
    ),
    ShippedBlock(
        "depthwise-separable",
        "Depthwise separable convolution",
        "First a filter for every channel by itself, then a mixture of the channels: about a ninth of the work.",
        ("image", "MobileNet", "depthwise", "pointwise", "efficient"),
        "A k × k convolution costs k² · C_in · C_out per pixel; this one (k² + C_out) · C_in. Howard et al., arXiv "
        "1704.04861, section 3.1. Set entering to the channels that come in.",
        depthwise_separable,
        GROUP,
    ),
)

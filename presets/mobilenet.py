"""MobileNetV2: depthwise convolutions in inverted residuals. Sandler et al., arXiv 1801.04381, table 2.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet

STAGES = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2))
"""Channels, blocks and stride of the stages with more than one block."""


def _unit() -> GraphBuilder:
    g = GraphBuilder("ConvBNReLU6", "A convolution, normalised, and its activation.")
    channels = g.parameter("channels", 32, "Number of filters.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    groups = g.parameter("groups", 1, "As many as channels: each filter sees one channel only (depthwise).")
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2}
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, **sizes, groups=groups, bias=False
    )
    g.output(g.add("ReLU6", g.add("BatchNorm2d", x, name="norm"), name="relu6"), name="y")
    return g


def _narrow(g: GraphBuilder, x: Source, channels: Any) -> Source:
    """To few channels, without an activation: the bottleneck is linear."""
    x = g.add("Conv2d", x, name="project", out_channels=channels, kernel_size=1, bias=False)
    return g.add("BatchNorm2d", x, name="norm")


def _separable(unit: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("DepthwiseSeparable", "A filter per channel, then a mixture of the channels.")
    entering = g.parameter("entering", 32, "Channels that come in.")
    channels = g.parameter("channels", 16, "Channels that go out.")
    x = g.use(unit, g.input("x"), name="depthwise", channels=entering, groups=entering)
    g.output(_narrow(g, x, channels), name="y")
    return g


def _inverted(unit: GraphBuilder, residual: bool) -> GraphBuilder:
    """Widen, filter each channel by itself, narrow; with ``residual`` the input is added."""
    g = GraphBuilder("InvertedResidual" if residual else "InvertedBottleneck", "Widen, filter, narrow.")
    entering = None if residual else g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    stride: Any = 1 if residual else g.parameter("stride", 2, "2 halves the picture.")
    expand = g.parameter("expand", 6, "How many times wider it is in the middle.")
    wide = (entering or channels) * expand
    entry = g.input("x")
    x: Source = g.use(unit, entry, name="widen", channels=wide, kernel=1)
    x = g.use(unit, x, name="depthwise", channels=wide, stride=stride, groups=wide)
    x = _narrow(g, x, channels)
    g.output(g.add("Add", x, entry, name="add") if residual else x, name="y")
    return g


def _stage(first: GraphBuilder, rest: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Stage", "Inverted residuals at one size, the first of which changes width and size.")
    entering = g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    stride = g.parameter("stride", 2, "Stride of the first block.")
    blocks = g.parameter("blocks", 2, "How many blocks.")
    x = g.use(first, g.input("x"), name="first", entering=entering, channels=channels, stride=stride)
    g.output(g.use(rest, x, name="rest", channels=channels, repeat=blocks - 1), name="y")
    return g


def mobilenet_v2() -> Project:
    """MobileNetV2 for 224 × 224 pictures and 1000 classes."""
    unit = _unit()
    bottleneck = _inverted(unit, residual=False)
    stage = _stage(bottleneck, _inverted(unit, residual=True))
    g = GraphBuilder("MobileNetV2")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, stride=2)
    x = g.use(_separable(unit), x, name="stage1", entering=32, channels=16)
    entering = 16
    for number, (channels, blocks, stride) in enumerate(STAGES, 2):
        x = g.use(
            stage,
            x,
            name=f"stage{number}",
            entering=entering,
            channels=channels,
            stride=stride,
            blocks=blocks,
        )
        entering = channels
    x = g.use(bottleneck, x, name="stage7", entering=entering, channels=320, stride=1)
    x = g.use(unit, x, name="last", channels=1280, kernel=1)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    x = g.add("Dropout", g.add("Flatten", x, name="flatten"), name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet("MobileNetV2", g, learning_rate=0.003, weight_decay=4e-5)


PRESETS = (
    Preset(
        "mobilenet-v2",
        "MobileNetV2",
        "For phones: widen, filter every channel by itself, narrow, add.",
        "Efficient networks",
        ("image", "MobileNet", "depthwise", "inverted residual", "ImageNet", "small"),
        mobilenet_v2,
        61,
    ),
)

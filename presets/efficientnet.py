"""EfficientNet-B0: inverted residuals that weigh their channels. Tan and Le, arXiv 1905.11946, table 1.

The weights come in the same order as torchvision's. Stochastic depth, which only acts in training, is left
out.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet

STAGES = ((3, 2, 24, 2), (5, 2, 40, 2), (3, 2, 80, 3), (5, 1, 112, 3), (5, 2, 192, 4))
"""Kernel, stride, channels and blocks of stages 2 to 6."""


def _unit() -> GraphBuilder:
    g = GraphBuilder("ConvBNSiLU", "A convolution, normalised, and its activation.")
    channels = g.parameter("channels", 32, "Number of filters.")
    kernel = g.parameter("kernel", 1, "Size of the filters.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    groups = g.parameter("groups", 1, "As many as channels: each filter sees one channel only (depthwise).")
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2}
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, **sizes, groups=groups, bias=False
    )
    g.output(g.add("SiLU", g.add("BatchNorm2d", x, name="norm"), name="silu"), name="y")
    return g


def _squeeze_excitation() -> GraphBuilder:
    g = GraphBuilder("SqueezeExcitation", "Looks at the whole picture and weighs every channel.")
    channels = g.parameter("channels", 96, "Channels that are weighed.")
    squeeze = g.parameter("squeeze", 4, "Numbers in the middle.")
    entry = g.input("x")
    x: Source = g.add("AdaptiveAvgPool2d", entry, name="avgpool", output_size=1)
    x = g.add("SiLU", g.add("Conv2d", x, name="fc1", out_channels=squeeze, kernel_size=1), name="silu")
    x = g.add("Conv2d", x, name="fc2", out_channels=channels, kernel_size=1)
    g.output(g.add("Multiply", g.add("Sigmoid", x, name="weights"), entry, name="weigh"), name="y")
    return g


def _mbconv(name: str, unit: GraphBuilder, weigh: GraphBuilder, expand: int, residual: bool) -> GraphBuilder:
    """Widen ``expand`` times, filter each channel by itself, weigh, narrow; with ``residual`` add the input."""
    g = GraphBuilder(name, "Widen, filter, weigh the channels, narrow.")
    entering = None if residual else g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride: Any = 1 if residual else g.parameter("stride", 2, "2 halves the picture.")
    coming = entering or channels
    wide = coming * expand if expand > 1 else coming
    entry = g.input("x")
    x: Source = g.use(unit, entry, name="widen", channels=wide) if expand > 1 else entry
    x = g.use(unit, x, name="depthwise", channels=wide, kernel=kernel, stride=stride, groups=wide)
    x = g.use(weigh, x, name="weigh", channels=wide, squeeze=coming // 4)
    x = g.add("Conv2d", x, name="project", out_channels=channels, kernel_size=1, bias=False)
    x = g.add("BatchNorm2d", x, name="norm")
    g.output(g.add("Add", x, entry, name="add") if residual else x, name="y")
    return g


def _stage(first: GraphBuilder, rest: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Stage", "Inverted residuals at one size, the first of which changes width and size.")
    entering = g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride = g.parameter("stride", 2, "Stride of the first block.")
    blocks = g.parameter("blocks", 2, "How many blocks.")
    sizes: dict[str, Any] = {"channels": channels, "kernel": kernel}
    x = g.use(first, g.input("x"), name="first", entering=entering, stride=stride, **sizes)
    g.output(g.use(rest, x, name="rest", **sizes, repeat=blocks - 1), name="y")
    return g


def efficientnet_b0() -> Project:
    """EfficientNet-B0 for 224 × 224 pictures and 1000 classes."""
    unit, weigh = _unit(), _squeeze_excitation()
    down = _mbconv("MBConv", unit, weigh, expand=6, residual=False)
    stage = _stage(down, _mbconv("ResidualMBConv", unit, weigh, expand=6, residual=True))
    thin = _mbconv("ThinMBConv", unit, weigh, expand=1, residual=False)
    g = GraphBuilder("EfficientNetB0")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, kernel=3, stride=2)
    x = g.use(thin, x, name="stage1", entering=32, channels=16, stride=1)
    entering = 16
    for number, (kernel, stride, channels, blocks) in enumerate(STAGES, 2):
        sizes: dict[str, Any] = {
            "entering": entering,
            "channels": channels,
            "kernel": kernel,
            "stride": stride,
        }
        x = g.use(stage, x, name=f"stage{number}", blocks=blocks, **sizes)
        entering = channels
    x = g.use(down, x, name="stage7", entering=entering, channels=320, stride=1)
    x = g.use(unit, x, name="last", channels=1280)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        "EfficientNet-B0",
        g,
        weight_decay=1e-5,
        notes="Stochastic depth, which drops whole blocks at random in training, is left out.",
    )


PRESETS = (
    Preset(
        "efficientnet-b0",
        "EfficientNet-B0",
        "Inverted residuals that look at the whole picture and weigh every channel.",
        "Efficient networks",
        ("image", "EfficientNet", "squeeze-excitation", "depthwise", "swish", "ImageNet"),
        efficientnet_b0,
        63,
    ),
)

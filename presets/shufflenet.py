"""ShuffleNetV2: half of the channels pass, then all are shuffled. Ma et al., arXiv 1807.11164, table 5 (1×).

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet

STAGES = ((116, 4), (232, 8), (464, 4))
"""Channels and blocks of stages 2 to 4."""


def _unit() -> GraphBuilder:
    g = GraphBuilder("ConvBNReLU", "A convolution, normalised, and its activation.")
    channels = g.parameter("channels", 58, "Number of filters.")
    kernel = g.parameter("kernel", 1, "Size of the filters.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    sizes: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2}
    x = g.add("Conv2d", g.input("x"), name="conv", out_channels=channels, bias=False, **sizes)
    g.output(g.add("ReLU", g.add("BatchNorm2d", x, name="norm"), name="relu"), name="y")
    return g


def _depthwise() -> GraphBuilder:
    g = GraphBuilder("DepthwiseBN", "A filter for every channel by itself, normalised.")
    channels = g.parameter("channels", 58, "Channels that come in and go out.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    sizes: dict[str, Any] = {"kernel_size": 3, "stride": stride, "padding": 1}
    x = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, groups=channels, bias=False, **sizes
    )
    g.output(g.add("BatchNorm2d", x, name="norm"), name="y")
    return g


def _split_unit(unit: GraphBuilder, depthwise: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("ShuffleUnit", "Half of the channels is left alone; shuffling mixes both halves.")
    width = g.parameter("width", 58, "Half of the channels.")
    kept, x = g.add("Chunk", g.input("x"), name="halves", chunks=2)
    wide = g.use(unit, x, name="mix1", channels=width)
    wide = g.use(unit, g.use(depthwise, wide, name="depthwise", channels=width), name="mix2", channels=width)
    joined = g.add("Concat", [kept, wide], name="join")
    g.output(g.add("ChannelShuffle", joined, name="shuffle", groups=2), name="y")
    return g


def _down_unit(unit: GraphBuilder, depthwise: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("DownUnit", "Two branches halve the picture; shuffling mixes their channels.")
    entering = g.parameter("entering", 24, "Channels that come in.")
    width = g.parameter("width", 58, "Channels of each branch.")
    entry = g.input("x")
    left = g.use(depthwise, entry, name="left_depthwise", channels=entering, stride=2)
    left = g.use(unit, left, name="left_mix", channels=width)
    right = g.use(unit, entry, name="mix1", channels=width)
    right = g.use(depthwise, right, name="depthwise", channels=width, stride=2)
    right = g.use(unit, right, name="mix2", channels=width)
    joined = g.add("Concat", [left, right], name="join")
    g.output(g.add("ChannelShuffle", joined, name="shuffle", groups=2), name="y")
    return g


def shufflenet_v2() -> Project:
    """ShuffleNetV2 1× for 224 × 224 pictures and 1000 classes."""
    unit, depthwise = _unit(), _depthwise()
    down, split = _down_unit(unit, depthwise), _split_unit(unit, depthwise)
    stage = GraphBuilder("Stage", "Shuffle units at one size, the first of which halves the picture.")
    coming = stage.parameter("entering", 24, "Channels that come in.")
    channels = stage.parameter("channels", 116, "Channels that go out.")
    blocks = stage.parameter("blocks", 4, "How many units.")
    y = stage.use(down, stage.input("x"), name="first", entering=coming, width=channels // 2)
    stage.output(stage.use(split, y, name="rest", width=channels // 2, repeat=blocks - 1), name="y")

    g = GraphBuilder("ShuffleNetV2")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="conv1", channels=24, kernel=3, stride=2)
    x = g.add("MaxPool2d", x, name="maxpool", kernel_size=3, stride=2, padding=1)
    entering = 24
    for number, (total, count) in enumerate(STAGES, 2):
        x = g.use(stage, x, name=f"stage{number}", entering=entering, channels=total, blocks=count)
        entering = total
    x = g.add("Mean", g.use(unit, x, name="conv5", channels=1024), name="mean", dim=(2, 3))
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet("ShuffleNetV2 1×", g, weight_decay=4e-5)


PRESETS = (
    Preset(
        "shufflenet-v2",
        "ShuffleNetV2 1×",
        "Half of the channels passes unchanged; shuffling lets the halves meet.",
        "Efficient networks",
        ("image", "ShuffleNet", "channel shuffle", "depthwise", "ImageNet", "small"),
        shufflenet_v2,
        62,
    ),
)

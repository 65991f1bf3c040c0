"""ShuffleNetV2: half of the channels pass, then all are shuffled. Ma et al., arXiv 1807.11164, table 5 (1×).

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.convolution import conv_norm

STAGES = ((116, 4), (232, 8), (464, 4))
"""Channels and blocks of stages 2 to 4."""


def _split_unit() -> GraphBuilder:
    unit, depthwise = conv_norm(), conv_norm("")
    g = GraphBuilder("ShuffleUnit", "Half of the channels is left alone; shuffling mixes both halves.")
    width = g.parameter("width", 58, "Half of the channels.")
    kept, x = g.add("Chunk", g.input("x"), name="halves", chunks=2)
    wide = g.use(unit, x, name="mix1", channels=width, kernel=1)
    wide = g.use(
        unit,
        g.use(depthwise, wide, name="depthwise", channels=width, groups=width),
        name="mix2",
        channels=width,
        kernel=1,
    )
    joined = g.add("Concat", [kept, wide], name="join")
    g.output(g.add("ChannelShuffle", joined, name="shuffle", groups=2), name="y")
    return g


def _down_unit() -> GraphBuilder:
    unit, depthwise = conv_norm(), conv_norm("")
    g = GraphBuilder("DownUnit", "Two branches halve the picture; shuffling mixes their channels.")
    entering = g.parameter("entering", 24, "Channels that come in.")
    width = g.parameter("width", 58, "Channels of each branch.")
    entry = g.input("x")
    left = g.use(depthwise, entry, name="left_depthwise", channels=entering, groups=entering, stride=2)
    left = g.use(unit, left, name="left_mix", channels=width, kernel=1)
    right = g.use(unit, entry, name="mix1", channels=width, kernel=1)
    right = g.use(depthwise, right, name="depthwise", channels=width, groups=width, stride=2)
    right = g.use(unit, right, name="mix2", channels=width, kernel=1)
    joined = g.add("Concat", [left, right], name="join")
    g.output(g.add("ChannelShuffle", joined, name="shuffle", groups=2), name="y")
    return g


def shufflenet_v2() -> Project:
    """ShuffleNetV2 1× for 224 × 224 pictures and 1000 classes."""
    unit, down, split = conv_norm(), _down_unit(), _split_unit()
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
    x = g.add("Mean", g.use(unit, x, name="conv5", channels=1024, kernel=1), name="mean", dim=(2, 3))
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

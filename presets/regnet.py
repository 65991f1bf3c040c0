"""RegNetY-400MF: widths and depths on a straight line. Radosavovic et al., arXiv 2003.13678, table 4.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.channels import squeeze_excitation
from presets.blocks.convolution import conv_norm
from presets.blocks.once import once

STAGES = ((48, 1), (104, 3), (208, 6), (440, 6))
"""Channels and blocks of the four stages."""
GROUP_WIDTH = 8


@once
def _block(down: bool) -> GraphBuilder:
    """A bottleneck without a neck: 1 × 1, 3 × 3 in groups, weighed channels, 1 × 1, and the shortcut."""
    g = GraphBuilder("DownYBlock" if down else "YBlock", "Filter in groups, weigh the channels, add.")
    entering = g.parameter("entering", 48, "Channels that come in.") if down else None
    channels = g.parameter("channels", 48, "Channels that go out.")
    stride: Any = g.parameter("stride", 2, "2 halves the picture.") if down else 1
    entry = g.input("x")
    shortcut: Source = entry
    if down:
        shortcut = g.use(conv_norm(""), entry, name="downsample", channels=channels, kernel=1, stride=stride)
    x: Source = g.use(conv_norm(), entry, name="mix1", channels=channels, kernel=1)
    groups = channels // GROUP_WIDTH
    x = g.use(conv_norm(), x, name="filter", channels=channels, stride=stride, groups=groups)
    squeeze = (entering or channels) // 4
    x = g.use(squeeze_excitation(), x, name="weigh", channels=channels, squeeze=squeeze)
    x = g.use(conv_norm(""), x, name="mix2", channels=channels, kernel=1)
    g.output(g.add("ReLU", g.add("Add", shortcut, x, name="add"), name="relu"), name="y")
    return g


def regnet_y_400mf() -> Project:
    """RegNetY-400MF for 224 × 224 pictures and 1000 classes."""
    stage = GraphBuilder("Stage", "Blocks at one size, the first of which changes width and size.")
    coming = stage.parameter("entering", 48, "Channels that come in.")
    channels = stage.parameter("channels", 104, "Channels that go out.")
    blocks = stage.parameter("blocks", 3, "How many blocks.")
    y = stage.use(_block(True), stage.input("x"), name="first", entering=coming, channels=channels)
    stage.output(stage.use(_block(False), y, name="rest", channels=channels, repeat=blocks - 1), name="y")

    g = GraphBuilder("RegNetY400MF")
    x: Source = g.use(conv_norm(), g.input("x", shape=(3, 224, 224)), name="stem", channels=32, stride=2)
    x = g.use(_block(True), x, name="stage1", entering=32, channels=STAGES[0][0])
    entering = STAGES[0][0]
    for number, (width, count) in enumerate(STAGES[1:], 2):
        x = g.use(stage, x, name=f"stage{number}", entering=entering, channels=width, blocks=count)
        entering = width
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        "RegNetY-400MF",
        g,
        weight_decay=5e-5,
        schedule="cosine",
        **HE,
    )


PRESETS = (
    Preset(
        "regnet-y-400mf",
        "RegNetY-400MF",
        "Not one network but a rule for a family: every stage wider and deeper by the same measure.",
        "Efficient networks",
        ("image", "RegNet", "residual", "groups", "squeeze-excitation", "ImageNet"),
        regnet_y_400mf,
        64,
    ),
)

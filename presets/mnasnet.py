"""MNASNet 1.0: inverted residuals whose sizes a search found. Tan et al., arXiv 1807.11626, figure 7.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.convolution import conv_norm
from presets.blocks.mobile import inverted_residual

STAGES = ((24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2), (192, 5, 2, 6, 4))
"""Channels, kernel, stride, widening and blocks of the stages with more than one block."""
NORM: dict[str, Any] = {"momentum": 3e-4}


def _stage(first: GraphBuilder, rest: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Stage", "Inverted residuals at one size, the first of which changes width and size.")
    entering = g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride = g.parameter("stride", 2, "Stride of the first block.")
    expand = g.parameter("expand", 3, "How many times wider it is in the middle.")
    blocks = g.parameter("blocks", 3, "How many blocks.")
    sizes: dict[str, Any] = {"channels": channels, "kernel": kernel, "expand": expand}
    x = g.use(first, g.input("x"), name="first", entering=entering, stride=stride, **sizes)
    g.output(g.use(rest, x, name="rest", **sizes, repeat=blocks - 1), name="y")
    return g


def mnasnet() -> Project:
    """MNASNet 1.0 for 224 × 224 pictures and 1000 classes."""
    unit = conv_norm("ReLU", **NORM)
    down = inverted_residual(residual=False, activation="ReLU", **NORM)
    stage = _stage(down, inverted_residual(activation="ReLU", **NORM))
    thin = inverted_residual(residual=False, activation="ReLU", expand=1, **NORM)
    g = GraphBuilder("MNASNet")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, stride=2)
    x = g.use(thin, x, name="stage1", entering=32, channels=16, stride=1)
    entering = 16
    for number, (channels, kernel, stride, expand, blocks) in enumerate(STAGES, 2):
        x = g.use(
            stage, x, name=f"stage{number}", entering=entering, channels=channels, kernel=kernel,
            stride=stride, expand=expand, blocks=blocks,
        )  # fmt: skip
        entering = channels
    x = g.use(down, x, name="stage7", entering=entering, channels=320, stride=1)
    x = g.add("Mean", g.use(unit, x, name="last", channels=1280, kernel=1), name="mean", dim=(2, 3))
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        "MNASNet 1.0",
        g,
        weight_decay=1e-5,
        **HE,
    )


PRESETS = (
    Preset(
        "mnasnet",
        "MNASNet 1.0",
        "A search chose kernel, width and depth of every stage, with the speed on a phone in view.",
        "Efficient networks",
        ("image", "MNASNet", "depthwise", "inverted residual", "architecture search", "ImageNet"),
        mnasnet,
        62,
    ),
)

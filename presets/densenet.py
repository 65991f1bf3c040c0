"""DenseNet: every layer sees the outputs of all before it. Huang et al., arXiv 1608.06993, table 1.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.dense import GROWTH, dense_block, transition

DEPTHS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
"""Dense layers in each of the four blocks."""


def _stem() -> GraphBuilder:
    g = GraphBuilder("Stem", "From the picture to a quarter of its size.")
    sizes: dict[str, Any] = {"out_channels": 2 * GROWTH, "kernel_size": 7, "stride": 2, "padding": 3}
    x: Source = g.add("Conv2d", g.input("x"), name="conv0", **sizes, bias=False)
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="norm0"), name="relu0")
    g.output(g.add("MaxPool2d", x, name="pool0", kernel_size=3, stride=2, padding=1), name="y")
    return g


def densenet(depth: int) -> Project:
    """A DenseNet for 224 × 224 pictures and 1000 classes."""
    counts = DEPTHS[depth]
    g = GraphBuilder(f"DenseNet{depth}")
    x: Source = g.use(_stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    channels = 2 * GROWTH
    for number, layers in enumerate(counts, 1):
        x = g.use(dense_block(), x, name=f"dense{number}", layers=layers, growth=GROWTH)
        channels += layers * GROWTH
        if number < len(counts):
            channels //= 2
            x = g.use(transition(), x, name=f"transition{number}", channels=channels)
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="norm5"), name="relu5")
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    g.output(g.add("Linear", x, name="classifier", out_features=1000), name="scores")
    return imagenet(
        f"DenseNet-{depth}", g, learning_rate=0.003, weight_decay=1e-4, initialisation="he_normal_fan_out"
    )


def _preset(depth: int) -> Preset:
    summary = "Nothing is forgotten: every layer sees the outputs of all layers before it."
    deeper = f"{sum(DEPTHS[depth])} dense layers in four blocks, each joining 32 channels to all before it."
    return Preset(
        f"densenet{depth}",
        f"DenseNet-{depth}",
        summary if depth == 121 else deeper,
        "Branches",
        ("image", "DenseNet", "concatenation", "ImageNet", "growth rate"),
        partial(densenet, depth),
        58,
    )


PRESETS = tuple(_preset(depth) for depth in DEPTHS)

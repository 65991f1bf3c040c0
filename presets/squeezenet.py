"""SqueezeNet 1.1: few parameters through fire modules. Iandola et al., arXiv 1602.07360.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.branches import fire

STAGES = (((2, 16), (3, 16)), ((4, 32), (5, 32)), ((6, 48), (7, 48), (8, 64), (9, 64)))
"""Number and squeezed width of each fire module; between two stages the picture is halved."""


def _stem() -> GraphBuilder:
    g = GraphBuilder("Stem", "From the picture to a quarter of its size.")
    x = g.add("Conv2d", g.input("x"), name="conv1", out_channels=64, kernel_size=3, stride=2)
    g.output(_pool(g, g.add("ReLU", x, name="relu1"), 1), name="y")
    return g


def _head() -> GraphBuilder:
    g = GraphBuilder("Head", "One filter per class instead of fully connected layers, then the mean.")
    classes = g.parameter("classes", 1000, "How many classes.")
    x = g.add("Dropout", g.input("x"), name="dropout")
    x = g.add("ReLU", g.add("Conv2d", x, name="conv10", out_channels=classes, kernel_size=1), name="relu10")
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    g.output(g.add("Flatten", x, name="flatten"), name="y")
    return g


def _pool(g: GraphBuilder, x: Source, number: int) -> Source:
    return g.add("MaxPool2d", x, name=f"pool{number}", kernel_size=3, stride=2, ceil_mode=True)


def squeezenet() -> Project:
    """SqueezeNet 1.1 for 224 × 224 pictures and 1000 classes."""
    g = GraphBuilder("SqueezeNet")
    x: Source = g.use(_stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    for stage in STAGES:
        for number, squeeze in stage:
            x = g.use(fire(), x, name=f"fire{number}", squeeze=squeeze, expand=4 * squeeze)
        if stage != STAGES[-1]:
            x = _pool(g, x, stage[-1][0])
    g.output(g.use(_head(), x, name="head", classes=1000), name="scores")
    return imagenet("SqueezeNet 1.1", g, weight_decay=2e-4)


PRESETS = (
    Preset(
        "squeezenet",
        "SqueezeNet 1.1",
        "AlexNet's accuracy with a fiftieth of its parameters: fire modules squeeze, then expand.",
        "Efficient networks",
        ("image", "SqueezeNet", "fire module", "ImageNet", "small"),
        squeezenet,
        60,
    ),
)

"""GoogLeNet: filters of several sizes side by side. Szegedy et al., arXiv 1409.4842, table 1.

Drawn as torchvision has it (batch norm; 3 × 3 filters in the branch that the paper gives 5 × 5) without the
two auxiliary heads, which only help while it trains. The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, Symbol
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet

WIDTHS = ("one", "reduce3", "three", "reduce5", "five", "pool")
STAGES = {
    3: {"a": (64, 96, 128, 16, 32, 32), "b": (128, 128, 192, 32, 96, 64)},
    4: {
        "a": (192, 96, 208, 16, 48, 64),
        "b": (160, 112, 224, 24, 64, 64),
        "c": (128, 128, 256, 24, 64, 64),
        "d": (112, 144, 288, 32, 64, 64),
        "e": (256, 160, 320, 32, 128, 128),
    },
    5: {"a": (256, 160, 320, 32, 128, 128), "b": (384, 192, 384, 48, 128, 128)},
}
"""The widths of every inception block, in the order of :data:`WIDTHS`."""


def _unit() -> GraphBuilder:
    g = GraphBuilder("ConvBNReLU", "A convolution, normalised, and its activation.")
    channels = g.parameter("channels", 64, "Number of filters.")
    kernel = g.parameter("kernel", 1, "Size of the filters.")
    stride = g.parameter("stride", 1, "2 halves the picture.")
    x: Source = g.add(
        "Conv2d",
        g.input("x"),
        name="conv",
        out_channels=channels,
        kernel_size=kernel,
        stride=stride,
        padding=kernel // 2,
        bias=False,
    )
    g.output(g.add("ReLU", g.add("BatchNorm2d", x, name="norm", eps=1e-3), name="relu"), name="y")
    return g


def _inception(unit: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Inception", "Four branches look at the same picture; their channels are joined.")
    helps = (
        "Filters of the 1 × 1 branch.",
        "Channels in front of the 3 × 3 filters.",
        "Filters of the 3 × 3 branch.",
        "Channels in front of the 5 × 5 filters.",
        "Filters of the 5 × 5 branch (3 × 3 in torchvision).",
        "Channels behind the pooling.",
    )
    defaults = STAGES[3]["a"]
    widths = {
        name: g.parameter(name, default, help)
        for name, default, help in zip(WIDTHS, defaults, helps, strict=True)
    }
    x = g.input("x")

    def conv(source: Source, name: str, channels: Symbol, kernel: int = 1) -> Source:
        return g.use(unit, source, name=name, channels=channels, kernel=kernel)

    one = conv(x, "branch1", widths["one"])
    three = conv(conv(x, "branch3_reduce", widths["reduce3"]), "branch3", widths["three"], 3)
    five = conv(conv(x, "branch5_reduce", widths["reduce5"]), "branch5", widths["five"], 3)
    pooled = g.add("MaxPool2d", x, name="pool", kernel_size=3, stride=1, padding=1, ceil_mode=True)
    last = conv(pooled, "branch_pool", widths["pool"])
    g.output(g.add("Concat", [one, three, five, last], name="join"), name="y")
    return g


def _pool(g: GraphBuilder, x: Source, number: int, kernel: int = 3) -> Source:
    return g.add("MaxPool2d", x, name=f"pool{number}", kernel_size=kernel, stride=2, ceil_mode=True)


def _stem(unit: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Stem", "From the picture to an eighth of its size.")
    x: Source = g.use(unit, g.input("x"), name="conv1", channels=64, kernel=7, stride=2)
    x = g.use(unit, _pool(g, x, 1), name="conv2", channels=64)
    x = g.use(unit, x, name="conv3", channels=192, kernel=3)
    g.output(_pool(g, x, 2), name="y")
    return g


def googlenet() -> Project:
    """GoogLeNet for 224 × 224 pictures and 1000 classes, with its main head alone."""
    unit = _unit()
    inception = _inception(unit)
    g = GraphBuilder("GoogLeNet")
    x: Source = g.use(_stem(unit), g.input("x", shape=(3, 224, 224)), name="stem")
    for number, stage in STAGES.items():
        for letter, values in stage.items():
            widths: dict[str, Any] = dict(zip(WIDTHS, values, strict=True))
            x = g.use(inception, x, name=f"inception{number}{letter}", **widths)
        if number < 5:
            x = _pool(g, x, number, 3 if number == 3 else 2)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        "GoogLeNet",
        g,
        notes="Drawn without the two auxiliary heads, which only help while it trains; the branch that the "
        "paper gives 5 × 5 filters has 3 × 3, as in torchvision, so that its weights fit.",
    )


PRESETS = (
    Preset(
        "googlenet",
        "GoogLeNet",
        "Inception blocks: four branches look at the same picture at several sizes.",
        "Branches",
        ("image", "GoogLeNet", "inception", "concatenation", "ImageNet"),
        googlenet,
        57,
    ),
)

"""Residual blocks: layers learn the difference to their input. He et al., arXiv 1512.03385, figure 5.

The weights come in the same order and under the same names as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, Symbol
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Residual"
HELP = "Two paths that are added: layers, and a shortcut."


@once
def downsample() -> GraphBuilder:
    """The shortcut of a block that changes width or size."""
    g = GraphBuilder("Downsample", "Brings the shortcut to the new width and size.")
    channels = g.parameter("channels", 64, "Channels that go out.")
    stride = g.parameter("stride", 2, "2 halves the picture.")
    x = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, kernel_size=1, stride=stride, bias=False
    )
    g.output(g.add("BatchNorm2d", x, name="norm"), name="y")
    return g


def _norm(
    g: GraphBuilder, x: Source, number: int, channels: Symbol, kernel: int, **more: Any
) -> Source:  # fmt: skip
    """A convolution that keeps the size at stride 1, and its batch norm."""
    sizes: dict[str, Any] = {"out_channels": channels, "kernel_size": kernel, "padding": kernel // 2}
    x = g.add("Conv2d", x, name=f"conv{number}", **sizes, **more, bias=False)
    return g.add("BatchNorm2d", x, name=f"bn{number}")


def _added(g: GraphBuilder, x: Source, shortcut: Source) -> GraphBuilder:
    g.output(g.add("ReLU", g.add("Add", x, shortcut, name="add"), name="relu"), name="y")
    return g


@once
def basic(down: bool = False) -> GraphBuilder:
    """Two 3 × 3 convolutions; with ``down`` the shortcut is a strided 1 × 1 convolution."""
    g = GraphBuilder("DownBasicBlock" if down else "BasicBlock", HELP)
    planes = g.parameter("planes", 64, "Width of the block.")
    stride: Any = g.parameter("stride", 2, "2 halves the picture.") if down else 1
    entry = g.input("x")
    x: Source = g.add("ReLU", _norm(g, entry, 1, planes, 3, stride=stride), name="relu1")
    x = _norm(g, x, 2, planes, 3)
    shortcut: Source = entry
    if down:
        shortcut = g.use(downsample(), entry, name="downsample", channels=planes, stride=stride)
    return _added(g, x, shortcut)


@once
def bottleneck(down: bool = False, widen: int = 1, groups: int = 1) -> GraphBuilder:
    """1 × 1 to few channels, 3 × 3, 1 × 1 to four times as many. ``widen`` makes the middle wider and
    ``groups`` cuts its filters into groups (ResNeXt)."""
    g = GraphBuilder("DownBottleneck" if down else "Bottleneck", HELP)
    inside = f"; it is {widen} times as wide inside." if widen > 1 else "."
    planes = g.parameter("planes", 64, f"Width of the block{inside}")
    stride: Any = g.parameter("stride", 2, "2 halves the picture.") if down else 1
    middle = planes * widen if widen > 1 else planes
    entry = g.input("x")
    x: Source = g.add("ReLU", _norm(g, entry, 1, middle, 1), name="relu1")
    x = g.add("ReLU", _norm(g, x, 2, middle, 3, stride=stride, groups=groups), name="relu2")
    x = _norm(g, x, 3, planes * 4, 1)
    shortcut: Source = entry
    if down:
        shortcut = g.use(downsample(), entry, name="downsample", channels=planes * 4, stride=stride)
    return _added(g, x, shortcut)


@once
def stage(block: GraphBuilder, first: GraphBuilder | None = None) -> GraphBuilder:
    """``blocks`` residual blocks, the ``first`` of which may change width and size."""
    g = GraphBuilder("Stage" if first else "FirstStage", "Residual blocks at one size.")
    planes = g.parameter("planes", 64, "Width of the blocks.")
    stride = g.parameter("stride", 2, "Stride of the first block.") if first else None
    blocks = g.parameter("blocks", 2, "How many residual blocks.")
    x: Source = g.input("x")
    if first:
        x = g.use(first, x, name="first", planes=planes, stride=stride)
        x = g.use(block, x, name="rest", planes=planes, repeat=blocks - 1)
    else:
        x = g.use(block, x, name="blocks", planes=planes, repeat=blocks)
    g.output(x, name="y")
    return g


@once
def stem() -> GraphBuilder:
    """ResNet's first layers: a 7 × 7 convolution and pooling, both with stride 2."""
    g = GraphBuilder("Stem", "From the picture to a quarter of its size.")
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv1", out_channels=64, kernel_size=7, stride=2, padding=3, bias=False
    )
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="bn1"), name="relu")
    g.output(g.add("MaxPool2d", x, name="maxpool", kernel_size=3, stride=2, padding=1), name="y")
    return g


SOURCE = "He et al., arXiv 1512.03385, figure 5."
BLOCKS = (
    ShippedBlock(
        "basic-residual",
        "Basic residual block",
        "Two 3 × 3 convolutions learn the difference to their input.",
        ("image", "ResNet", "residual", "shortcut", "skip connection"),
        f"The block of ResNet-18 and 34; width and size stay as they come in. {SOURCE}",
        basic,
        GROUP,
    ),
    ShippedBlock(
        "basic-residual-down",
        "Basic residual block that halves",
        "The basic block where width or size change: its shortcut is a strided 1 × 1 convolution.",
        ("image", "ResNet", "residual", "downsample", "shortcut"),
        f"The first block of a stage of ResNet-18 and 34. {SOURCE}",
        lambda: basic(down=True),
        GROUP,
    ),
    ShippedBlock(
        "bottleneck-residual",
        "Bottleneck residual block",
        "1 × 1 to few channels, 3 × 3 there, 1 × 1 back to many: deeper for the same work.",
        ("image", "ResNet", "residual", "bottleneck", "shortcut"),
        f"The block of ResNet-50, 101 and 152. What comes in must have four times planes channels. {SOURCE}",
        bottleneck,
        GROUP,
        ((256, 16, 16),),
    ),
    ShippedBlock(
        "bottleneck-residual-down",
        "Bottleneck residual block that halves",
        "The bottleneck where width or size change: its shortcut is a strided 1 × 1 convolution.",
        ("image", "ResNet", "residual", "bottleneck", "downsample"),
        f"The first block of a stage of ResNet-50, 101 and 152. {SOURCE}",
        lambda: bottleneck(down=True),
        GROUP,
    ),
    ShippedBlock(
        "residual-stage",
        "Residual stage",
        "Basic residual blocks in a row, the first of which changes width and size.",
        ("image", "ResNet", "residual", "stage"),
        f"ResNet-34 is a stem, four of these and a head. {SOURCE}",
        lambda: stage(basic(), basic(down=True)),
        GROUP,
    ),
)

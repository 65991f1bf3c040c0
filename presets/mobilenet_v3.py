"""MobileNetV3: inverted residuals, some of which weigh their channels. Howard et al., arXiv 1905.02244.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.channels import squeeze_excitation
from presets.blocks.convolution import conv_norm
from presets.blocks.once import once

NORM: dict[str, Any] = {"eps": 1e-3, "momentum": 0.01}
RELU, HARD = "ReLU", "Hardswish"


class Row(NamedTuple):
    """A line of table 1 or 2 of the paper: one inverted residual."""

    kernel: int
    wide: int
    channels: int
    weighed: bool
    activation: str
    stride: int


LARGE = (
    Row(3, 16, 16, False, RELU, 1),
    Row(3, 64, 24, False, RELU, 2),
    Row(3, 72, 24, False, RELU, 1),
    Row(5, 72, 40, True, RELU, 2),
    Row(5, 120, 40, True, RELU, 1),
    Row(5, 120, 40, True, RELU, 1),
    Row(3, 240, 80, False, HARD, 2),
    Row(3, 200, 80, False, HARD, 1),
    Row(3, 184, 80, False, HARD, 1),
    Row(3, 184, 80, False, HARD, 1),
    Row(3, 480, 112, True, HARD, 1),
    Row(3, 672, 112, True, HARD, 1),
    Row(5, 672, 160, True, HARD, 2),
    Row(5, 960, 160, True, HARD, 1),
    Row(5, 960, 160, True, HARD, 1),
)
SMALL = (
    Row(3, 16, 16, True, RELU, 2),
    Row(3, 72, 24, False, RELU, 2),
    Row(3, 88, 24, False, RELU, 1),
    Row(5, 96, 40, True, HARD, 2),
    Row(5, 240, 40, True, HARD, 1),
    Row(5, 240, 40, True, HARD, 1),
    Row(5, 120, 48, True, HARD, 1),
    Row(5, 144, 48, True, HARD, 1),
    Row(5, 288, 96, True, HARD, 2),
    Row(5, 576, 96, True, HARD, 1),
    Row(5, 576, 96, True, HARD, 1),
)


@once
def _block(residual: bool, widens: bool, weighed: bool, activation: str) -> GraphBuilder:
    """Widen, filter every channel by itself, weigh the channels or not, narrow, add or not."""
    kind = ("Residual" if residual else "Bottleneck") if widens else "Thin"
    name = f"{'Weighed' if weighed else ''}{kind}{activation}"
    g = GraphBuilder(name, "Widen, filter every channel by itself, narrow.")
    wide = g.parameter("wide", 64, "Channels in the middle.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride: Any = 1 if residual else g.parameter("stride", 2, "2 halves the picture.")
    unit, entry = conv_norm(activation, **NORM), g.input("x")
    x: Source = g.use(unit, entry, name="widen", channels=wide, kernel=1) if widens else entry
    x = g.use(unit, x, name="depthwise", channels=wide, kernel=kernel, stride=stride, groups=wide)
    if weighed:
        squeeze = g.parameter("squeeze", 16, "Numbers in the middle of the weighing.")
        x = g.use(squeeze_excitation("ReLU", "Hardsigmoid"), x, name="weigh", channels=wide, squeeze=squeeze)
    x = g.add("Conv2d", x, name="project", out_channels=channels, kernel_size=1, bias=False)
    x = g.add("BatchNorm2d", x, name="norm", **NORM)
    g.output(g.add("Add", x, entry, name="add") if residual else x, name="y")
    return g


def divisible(value: float, by: int = 8) -> int:
    """The multiple of ``by`` next to ``value``, but not less than nine tenths of it (as torchvision rounds)."""
    found = max(by, int(value + by / 2) // by * by)
    return found + by if found < 0.9 * value else found


def mobilenet_v3(name: str, title: str, rows: tuple[Row, ...], hidden: int) -> Project:
    """For 224 × 224 pictures and 1000 classes."""
    unit = conv_norm(HARD, **NORM)
    g = GraphBuilder(name)
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=16, stride=2)
    coming = 16
    for number, row in enumerate(rows, 1):
        same = row.stride == 1 and row.channels == coming
        block = _block(same, row.wide != coming, row.weighed, row.activation)
        more: dict[str, Any] = {} if same else {"stride": row.stride}
        if row.weighed:
            more["squeeze"] = divisible(row.wide // 4)
        sizes: dict[str, Any] = {"wide": row.wide, "channels": row.channels, "kernel": row.kernel}
        x = g.use(block, x, name=f"block{number}", **sizes, **more)
        coming = row.channels
    x = g.use(unit, x, name="last", channels=6 * coming, kernel=1)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    x = g.add("Hardswish", g.add("Linear", x, name="fc1", out_features=hidden), name="hardswish")
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc2", out_features=1000), name="scores")
    return imagenet(
        title,
        g,
        optimizer="RMSprop",
        learning_rate=1e-3,
        weight_decay=1e-5,
        **HE,
    )


def _preset(size: str, rows: tuple[Row, ...], hidden: int, summary: str) -> Preset:
    title = f"MobileNetV3-{size}"
    return Preset(
        f"mobilenet-v3-{size.lower()}",
        title,
        summary,
        "Efficient networks",
        ("image", "MobileNet", "depthwise", "squeeze-excitation", "hardswish", "ImageNet", "small"),
        partial(mobilenet_v3, f"MobileNetV3{size}", title, rows, hidden),
        61,
    )


PRESETS = (
    _preset("Large", LARGE, 1280, "Found by search: inverted residuals, some of which weigh their channels."),
    _preset(
        "Small",
        SMALL,
        1024,
        "The same for the weakest phones: half of the weights, and the size halved at once.",
    ),
)

"""MobileNetV2: depthwise convolutions in inverted residuals. Sandler et al., arXiv 1801.04381, table 2.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.convolution import conv_norm
from presets.blocks.mobile import DROP, inverted_residual

STAGES = ((24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2))
"""Channels, blocks and stride of the stages with more than one block."""


def mobile_stage(first: GraphBuilder, rest: GraphBuilder) -> GraphBuilder:
    """``blocks`` inverted residuals, the first of which changes width and size."""
    g = GraphBuilder("Stage", "Inverted residuals at one size, the first of which changes width and size.")
    entering = g.parameter("entering", 16, "Channels that come in.")
    channels = g.parameter("channels", 24, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride = g.parameter("stride", 2, "Stride of the first block.")
    blocks = g.parameter("blocks", 2, "How many blocks.")
    sizes: dict[str, Any] = {"channels": channels, "kernel": kernel}
    x = g.use(first, g.input("x"), name="first", entering=entering, stride=stride, **sizes)
    if any(item.name == "drop" for item in rest.graph.parameters):
        sizes["drop"] = g.parameter("drop", 0.1, DROP)
    g.output(g.use(rest, x, name="rest", **sizes, repeat=blocks - 1), name="y")
    return g


def mobilenet_v2() -> Project:
    """MobileNetV2 for 224 × 224 pictures and 1000 classes."""
    unit, bottleneck = conv_norm("ReLU6"), inverted_residual(residual=False)
    stage = mobile_stage(bottleneck, inverted_residual())
    g = GraphBuilder("MobileNetV2")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, stride=2)
    thin = inverted_residual(residual=False, expand=1)
    x = g.use(thin, x, name="stage1", entering=32, channels=16, stride=1)
    entering = 16
    for number, (channels, blocks, stride) in enumerate(STAGES, 2):
        x = g.use(
            stage,
            x,
            name=f"stage{number}",
            entering=entering,
            channels=channels,
            stride=stride,
            blocks=blocks,
        )
        entering = channels
    x = g.use(bottleneck, x, name="stage7", entering=entering, channels=320, stride=1)
    x = g.use(unit, x, name="last", channels=1280, kernel=1)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    x = g.add("Dropout", g.add("Flatten", x, name="flatten"), name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet("MobileNetV2", g, learning_rate=0.003, weight_decay=4e-5, **HE)


PRESETS = (
    Preset(
        "mobilenet-v2",
        "MobileNetV2",
        "For phones: widen, filter every channel by itself, narrow, add.",
        "Efficient networks",
        ("image", "MobileNet", "depthwise", "inverted residual", "ImageNet", "small"),
        mobilenet_v2,
        61,
    ),
)

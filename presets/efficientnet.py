"""EfficientNet-B0: inverted residuals that weigh their channels. Tan and Le, arXiv 1905.11946, table 1.

The weights come in the same order as torchvision's. Stochastic depth, which only acts in training, is left
out.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.convolution import conv_norm
from presets.blocks.mobile import inverted_residual
from presets.mobilenet import mobile_stage

STAGES = ((3, 2, 24, 2), (5, 2, 40, 2), (3, 2, 80, 3), (5, 1, 112, 3), (5, 2, 192, 4))
"""Kernel, stride, channels and blocks of stages 2 to 6."""


def _mbconv(residual: bool, expand: int = 0) -> GraphBuilder:
    return inverted_residual(residual, "SiLU", expand, weighed=True)


def efficientnet_b0() -> Project:
    """EfficientNet-B0 for 224 × 224 pictures and 1000 classes."""
    unit = conv_norm("SiLU")
    down, rest, thin = _mbconv(False), _mbconv(True), _mbconv(False, expand=1)
    stage = mobile_stage(down, rest)
    g = GraphBuilder("EfficientNetB0")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, kernel=3, stride=2)
    x = g.use(thin, x, name="stage1", entering=32, channels=16, stride=1)
    entering = 16
    for number, (kernel, stride, channels, blocks) in enumerate(STAGES, 2):
        sizes: dict[str, Any] = {
            "entering": entering,
            "channels": channels,
            "kernel": kernel,
            "stride": stride,
        }
        x = g.use(stage, x, name=f"stage{number}", blocks=blocks, **sizes)
        entering = channels
    x = g.use(down, x, name="stage7", entering=entering, channels=320, stride=1)
    x = g.use(unit, x, name="last", channels=1280, kernel=1)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        "EfficientNet-B0",
        g,
        weight_decay=1e-5,
        **HE,
        notes="Stochastic depth, which drops whole blocks at random in training, is left out.",
    )


PRESETS = (
    Preset(
        "efficientnet-b0",
        "EfficientNet-B0",
        "Inverted residuals that look at the whole picture and weigh every channel.",
        "Efficient networks",
        ("image", "EfficientNet", "squeeze-excitation", "depthwise", "swish", "ImageNet"),
        efficientnet_b0,
        63,
    ),
)

"""EfficientNet-B0: inverted residuals that weigh their channels. Tan and Le, arXiv 1905.11946, table 1.

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
from presets.mobilenet import mobile_stage

DROP = 0.2
"""How often the last of all blocks is left out in training; those before it less, in equal steps."""
STAGES = ((3, 2, 24, 2), (5, 2, 40, 2), (3, 2, 80, 3), (5, 1, 112, 3), (5, 2, 192, 4))
"""Kernel, stride, channels and blocks of stages 2 to 6."""


def _mbconv(residual: bool, expand: int = 0) -> GraphBuilder:
    return inverted_residual(residual, "SiLU", expand, weighed=True, skipped=True)


def efficientnet_b0() -> Project:
    """EfficientNet-B0 for 224 × 224 pictures and 1000 classes."""
    unit = conv_norm("SiLU")
    down, rest, thin = _mbconv(False), _mbconv(True), _mbconv(False, expand=1)
    stage = mobile_stage(down, rest)
    g = GraphBuilder("EfficientNetB0")
    x: Source = g.use(unit, g.input("x", shape=(3, 224, 224)), name="stem", channels=32, kernel=3, stride=2)
    x = g.use(thin, x, name="stage1", entering=32, channels=16, stride=1)
    entering, before = 16, 1
    total = 2 + sum(blocks for *_, blocks in STAGES)
    for number, (kernel, stride, channels, blocks) in enumerate(STAGES, 2):
        sizes: dict[str, Any] = {
            "entering": entering,
            "channels": channels,
            "kernel": kernel,
            "stride": stride,
        }
        # the first block of a stage has no shortcut; the others share the mean of their numbers
        drop = DROP * (before + blocks / 2) / total
        x = g.use(stage, x, name=f"stage{number}", blocks=blocks, drop=round(drop, 5), **sizes)
        entering, before = channels, before + blocks
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
        notes="In training whole blocks are left out at random, later ones more often: up to one in five, as in "
        "the paper, but equally often within a stage.",
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

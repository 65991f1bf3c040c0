"""ConvNeXt-Tiny: convolutions in the shape of a Transformer. Liu et al., arXiv 2201.03545.

The weights come in the same order as torchvision's.
"""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.convnext import channel_norm, convnext

STAGES = ((96, 3), (192, 3), (384, 9), (768, 3))
"""Channels and blocks of the four stages."""
DROP = 0.1
"""How often the last of all blocks is left out in training; those before it less, in equal steps."""


def _stem() -> GraphBuilder:
    g = GraphBuilder("Stem", "Cut the picture into patches of 4 × 4.")
    x = g.add("Conv2d", g.input("x"), name="cut", out_channels=96, kernel_size=4, stride=4)
    g.output(g.use(channel_norm(), x, name="norm", channels=96), name="y")
    return g


def _down() -> GraphBuilder:
    g = GraphBuilder("Downsample", "Half the size and twice the channels.")
    entering = g.parameter("entering", 96, "Channels that come in.")
    channels = g.parameter("channels", 192, "Channels that go out.")
    x = g.use(channel_norm(), g.input("x"), name="norm", channels=entering)
    g.output(g.add("Conv2d", x, name="halve", out_channels=channels, kernel_size=2, stride=2), name="y")
    return g


def convnext_tiny() -> Project:
    """ConvNeXt-Tiny for 224 × 224 pictures and 1000 classes."""
    down = _down()
    g = GraphBuilder("ConvNeXtTiny")
    x: Source = g.use(_stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    entering, before = 96, 0
    last = sum(blocks for _, blocks in STAGES) - 1
    for number, (channels, blocks) in enumerate(STAGES, 1):
        if number > 1:
            x = g.use(down, x, name=f"down{number}", entering=entering, channels=channels)
        drop = round(DROP * (before + (blocks - 1) / 2) / last, 5)  # the mean of the stage's blocks
        block = convnext(skipped=True)
        x = g.use(block, x, name=f"stage{number}", channels=channels, drop=drop, repeat=blocks)
        entering, before = channels, before + blocks
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    x = g.add("Flatten", g.use(channel_norm(), x, name="norm", channels=768), name="flatten")
    g.output(g.add("Linear", x, name="head", out_features=1000), name="scores")
    return imagenet(
        "ConvNeXt-Tiny",
        g,
        optimizer="AdamW",
        learning_rate=1e-3,
        weight_decay=0.05,
        schedule="cosine",
        notes="In training whole blocks are left out at random, later ones more often: up to one in ten, as in "
        "the paper, but equally often within a stage.",
    )


PRESETS = (
    Preset(
        "convnext-tiny",
        "ConvNeXt-Tiny",
        "A convolutional network built like a Transformer: patches, large filters, an MLP for every pixel.",
        "ResNet",
        ("image", "ConvNeXt", "depthwise", "layer norm", "layer scale", "residual", "ImageNet"),
        convnext_tiny,
        57,
    ),
)

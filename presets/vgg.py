"""VGG: columns of 3 × 3 convolutions. Simonyan and Zisserman, arXiv 1409.1556, table 1."""

from __future__ import annotations

from functools import partial

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.convolution import vgg_stage

GROUP = "VGG"
COLUMNS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each of the five stages: columns A, B, D and E."""
WIDTHS = (64, 128, 256, 512, 512)


def vgg(depth: int, batch_norm: bool) -> Project:
    """A VGG for 224 × 224 pictures and 1000 classes; its weights are torchvision's, in the same order."""
    stage = vgg_stage(batch_norm)
    g = GraphBuilder(f"VGG{depth}BN" if batch_norm else f"VGG{depth}")
    x: Source = g.input("x", shape=(3, 224, 224))
    for number, (width, count) in enumerate(zip(WIDTHS, COLUMNS[depth], strict=True), 1):
        x = g.use(stage, x, name=f"stage{number}", channels=width, convolutions=count)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=7)
    x = g.add("Flatten", x, name="flatten")
    for number in (1, 2):
        x = g.add("Linear", x, name=f"fc{number}", out_features=4096)
        x = g.add("Dropout", g.add("ReLU", x, name=f"relu{number}"), name=f"dropout{number}")
    g.output(g.add("Linear", x, name="fc3", out_features=1000), name="scores")
    return imagenet(
        f"VGG-{depth}{' with batch norm' if batch_norm else ''}",
        g,
        weight_decay=5e-4,
        **HE,
    )


def small_vgg() -> Project:
    """Three stages for 32 × 32 pictures: trains in minutes on a laptop."""
    stage = vgg_stage(batch_norm=True)
    g = GraphBuilder("SmallVGG")
    x: Source = g.input("x", shape=(1, 32, 32))
    for number, width in enumerate((16, 32, 64), 1):
        x = g.use(stage, x, name=f"stage{number}", channels=width, convolutions=2)
    x = g.add("Flatten", x, name="flatten")
    x = g.add("ReLU", g.add("Linear", x, name="fc1", out_features=128), name="relu1")
    x = g.add("Dropout", x, name="dropout1")
    g.output(g.add("Linear", x, name="fc2", out_features=10), name="scores")
    return project(
        "Small VGG",
        g,
        data=DataChoice("digits", {"image_size": 32}),
        training=Training(
            loss="cross_entropy",
            optimizer="AdamW",
            learning_rate=1e-3,
            weight_decay=1e-2,
            epochs=5,
            batch_size=64,
        ),
    )


def _preset(depth: int, batch_norm: bool, order: int) -> Preset:
    kind = " with batch norm" if batch_norm else ""
    norm = ", normalised" if batch_norm else ""
    return Preset(
        f"vgg{depth}{'-bn' if batch_norm else ''}",
        f"VGG-{depth}{kind}",
        f"{depth} layers with weights in five stages of 3 × 3 convolutions{norm}.",
        GROUP,
        ("image", "VGG", "ImageNet", *(("batch norm",) if batch_norm else ())),
        partial(vgg, depth, batch_norm),
        order,
    )


PRESETS = (
    Preset(
        "small-vgg",
        "Small VGG",
        "The stages of VGG cut to 32 × 32 pictures, trained in minutes.",
        GROUP,
        ("image", "VGG", "small"),
        small_vgg,
        30,
    ),
    *(
        _preset(depth, batch_norm, 31 + 2 * number + batch_norm)
        for number, depth in enumerate(COLUMNS)
        for batch_norm in (False, True)
    ),
)

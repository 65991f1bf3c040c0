"""GoogLeNet: filters of several sizes side by side. Szegedy et al., arXiv 1409.4842, table 1.

Drawn as torchvision has it: batch norm, and 3 × 3 filters in the branch that the paper gives 5 × 5. Once with
its main head alone, once with the two auxiliary heads that help while it trains. The weights come in the same
order as torchvision's.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.branches import WIDTHS, inception
from presets.blocks.convolution import conv_norm

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
"""The widths of every inception block, in the order of :data:`presets.blocks.branches.WIDTHS`."""
NORM: dict[str, Any] = {"eps": 1e-3}
HEADS = {(4, "a"): "aux1", (4, "d"): "aux2"}
"""Where the auxiliary heads stand."""
FILTERS = (
    "The branch that the paper gives 5 × 5 filters has 3 × 3, as in torchvision, so that its weights fit."
)


def _pool(g: GraphBuilder, x: Source, number: int, kernel: int = 3) -> Source:
    return g.add("MaxPool2d", x, name=f"pool{number}", kernel_size=kernel, stride=2, ceil_mode=True)


def _stem() -> GraphBuilder:
    unit = conv_norm(**NORM)
    g = GraphBuilder("Stem", "From the picture to an eighth of its size.")
    x: Source = g.use(unit, g.input("x"), name="conv1", channels=64, kernel=7, stride=2)
    x = g.use(unit, _pool(g, x, 1), name="conv2", channels=64, kernel=1)
    x = g.use(unit, x, name="conv3", channels=192, kernel=3)
    g.output(_pool(g, x, 2), name="y")
    return g


def _auxiliary() -> GraphBuilder:
    g = GraphBuilder("AuxiliaryHead", "Judges the picture from the middle of the network.")
    x: Source = g.add("AdaptiveAvgPool2d", g.input("x"), name="pool", output_size=4)
    x = g.use(conv_norm(**NORM), x, name="conv", channels=128, kernel=1)
    x = g.add("Linear", g.add("Flatten", x, name="flatten"), name="fc1", out_features=1024)
    x = g.add("Dropout", g.add("ReLU", x, name="relu"), name="dropout", p=0.7)
    g.output(g.add("Linear", x, name="fc2", out_features=1000), name="scores")
    return g


def googlenet(auxiliary: bool) -> Project:
    """GoogLeNet for 224 × 224 pictures and 1000 classes, with its main head alone or with all three."""
    g = GraphBuilder("GoogLeNet")
    x: Source = g.use(_stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    middle: dict[str, Source] = {}
    for number, stage in STAGES.items():
        for letter, values in stage.items():
            widths: dict[str, Any] = dict(zip(WIDTHS, values, strict=True))
            x = g.use(inception(kernel5=3, **NORM), x, name=f"inception{number}{letter}", **widths)
            if (number, letter) in HEADS:
                middle[HEADS[number, letter]] = x
        if number < 5:
            x = _pool(g, x, number, 3 if number == 3 else 2)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    x = g.add("Dropout", x, name="dropout", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    if not auxiliary:
        return imagenet(
            "GoogLeNet",
            g,
            notes=f"Drawn without the two auxiliary heads, which only help while it trains. {FILTERS}",
        )
    head = _auxiliary()
    for name, source in middle.items():
        g.output(g.use(head, source, name=name), name=f"{name}_scores")
    return imagenet(
        "GoogLeNet with auxiliary heads",
        g,
        notes="The paper trains on the sum of three cross-entropies: that of “scores”, and 0.3 times those of the "
        "two auxiliary heads, which bring gradients to the middle of the network and are left out afterwards. So does "
        f"this project: its losses stand among the options of the recipe. {FILTERS}",
        recipe="several",
        options={
            "losses": "scores: cross_entropy, "
            + ", ".join(f"{name}_scores: cross_entropy × 0.3" for name in HEADS.values()),
        },
    )


PRESETS = (
    Preset(
        "googlenet",
        "GoogLeNet",
        "Inception blocks: four branches look at the same picture at several sizes.",
        "Branches",
        ("image", "GoogLeNet", "inception", "concatenation", "ImageNet"),
        partial(googlenet, False),
        57,
    ),
    Preset(
        "googlenet-aux",
        "GoogLeNet with auxiliary heads",
        "Three heads instead of one: two in the middle bring gradients to the early layers.",
        "Branches",
        ("image", "GoogLeNet", "inception", "auxiliary heads", "several outputs", "ImageNet"),
        partial(googlenet, True),
        57,
    ),
)

"""FCN-8s: a classifier without its fully connected end labels every pixel. Long et al., arXiv 1411.4038.

The stages of VGG with an eighth of their widths, for 64 × 64 pictures.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets.blocks.convolution import conv_relu, vgg_stage
from presets.unet import CLASSES, GROUP, SIZE, segmentation

STAGES = ((16, 2), (32, 2), (64, 3), (128, 3), (128, 3))
"""Channels and convolutions of each stage."""


def _score(g: GraphBuilder, x: Source, number: int) -> Source:
    """One score per class for every place, from one stage."""
    return g.add("Conv2d", x, name=f"score{number}", out_channels=CLASSES, kernel_size=1)


def _grow(g: GraphBuilder, x: Source, name: str, times: int) -> Source:
    """A transposed convolution that makes the picture ``times`` as large: (in − 1)s − 2p + k = in · s."""
    sizes: dict[str, Any] = {"kernel_size": 2 * times, "stride": times, "padding": times // 2}
    return g.add("ConvTranspose2d", x, name=name, out_channels=CLASSES, **sizes, bias=False)


def _judge() -> GraphBuilder:
    """What were VGG's fully connected layers, as convolutions: it answers for every place by itself."""
    g = GraphBuilder("Judge", "VGG's fully connected end as convolutions: an answer for every place.")
    channels = g.parameter("channels", 256, "Filters of both convolutions.")
    x: Source = g.use(conv_relu(), g.input("x"), name="conv6", channels=channels)
    x = g.use(conv_relu(), g.add("Dropout2d", x, name="dropout6"), name="conv7", channels=channels, kernel=1)
    x = g.add("Dropout2d", x, name="dropout7")
    g.output(_score(g, x, 7), name="y")
    return g


def fcn() -> Project:
    """Scores of the third, fourth and fifth stage are brought to one size and added."""
    g = GraphBuilder("FCN8s")
    x: Source = g.input("picture", shape=(3, SIZE, SIZE))
    kept: list[Source] = []
    for number, (channels, convolutions) in enumerate(STAGES, 1):
        x = g.use(vgg_stage(), x, name=f"stage{number}", channels=channels, convolutions=convolutions)
        kept.append(x)
    x = g.use(_judge(), x, name="judge", channels=256)
    for number in (4, 3):
        larger = _grow(g, x, f"grow{number}", 2)
        x = g.add("Add", larger, _score(g, kept[number - 1], number), name=f"add{number}")
    g.output(_grow(g, x, "grow_all", 8), name="masks")
    made = segmentation("FCN-8s", g, rate=2e-3)
    # without batch norm, ten convolutions in a row need a start that keeps the size of what flows through them
    made.training.initialisation = "he_normal"
    return made


PRESETS = (
    Preset(
        "fcn",
        "FCN-8s",
        "A classifier that keeps its map: scores of three stages are enlarged and added, pixel by pixel.",
        GROUP,
        ("image", "FCN", "VGG", "segmentation", "masks", "transposed convolution", "skip connection"),
        fcn,
        66,
    ),
)

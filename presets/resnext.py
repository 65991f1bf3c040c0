"""ResNeXt-50 and Wide ResNet-50: ResNet-50 with twice the width inside its blocks.

Xie et al., arXiv 1611.05431, cut the wide convolution into 32 groups of filters that see 4 channels each;
Zagoruyko and Komodakis, arXiv 1605.07146, leave it whole. The weights come in torchvision's order.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.resnet import DEPTHS, _downsample, _stage, _stem


def _bottleneck(groups: int, down: GraphBuilder | None) -> GraphBuilder:
    """Widen, filter in groups, widen again, add; with ``down`` the shortcut changes width and size."""
    g = GraphBuilder("DownBottleneck" if down else "Bottleneck", "Two paths that are added.")
    planes = g.parameter("planes", 64, "Width of the block; it is twice as wide inside.")
    stride: Any = g.parameter("stride", 2, "2 halves the picture.") if down else 1
    entry = g.input("x")
    middle = {"kernel_size": 3, "stride": stride, "padding": 1, "groups": groups}
    layers: list[tuple[Any, dict[str, Any]]] = [
        (planes * 2, {"kernel_size": 1}),
        (planes * 2, middle),
        (planes * 4, {"kernel_size": 1}),
    ]
    x: Source = entry
    for number, (channels, sizes) in enumerate(layers, 1):
        x = g.add("Conv2d", x, name=f"conv{number}", out_channels=channels, bias=False, **sizes)
        x = g.add("BatchNorm2d", x, name=f"bn{number}")
        if number < len(layers):
            x = g.add("ReLU", x, name=f"relu{number}")
    shortcut: Source = entry
    if down:
        shortcut = g.use(down, entry, name="downsample", channels=planes * 4, stride=stride)
    g.output(g.add("ReLU", g.add("Add", x, shortcut, name="add"), name="relu"), name="y")
    return g


def _network(name: str, title: str, groups: int) -> Project:
    stage = _stage("Stage", _bottleneck(groups, None), _bottleneck(groups, _downsample()))
    g = GraphBuilder(name)
    x: Source = g.use(_stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    for number, blocks in enumerate(DEPTHS[50][1], 1):
        planes, stride = 32 * 2**number, 1 if number == 1 else 2
        x = g.use(stage, x, name=f"layer{number}", planes=planes, blocks=blocks, stride=stride)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    g.output(g.add("Linear", x, name="fc", out_features=1000), name="scores")
    return imagenet(
        title,
        g,
        learning_rate=0.003,  # the usual 0.1 is for batches of 256
        weight_decay=1e-4,
        schedule="step",
        initialisation="he_normal_fan_out",
    )


PRESETS = (
    Preset(
        "resnext50",
        "ResNeXt-50 (32 × 4d)",
        "ResNet-50 with grouped convolutions: 32 narrow paths side by side in every block.",
        "ResNet",
        ("image", "ResNeXt", "residual", "groups", "cardinality", "ImageNet"),
        partial(_network, "ResNeXt50", "ResNeXt-50 (32 × 4d)", 32),
        56,
    ),
    Preset(
        "wide-resnet50",
        "Wide ResNet-50-2",
        "ResNet-50 with twice the width inside its blocks: wider instead of deeper.",
        "ResNet",
        ("image", "ResNet", "residual", "wide", "ImageNet"),
        partial(_network, "WideResNet50", "Wide ResNet-50-2", 1),
        56,
    ),
)

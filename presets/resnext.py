"""ResNeXt-50 and Wide ResNet-50: ResNet-50 with twice the width inside its blocks.

Xie et al., arXiv 1611.05431, cut the wide convolution into 32 groups of filters that see 4 channels each;
Zagoruyko and Komodakis, arXiv 1605.07146, leave it whole. The weights come in torchvision's order.
"""

from __future__ import annotations

from functools import partial

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks import residual
from presets.resnet import DEPTHS


def _network(name: str, title: str, groups: int) -> Project:
    block, first = (residual.bottleneck(down, widen=2, groups=groups) for down in (False, True))
    stage = residual.stage(block, first)
    g = GraphBuilder(name)
    x: Source = g.use(residual.stem(), g.input("x", shape=(3, 224, 224)), name="stem")
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

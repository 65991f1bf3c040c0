"""ResNet: learn the difference to the input. He et al., arXiv 1512.03385, table 1.

The weights come in the same order as torchvision's, and inside a stage under the same names.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks import residual

GROUP = "ResNet"
DEPTHS = {
    18: (False, (2, 2, 2, 2)),
    34: (False, (3, 4, 6, 3)),
    50: (True, (3, 4, 6, 3)),
    101: (True, (3, 4, 23, 3)),
    152: (True, (3, 8, 36, 3)),
}
"""Whether the blocks are bottlenecks, and how many blocks each stage has."""


def resnet(depth: int) -> Project:
    """A ResNet for 224 × 224 pictures and 1000 classes."""
    bottleneck, counts = DEPTHS[depth]
    block = residual.bottleneck if bottleneck else residual.basic
    changing = residual.stage(block(), block(down=True))
    plain = changing if bottleneck else residual.stage(block())
    g = GraphBuilder(f"ResNet{depth}")
    x: Source = g.use(residual.stem(), g.input("x", shape=(3, 224, 224)), name="stem")
    for number, count in enumerate(counts, 1):
        width = 32 * 2**number
        if number == 1:
            stride: dict[str, Any] = {"stride": 1} if bottleneck else {}
            x = g.use(plain, x, name="layer1", planes=width, blocks=count, **stride)
        else:
            x = g.use(changing, x, name=f"layer{number}", planes=width, blocks=count, stride=2)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    g.output(
        g.add("Linear", g.add("Flatten", x, name="flatten"), name="fc", out_features=1000), name="scores"
    )
    return imagenet(
        f"ResNet-{depth}",
        g,
        learning_rate=0.003,  # the usual 0.1 is for batches of 256
        weight_decay=1e-4,
        schedule="step",
        initialisation="he_normal_fan_out",
    )


def small_resnet() -> Project:
    """Three stages of basic blocks for 32 × 32 pictures, as in section 4.2 of the paper (n = 1)."""
    changing = residual.stage(residual.basic(), residual.basic(down=True))
    first = residual.stage(residual.basic())
    g = GraphBuilder("SmallResNet")
    x: Source = g.add(
        "Conv2d",
        g.input("x", shape=(1, 32, 32)),
        name="conv1",
        out_channels=16,
        kernel_size=3,
        padding=1,
        bias=False,
    )
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="bn1"), name="relu")
    x = g.use(first, x, name="layer1", planes=16, blocks=2)
    x = g.use(changing, x, name="layer2", planes=32, blocks=2, stride=2)
    x = g.use(changing, x, name="layer3", planes=64, blocks=2, stride=2)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    g.output(g.add("Linear", g.add("Flatten", x, name="flatten"), name="fc", out_features=10), name="scores")
    return project(
        "Small ResNet",
        g,
        data=DataChoice("digits", {"image_size": 32}),
        training=Training(
            loss="cross_entropy",
            optimizer="SGD",
            learning_rate=0.05,
            momentum=0.9,
            weight_decay=1e-4,
            schedule="cosine",
            epochs=6,
            batch_size=64,
        ),
    )


def _preset(depth: int, order: int) -> Preset:
    kind = "bottleneck" if DEPTHS[depth][0] else "basic"
    return Preset(
        f"resnet{depth}",
        f"ResNet-{depth}",
        f"Stem, four stages of {kind} blocks with shortcuts, head: {depth} layers with weights.",
        GROUP,
        ("image", "ResNet", "residual", "ImageNet", "batch norm"),
        partial(resnet, depth),
        order,
    )


PRESETS = (
    Preset(
        "small-resnet",
        "Small ResNet",
        "Residual blocks cut to 32 × 32 pictures, trained in minutes.",
        GROUP,
        ("image", "ResNet", "residual", "small"),
        small_resnet,
        50,
    ),
    *(_preset(depth, 51 + number) for number, depth in enumerate(DEPTHS)),
)

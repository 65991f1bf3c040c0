"""The columns of VGG's table 1 that torchvision leaves out: A-LRN and C. Simonyan and Zisserman, 1409.1556."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import HE, imagenet
from presets.blocks.convolution import conv_relu, vgg_stage
from presets.vgg import COLUMNS, GROUP, WIDTHS


def _stage(name: str, extra: str) -> GraphBuilder:
    """VGG's stage with something between convolutions and pooling: "norm" or "mix" (a 1 × 1 convolution)."""
    g = GraphBuilder(name, "Convolutions at one size, then pooling to half of it.")
    channels = g.parameter("channels", 64, "Filters of every convolution.")
    convolutions = g.parameter("convolutions", 2, "How many 3 × 3 convolutions.")
    x: Source = g.use(conv_relu(), g.input("x"), name="convs", channels=channels, repeat=convolutions)
    if extra == "norm":
        # AlexNet's numbers; torch divides alpha by size
        x = g.add("LocalResponseNorm", x, name="norm", size=5, alpha=5e-4, k=2.0)
    else:
        x = g.use(conv_relu(), x, name="mix", channels=channels, kernel=1)
    g.output(g.add("MaxPool2d", x, name="pool", kernel_size=2), name="y")
    return g


def _vgg(name: str, title: str, counts: tuple[int, ...], stages: list[GraphBuilder]) -> Project:
    g = GraphBuilder(name)
    x: Source = g.input("x", shape=(3, 224, 224))
    for number, (stage, width, count) in enumerate(zip(stages, WIDTHS, counts, strict=True), 1):
        x = g.use(stage, x, name=f"stage{number}", channels=width, convolutions=count)
    x = g.add("Flatten", x, name="flatten")
    for number in (1, 2):
        x = g.add("ReLU", g.add("Linear", x, name=f"fc{number}", out_features=4096), name=f"relu{number}")
        x = g.add("Dropout", x, name=f"dropout{number}")
    g.output(g.add("Linear", x, name="fc3", out_features=1000), name="scores")
    return imagenet(title, g, weight_decay=5e-4, schedule="plateau", **HE)


def vgg_a_lrn() -> Project:
    """Column A with a response normalisation in its first stage: it did not help, and cost memory."""
    stages = [_stage("NormalisedStage", "norm"), *[vgg_stage()] * 4]
    return _vgg("VGG11LRN", "VGG-11 with LRN", COLUMNS[11], stages)


def vgg_c() -> Project:
    """Column C: the third convolution of stages 3 to 5 is 1 × 1. Column D, VGG-16, makes it 3 × 3."""
    stages = [*[vgg_stage()] * 2, *[_stage("MixedStage", "mix")] * 3]
    return _vgg("VGG16C", "VGG-16, column C", COLUMNS[13], stages)


PRESETS = (
    Preset(
        "vgg11-lrn",
        "VGG-11 with LRN",
        "Column A-LRN: AlexNet's response normalisation, tried once more and dropped.",
        GROUP,
        ("image", "VGG", "ImageNet", "history", "local response norm"),
        vgg_a_lrn,
        39,
    ),
    Preset(
        "vgg16-c",
        "VGG-16, column C",
        "1 × 1 convolutions add a non-linearity without looking further around.",
        GROUP,
        ("image", "VGG", "ImageNet", "history", "1 × 1 convolution"),
        vgg_c,
        40,
    ),
)

"""AlexNet: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
networks", 2012; and torchvision's variant after Krizhevsky, arXiv 1404.5997.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._imagenet import imagenet

GROUP = "AlexNet"


def _conv(g: GraphBuilder, x: Source, number: int, channels: int, kernel: int, **more: Any) -> Source:
    """A convolution and its ReLU."""
    x = g.add("Conv2d", x, name=f"conv{number}", out_channels=channels, kernel_size=kernel, **more)
    return g.add("ReLU", x, name=f"relu{number}")


def _pool(g: GraphBuilder, x: Source, number: int) -> Source:
    """Overlapping pooling: windows of 3, two apart."""
    return g.add("MaxPool2d", x, name=f"pool{number}", kernel_size=3, stride=2)


def _top(g: GraphBuilder, x: Source, widths: tuple[int, int, int]) -> Source:
    """The last three convolutions and their pooling."""
    for number, channels in zip((3, 4, 5), widths, strict=True):
        x = _conv(g, x, number, channels, 3, padding=1)
    return _pool(g, x, 5)


def alexnet() -> Project:
    """As published, in one tower: no groups, so that every filter sees every channel."""
    g = GraphBuilder("AlexNet")
    x: Source = _conv(g, g.input("x", shape=(3, 227, 227)), 1, 96, 11, stride=4)
    # The paper has k = 2, n = 5, α = 10⁻⁴ and β = 0.75; torch divides α by n.
    response: dict[str, Any] = {"size": 5, "alpha": 5e-4, "k": 2.0}
    x = g.add("LocalResponseNorm", _pool(g, x, 1), name="norm1", **response)
    x = _conv(g, x, 2, 256, 5, padding=2)
    x = g.add("LocalResponseNorm", _pool(g, x, 2), name="norm2", **response)
    x = g.add("Flatten", _top(g, x, (384, 384, 256)), name="flatten")
    for number in (6, 7):
        x = g.add("ReLU", g.add("Linear", x, name=f"fc{number}", out_features=4096), name=f"relu{number}")
        x = g.add("Dropout", x, name=f"dropout{number}")
    g.output(g.add("Linear", x, name="fc8", out_features=1000), name="scores")
    return imagenet("AlexNet", g, size=227, weight_decay=5e-4, schedule="plateau")


def alexnet_torchvision() -> Project:
    """torchvision's: narrower, without response normalisation, for any picture of 63 × 63 or more."""
    g = GraphBuilder("AlexNet")
    x: Source = _conv(g, g.input("x", shape=(3, 224, 224)), 1, 64, 11, stride=4, padding=2)
    x = _conv(g, _pool(g, x, 1), 2, 192, 5, padding=2)
    x = _top(g, _pool(g, x, 2), (384, 256, 256))
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=6)
    x = g.add("Flatten", x, name="flatten")
    for number in (6, 7):
        x = g.add("Dropout", x, name=f"dropout{number}")
        x = g.add("ReLU", g.add("Linear", x, name=f"fc{number}", out_features=4096), name=f"relu{number}")
    g.output(g.add("Linear", x, name="fc8", out_features=1000), name="scores")
    return imagenet("AlexNet (torchvision)", g, weight_decay=1e-4)


def mini_head() -> Project:
    """AlexNet from its fourth convolution on: where almost all of its parameters are."""
    g = GraphBuilder("MiniAlexNet")
    x: Source = g.add("Repeat", g.input("x", shape=(3, 13, 13)), name="features", repeats=(1, 128, 1, 1))
    x = _conv(g, x, 4, 384, 3, padding=1)
    x = _pool(g, _conv(g, x, 5, 256, 3, padding=1), 5)
    x = g.add("Flatten", x, name="flatten")
    x = g.add("Linear", x, name="fc6", out_features=4096)
    x = g.add("Linear", x, name="fc7", out_features=4096)
    x = g.add("Linear", x, name="fc8", out_features=1000)
    g.output(g.add("LogSoftmax", x, name="logsoftmax"), name="log_probabilities")
    return project(
        "Mini-AlexNet head",
        g,
        data=DataChoice("pictures", {"image_size": 13, "n": 128}),
        training=Training(
            loss="nll", optimizer="SGD", learning_rate=1e-3, momentum=0.9, epochs=5, batch_size=16
        ),
        notes="Its input are 384 × 13 × 13 features. So that it trains at once, generated pictures of 13 × 13 "
        "stand in for them: “features” writes their three channels 128 times.",
    )


PRESETS = (
    Preset(
        "alexnet",
        "AlexNet",
        "The 2012 original: large strides, response normalisation, dropout.",
        GROUP,
        ("image", "AlexNet", "ImageNet", "history", "dropout"),
        alexnet,
        26,
    ),
    Preset(
        "alexnet-torchvision",
        "AlexNet (torchvision)",
        "The leaner AlexNet that torchvision's pretrained weights belong to.",
        GROUP,
        ("image", "AlexNet", "ImageNet", "torchvision"),
        alexnet_torchvision,
        27,
    ),
    Preset(
        "mini-alexnet",
        "Mini-AlexNet head",
        "The last layers of AlexNet: see where 60 million parameters go.",
        GROUP,
        ("image", "AlexNet", "log-softmax", "NLL", "features"),
        mini_head,
        28,
    ),
)

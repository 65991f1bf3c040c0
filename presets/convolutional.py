"""Small convolutional networks for pictures, as courses build them."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Step, Training
from presets import Preset

GROUP = "Convolutional networks"


def _conv(g: GraphBuilder, x: Source, channels: int, kernel: int, **more: Any) -> Source:
    return g.add("Conv2d", x, out_channels=channels, kernel_size=kernel, **more)


def _head(g: GraphBuilder, x: Source, *sizes: int) -> Source:
    """Fully connected layers with ReLU between them."""
    for number, size in enumerate(sizes):
        x = g.add("Linear", x, out_features=size)
        if number + 1 < len(sizes):
            x = g.add("ReLU", x)
    return x


def _two_stage(name: str, shape: tuple[int, int, int], first: int, second: int) -> GraphBuilder:
    """Convolution, ReLU and pooling twice, then one fully connected layer."""
    g = GraphBuilder(name)
    x: Source = g.input("x", shape=shape)
    for channels in (first, second):
        x = _conv(g, x, channels, 3, padding=1)
        x = g.add("MaxPool2d", g.add("ReLU", x), kernel_size=2)
    g.output(_head(g, g.add("Flatten", x), 10), name="scores")
    return g


def digits_cnn() -> Project:
    return project(
        "Digits CNN",
        _two_stage("DigitsCNN", (1, 8, 8), 16, 32),
        data=DataChoice("digits"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=1e-3, epochs=40, batch_size=16
        ),
    )


def mnist_cnn() -> Project:
    return project(
        "MNIST CNN",
        _two_stage("MnistCNN", (1, 28, 28), 32, 64),
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            loss="cross_entropy",
            optimizer="Adam",
            learning_rate=1e-3,
            epochs=10,
            batch_size=128,
            initialisation="xavier_uniform",
            options={"init_layers": "linear"},
        ),
        notes="Opens on the digits that ship with the program, enlarged to 28 × 28. Choose the data MNIST to "
        "download the original.",
    )


def _lenet(name: str, shape: tuple[int, int, int], sizes: tuple[int, ...]) -> GraphBuilder:
    """Two 5 × 5 convolutions with pooling, then fully connected layers."""
    g = GraphBuilder(name)
    x: Source = g.input("x", shape=shape)
    for channels in (6, 16):
        x = g.add("ReLU", _conv(g, x, channels, 5))
        x = g.add("MaxPool2d", x, kernel_size=2)
    g.output(_head(g, g.add("Flatten", x), *sizes), name="scores")
    return g


def cifar_lenet() -> Project:
    return project(
        "CIFAR LeNet",
        _lenet("CifarLeNet", (3, 32, 32), (120, 84, 10)),
        data=DataChoice("digits", {"image_size": 32, "rgb": True, "scaling": "-1 to 1"}),
        training=Training(
            loss="cross_entropy", optimizer="SGD", learning_rate=1e-3, momentum=0.9, epochs=5, batch_size=4
        ),
        notes="Opens on digits in colour format. Choose the data CIFAR-10 to download the original pictures.",
    )


def fashion_cnn() -> Project:
    return project(
        "Fashion CNN",
        _lenet("FashionCNN", (1, 16, 16), (120, 84, 10)),
        data=DataChoice("digits", {"image_size": 16, "scaling": "-1 to 1"}),
        training=Training(
            loss="cross_entropy", optimizer="SGD", learning_rate=1e-3, momentum=0.9, epochs=15, batch_size=4
        ),
        notes="Opens on digits at 16 × 16. Choose the data FashionMNIST (image size 16) for the original.",
    )


def lenet5() -> Project:
    """LeCun et al., "Gradient-based learning applied to document recognition", 1998, section II.B, with full
    connections in C3 and without trained subsampling coefficients, as it is taught today."""
    g = GraphBuilder("LeNet5")
    x: Source = g.input("x", shape=(1, 32, 32))
    for number, channels in ((1, 6), (3, 16)):
        x = g.add("Tanh", _conv(g, x, channels, 5, name=f"c{number}"))
        x = g.add("AvgPool2d", x, name=f"s{number + 1}", kernel_size=2)
    x = g.add("Flatten", g.add("Tanh", _conv(g, x, 120, 5, name="c5")))
    x = g.add("Tanh", g.add("Linear", x, name="f6", out_features=84))
    g.output(g.add("Linear", x, name="out", out_features=10), name="scores")
    return project(
        "LeNet-5",
        g,
        data=DataChoice("digits", {"image_size": 32}),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=1e-3, epochs=10, batch_size=64
        ),
    )


def cnn48() -> Project:
    g = GraphBuilder("Cnn48")
    x: Source = g.input("x", shape=(3, 48, 48))
    x = g.add("ReLU", _conv(g, x, 32, 3, padding=1))
    for channels in (64, 128):
        x = g.add("ReLU", _conv(g, x, channels, 3, padding=1))
        x = g.add("MaxPool2d", x, kernel_size=2)
    x = g.add("Dropout", g.add("Flatten", x))
    x = g.add("Dropout", g.add("ReLU", g.add("Linear", x, out_features=512)))
    g.output(g.add("Linear", x, out_features=10), name="scores")
    return project(
        "48 × 48 CNN",
        g,
        data=DataChoice(
            "digits",
            steps=[
                Step("resize", {"size": 48}),
                Step("grey_to_colour"),
                Step("rotate", {"degrees": 10.0}, "train"),
                Step("colour_jitter", {"brightness": 0.2, "contrast": 0.2}, "train"),
                Step("normalise", {"mean": "0.1307", "deviation": "0.3081"}),
            ],
        ),
        training=Training(
            loss="cross_entropy",
            optimizer="Adam",
            learning_rate=1e-3,
            weight_decay=1e-4,
            epochs=5,
            batch_size=64,
            options={"precision": "automatic", "channels_last": True},
        ),
    )


PRESETS = (
    Preset(
        "digits-cnn",
        "Digits CNN",
        "The first network to train: two convolutions read handwritten digits.",
        "First steps",
        ("image", "CNN", "digits", "start here"),
        digits_cnn,
        1,
    ),
    Preset(
        "mnist-cnn",
        "MNIST CNN",
        "The classic course network for 28 × 28 digits, Xavier-initialised head.",
        GROUP,
        ("image", "CNN", "MNIST"),
        mnist_cnn,
        20,
    ),
    Preset(
        "lenet5",
        "LeNet-5",
        "The 1998 original: tanh, average pooling and 5 × 5 convolutions.",
        GROUP,
        ("image", "CNN", "history"),
        lenet5,
        21,
    ),
    Preset(
        "cifar-lenet",
        "CIFAR LeNet",
        "LeNet for small colour pictures, trained with plain SGD and momentum.",
        GROUP,
        ("image", "CNN", "CIFAR-10"),
        cifar_lenet,
        22,
    ),
    Preset(
        "fashion-cnn",
        "Fashion CNN",
        "The same network on 16 × 16 grey pictures: see how sizes shrink.",
        GROUP,
        ("image", "CNN", "FashionMNIST"),
        fashion_cnn,
        23,
    ),
    Preset(
        "cnn48",
        "48 × 48 CNN",
        "A bigger CNN with dropout and weight decay against overfitting.",
        GROUP,
        ("image", "CNN", "dropout"),
        cnn48,
        24,
    ),
)

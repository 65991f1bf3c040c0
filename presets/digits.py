"""A small convolutional network for handwritten digits: what the window opens on."""

from __future__ import annotations

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import Preset


def digits_cnn() -> Project:
    """Two convolutions and a linear head on 8 × 8 digits; 97 % validation accuracy after some seconds."""
    net = GraphBuilder("DigitsCNN", "Two convolutions and a linear head for 8 × 8 pictures of digits.")
    x = net.input("x", shape=(1, 8, 8))
    x = net.chain(
        x,
        ("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
        "ReLU",
        ("Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}),
        "ReLU",
        ("MaxPool2d", {"kernel_size": 2}),
        "Flatten",
    )
    net.output(net.add("Linear", x, name="classifier", out_features=10))
    return project(
        "Digits CNN",
        net,
        data=DataChoice("digits"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=2e-3, epochs=15, batch_size=64
        ),
    )


PRESETS = (
    Preset(
        id="digits-cnn",
        title="Digits CNN",
        summary="Reads handwritten digits of 8 × 8 pixels; trained in seconds.",
        group="Pictures",
        tags=("cnn", "classification", "digits", "images"),
        build=digits_cnn,
        order=50,
    ),
)

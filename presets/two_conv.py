"""The smallest network that stacks two convolutions: made for following sizes and numbers by hand."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.convolutional import GROUP


def two_conv() -> Project:
    """Two 5 × 5 convolutions without padding or pooling: 20, 16, 12 pixels."""
    g = GraphBuilder("TwoConv")
    x: Source = g.input("x", shape=(1, 20, 20))
    for number, channels in enumerate((3, 10), 1):
        x = g.add("Conv2d", x, name=f"conv{number}", out_channels=channels, kernel_size=5)
        x = g.add("ReLU", x, name=f"relu{number}")
    x = g.add("Linear", g.add("Flatten", x, name="flatten"), name="fc1", out_features=50)
    g.output(g.add("Linear", x, name="fc2", out_features=10), name="scores")
    return project(
        "Two-conv demo",
        g,
        data=DataChoice("digits", {"image_size": 20}),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=1e-3, epochs=10, batch_size=64
        ),
    )


PRESETS = (
    Preset(
        "two-conv",
        "Two-conv demo",
        "Two convolutions without padding: follow 20, 16, 12 pixels by hand.",
        GROUP,
        ("image", "CNN", "small", "digits"),
        two_conv,
        19,
    ),
)

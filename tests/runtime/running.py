"""Projects and helpers for the tests of training: small, real, quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from runtime.headless import train_project
from runtime.protocol import Message


def digits_cnn(**training: Any) -> Project:
    """A small convolutional network on scikit-learn's digits, with batch norm and dropout on the way."""
    g = GraphBuilder("DigitsNet")
    x: Any = g.input("x", shape=(1, 8, 8))
    x = g.add("Conv2d", x, name="conv", out_channels=8, kernel_size=3, padding=1)
    x = g.add("BatchNorm2d", x, name="norm")
    x = g.add("MaxPool2d", g.add("ReLU", x, name="relu"), name="pool", kernel_size=2)
    x = g.add("Dropout", g.add("Flatten", x, name="flatten"), name="drop", p=0.2)
    g.output(g.add("Linear", x, name="fc", out_features=10))
    settings: dict[str, Any] = {"learning_rate": 5e-3, "epochs": 2, "threads": 1, "device": "cpu", **training}
    return project("Digits", g, data=DataChoice("digits"), training=Training(**settings))


def moons_mlp(**training: Any) -> Project:
    """A multi-layer perceptron on two moons, with a skip connection (a function, no module)."""
    g = GraphBuilder("MoonsNet")
    x: Any = g.input("x", shape=(2,))
    first = g.add("Tanh", g.add("Linear", x, name="first", out_features=16), name="tanh")
    second = g.add("Linear", first, name="second", out_features=16)
    added = g.add("Add", [first, second], name="skip")
    g.output(g.add("Linear", added, name="last", out_features=1))
    settings: dict[str, Any] = {
        "loss": "bce_with_logits",
        "learning_rate": 1e-2,
        "epochs": 3,
        "threads": 1,
        "device": "cpu",
        **training,
    }
    return project("Moons", g, data=DataChoice("moons"), training=Training(**settings))


def exploding(**training: Any) -> Project:
    """A network whose node "power" overflows as soon as the weights have grown."""
    g = GraphBuilder("Exploding")
    x: Any = g.input("x", shape=(2,))
    x = g.add("Linear", x, name="first", out_features=8)
    x = g.add("Exp", x, name="power")
    g.output(g.add("Linear", x, name="last", out_features=1))
    settings: dict[str, Any] = {
        "loss": "bce_with_logits",
        "optimizer": "SGD",
        "learning_rate": 50.0,
        "epochs": 50,
        "threads": 1,
        "device": "cpu",
        **training,
    }
    return project("Exploding", g, data=DataChoice("moons"), training=Training(**settings))


def too_wide() -> Project:
    """A network that asks for more memory than any machine has: 10^12 numbers per sample."""
    g = GraphBuilder("Wide")
    x: Any = g.input("x", shape=(2,))
    x = g.add("Unsqueeze", g.add("Unsqueeze", x, dim=-1), dim=-1)
    for _ in range(2):
        x = g.add("Upsample", x, scale_factor=1000.0)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, output_size=1))
    g.output(g.add("Linear", x, out_features=1))
    training = Training(loss="bce_with_logits", batch_size=140, device="cpu", threads=1)
    return project("Wide", g, data=DataChoice("moons", {"n": 200}), training=training)


def run(made: Project, folder: Path, **more: Any) -> tuple[Message, list[Message]]:
    """Train in this process; the last message and all of them."""
    messages: list[Message] = []
    last = train_project(made, folder, None, messages.append, **more)
    return last, messages


def epochs(messages: list[Message]) -> list[Message]:
    return [message for message in messages if message["event"] == "epoch"]


CURVE = ("train_loss", "val_loss", "train_accuracy", "val_accuracy", "learning_rate")


def curve(messages: list[Message]) -> list[tuple[Any, ...]]:
    """What two equal runs must agree on, epoch by epoch."""
    return [tuple(message[key] for key in CURVE) for message in epochs(messages)]

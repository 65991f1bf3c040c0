"""Boltzmann machines: what is seen and what is hidden agree on one table of weights, used both ways."""

from __future__ import annotations

from graph.build import GraphBuilder, Ref, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "Generative networks"
PICTURE = (1, 28, 28)


def _machine() -> GraphBuilder:
    """A restricted Boltzmann machine, one step up and one down (Hinton, "A practical guide", 2010)."""
    g = GraphBuilder(
        "BoltzmannMachine", "Up: what may be behind the picture. Down: the picture it dreams of."
    )
    visible = g.parameter("visible", 784, "Numbers that come in.")
    hidden = g.parameter("hidden", 128, "Hidden units.")
    table = g.add(
        "Parameter", name="weights", shape=(hidden, visible), start="normal", std=0.01,
        note="One table for both ways: upwards as it is, downwards transposed.",
    )  # fmt: skip
    back = g.add("Transpose", table, name="transposed", dim0=0, dim1=1)
    hidden_bias = g.add("Parameter", name="hidden_bias", shape=(hidden,))
    visible_bias = g.add("Parameter", name="visible_bias", shape=(visible,))
    up = g.add("TiedLinear", g.input("v"), table, hidden_bias, name="up")
    probability = g.add("Sigmoid", up, name="hidden_on")
    states = g.add("SampleBernoulli", probability, name="states")
    down = g.add("TiedLinear", states, back, visible_bias, name="down")
    g.output(probability, name="h")
    g.output(g.add("Sigmoid", down, name="visible_on"), name="dream")
    return g


def _picture(g: GraphBuilder, x: Source, name: str) -> Ref:
    return g.add("Unflatten", x, name=name, dim=1, unflattened_size=PICTURE)


def rbm() -> Project:
    g = GraphBuilder("RBM", "What is seen, what is hidden, and what the hidden units dream of.")
    x = g.add("Flatten", g.input("picture", shape=PICTURE), name="pixels")
    machine = g.use(_machine(), x, name="machine", visible=784, hidden=128)
    hidden, dream = machine.outputs("h", "dream")
    g.output(_picture(g, dream, "redrawn"), name="reconstruction")
    g.output(hidden, name="hidden")
    return project(
        "Restricted Boltzmann machine",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            recipe="contrastive_divergence", loss="mse", optimizer="SGD", learning_rate=0.1, momentum=0.5,
            epochs=20, batch_size=20,
        ),
        notes=(
            "The recipe “contrastive_divergence” moves the weights towards what picture and hidden units have in "
            "common and away from what dream and hidden units have in common. The rows of the table, shown as "
            "pictures, are what the hidden units look for."
        ),
    )  # fmt: skip


def dbn() -> Project:
    """Hinton, Osindero and Teh, "A fast learning algorithm for deep belief nets", 2006."""
    machine = _machine()
    g = GraphBuilder("DBN", "Two machines on top of each other; their hidden units feed a classifier.")
    x = g.add("Flatten", g.input("picture", shape=PICTURE), name="pixels")
    first = g.use(machine, x, name="machine1", visible=784, hidden=256)
    second = g.use(machine, first["h"], name="machine2", visible=256, hidden=64)
    g.output(g.add("Linear", second["h"], name="head", out_features=10), name="scores")
    g.output(_picture(g, first["dream"], "redrawn"), name="dream1")
    g.output(second["dream"], name="dream2")
    return project(
        "Deep belief network",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            recipe="contrastive_divergence",
            loss="cross_entropy",
            optimizer="SGD",
            learning_rate=0.1,
            momentum=0.5,
            epochs=30,
            batch_size=20,
            options={"fine_tuning": 10},
        ),
        notes=(
            "The recipe “contrastive_divergence” trains each machine by itself on what the one below gives, ten epochs "
            "each; in the last ten epochs the whole network is fine-tuned with cross-entropy on its first output."
        ),
    )


PRESETS = (
    Preset(
        "rbm",
        "Restricted Boltzmann machine",
        "One table of weights used both ways: up to hidden units, and down to the picture they dream of.",
        GROUP,
        ("RBM", "Boltzmann", "energy", "unsupervised", "contrastive divergence", "sampling", "digits"),
        rbm,
        99,
    ),
    Preset(
        "dbn",
        "Deep belief network",
        "Two Boltzmann machines on top of each other, then a classifier: how deep learning began.",
        GROUP,
        ("DBN", "RBM", "Boltzmann", "energy", "pretraining", "classification", "digits"),
        dbn,
        99,
    ),
)

"""Who earns more than 50K? A network on a table of numbers and categories, in the layout of the Adult census file."""

from __future__ import annotations

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import Preset


def build() -> Project:
    g = GraphBuilder("IncomeDNN")
    x = g.chain(g.input("x", shape=(14,)), ("Linear", {"out_features": 128}), "ReLU")
    x = g.chain(x, ("Linear", {"out_features": 64}), "ReLU", ("Linear", {"out_features": 2}))
    g.output(x, name="y")
    return project(
        "Income DNN",
        g,
        data=DataChoice("census"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=0.002, epochs=20, batch_size=64
        ),
        notes="The people of this table are generated. Drop the real file adult.data on the window to use it.",
    )


PRESETS = (
    Preset(
        "income-dnn",
        "Income DNN",
        "From a table with numbers, categories and holes: who earns more than 50K.",
        "First steps",
        ("table", "classification", "census", "Adult", "CSV"),
        build,
        18,
    ),
)

"""LSTM and GRU drawn from their gates: one step is a block, and its use runs it over the time axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.blocks.recurrent import gru_cell, lstm_cell


def classifier(cell: Callable[[], GraphBuilder], name: str, title: str) -> Project:
    """The state after thirty steps of four numbers decides between two classes."""
    g = GraphBuilder(name)
    used = g.use(cell(), g.input("x", shape=(30, 4)), name="cell", hidden=64, over="time")
    x = g.add("Linear", used["h_n"], name="fc", out_features=1)
    g.output(g.add("Sigmoid", x, name="sigmoid"), name="probability")
    return project(
        title,
        g,
        data=DataChoice("sequences"),
        training=Training(loss="bce", optimizer="Adam", learning_rate=1e-3, epochs=15, batch_size=32),
        notes=(
            "Double-click “cell” to see its gates: that is one step. “over time” runs it from the first step to the "
            "last, each with the state of the one before, as the layer of torch does, which is faster."
        ),
    )


PRESETS = (
    Preset(
        "lstm-cell",
        "LSTM from its gates",
        "Look into an LSTM: three gates decide what its memory forgets, writes and shows.",
        "Sequences",
        ("sequence", "LSTM", "gates", "recurrent cell"),
        partial(classifier, lstm_cell, "LSTMOfGates", "LSTM from its gates"),
        76,
    ),
    Preset(
        "gru-cell",
        "GRU from its gates",
        "Look into a GRU: two gates decide how far its state moves at every step.",
        "Sequences",
        ("sequence", "GRU", "gates", "recurrent cell"),
        partial(classifier, gru_cell, "GRUOfGates", "GRU from its gates"),
        77,
    ),
)

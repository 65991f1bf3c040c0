"""LSTM and GRU drawn from their gates: one step is a block, and its use runs it over the time axis."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import Preset


def lstm_cell() -> GraphBuilder:
    """One step of an LSTM, with the numbers of ``nn.LSTMCell``; gates in torch's order."""
    b = GraphBuilder(
        "LSTMStep", "One step of an LSTM. The cell state is kept, forgotten and written by gates."
    )
    hidden = b.parameter("hidden", 64, "Size of both states.")
    x = b.input("x")
    h = b.input("h", shape=(hidden,))
    c = b.input("c", shape=(hidden,))
    from_x = b.add("Linear", x, name="ih", out_features=4 * hidden)
    from_h = b.add("Linear", h, name="hh", out_features=4 * hidden)
    parts = b.add("Chunk", b.add("Add", from_x, from_h, name="gates"), name="parts", chunks=4, dim=1)
    to_write, to_keep, news, to_show = parts
    write = b.add("Sigmoid", to_write, name="write", note="How much of what is new goes in.")
    keep = b.add("Sigmoid", to_keep, name="forget", note="How much of the old cell state stays.")
    new = b.add("Tanh", news, name="candidate", note="What is new.")
    show = b.add("Sigmoid", to_show, name="show", note="How much of the cell state is shown.")
    kept = b.add("Multiply", keep, c, name="kept")
    written = b.add("Multiply", write, new, name="written")
    cell = b.add("Add", kept, written, name="cell")
    state = b.add("Multiply", show, b.add("Tanh", cell, name="squeeze"), name="state")
    b.output(state, name="y")
    b.output(state, name="h_n", carries=h)
    b.output(cell, name="c_n", carries=c)
    return b


def gru_cell() -> GraphBuilder:
    """One step of a GRU, with the numbers of ``nn.GRUCell``: h′ = n + z · (h − n)."""
    b = GraphBuilder("GRUStep", "One step of a GRU. Its state moves from the old one to a candidate.")
    hidden = b.parameter("hidden", 64, "Size of the state.")
    x = b.input("x")
    h = b.input("h", shape=(hidden,))
    from_x = b.add("Linear", x, name="ih", out_features=3 * hidden)
    from_h = b.add("Linear", h, name="hh", out_features=3 * hidden)
    reset_x, keep_x, new_x = b.add("Chunk", from_x, name="parts_x", chunks=3, dim=1)
    reset_h, keep_h, new_h = b.add("Chunk", from_h, name="parts_h", chunks=3, dim=1)
    reset = b.add("Sigmoid", b.add("Add", reset_x, reset_h, name="reset_sum"), name="reset",
                  note="How much of the old state the candidate sees.")  # fmt: skip
    keep = b.add("Sigmoid", b.add("Add", keep_x, keep_h, name="keep_sum"), name="keep",
                 note="How much of the old state stays.")  # fmt: skip
    seen = b.add("Multiply", reset, new_h, name="seen")
    new = b.add("Tanh", b.add("Add", new_x, seen, name="new_sum"), name="candidate")
    back = b.add("Multiply", keep, b.add("Subtract", h, new, name="difference"), name="towards_old")
    state = b.add("Add", new, back, name="state")
    b.output(state, name="y")
    b.output(state, name="h_n", carries=h)
    return b


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

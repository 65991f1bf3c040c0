"""One step of a recurrent network, drawn from its gates. Used over time it is nn.LSTM and nn.GRU, number for
number. Hochreiter & Schmidhuber, 1997; Gers et al., 2000; Cho et al., arXiv 1406.1078."""

from __future__ import annotations

from graph.build import GraphBuilder
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Recurrent"


@once
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


@once
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


BLOCKS = (
    ShippedBlock(
        "lstm-step",
        "LSTM step from its gates",
        "Three gates decide what the cell state forgets, takes in and shows.",
        ("LSTM", "recurrent", "cell", "gates", "memory"),
        "Set to run over time it reads a sequence step by step and hands both states on, with the numbers of "
        "nn.LSTM. The forget gate came later than the rest: Gers et al., 2000.",
        lstm_cell,
        GROUP,
        ((4,), (64,), (64,)),
    ),
    ShippedBlock(
        "gru-step",
        "GRU step from its gates",
        "Two gates decide how far the state moves towards what is new.",
        ("GRU", "recurrent", "cell", "gates", "memory"),
        "Set to run over time it reads a sequence step by step and hands its state on, with the numbers of "
        "nn.GRU. Cho et al., arXiv 1406.1078.",
        gru_cell,
        GROUP,
        ((4,), (64,)),
    ),
)

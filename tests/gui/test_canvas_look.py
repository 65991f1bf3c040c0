"""The few words on a node."""

from __future__ import annotations

from typing import Any

import pytest

from graph.build import GraphBuilder, project
from graph.model import Node, Project
from gui.canvas.look import headline, node_look


@pytest.mark.parametrize(
    ("type", "params", "expected"),
    [
        ("Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2}, "64 ch · 7×7 /2"),
        ("Conv2d", {"out_channels": 8, "kernel_size": (3, 1)}, "8 ch · 3×1"),
        ("Conv1d", {"out_channels": 8, "kernel_size": 5}, "8 ch · 5"),
        ("Conv3d", {"out_channels": 8, "kernel_size": 3}, "8 ch · 3×3×3"),
        ("MaxPool2d", {"kernel_size": 2}, "2×2"),
        ("MaxPool2d", {"kernel_size": 2, "stride": 2}, "2×2"),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2}, "3×3 /2"),
        ("AdaptiveAvgPool2d", {"output_size": 1}, "1×1"),
        ("Linear", {"out_features": 10}, "10"),
        ("Dropout", {"p": 0.25}, "p = 0.25"),
        ("LSTM", {"hidden_size": 64}, "64"),
        ("LSTM", {"hidden_size": 64, "num_layers": 2}, "64 · 2 layers"),
        ("LeakyReLU", {}, ""),
        ("ReLU", {}, ""),
        ("Concat", {}, ""),
        ("Concat", {"dim": 2}, "dim = 2"),
    ],
)
def test_headlines(type: str, params: dict[str, Any], expected: str) -> None:
    assert headline(Project(), Node("n1", type, "a", params), params) == expected


def test_a_block_shows_what_was_set_and_its_ports_say_nothing_of_shapes() -> None:
    cell = GraphBuilder("Cell")
    planes = cell.parameter("planes", 4)
    cell.output(cell.add("Conv2d", cell.input("x"), out_channels=planes), "y")
    g = GraphBuilder("Net")
    g.output(g.use(cell, g.input("x", shape=(3, 8, 8)), planes=16, repeat=3))
    made = project("P", g)
    use = next(node for node in made.main.nodes.values() if node.block)
    look = node_look(made, made.main, use, None, [], set())
    assert (look.kind, look.headline, look.stack, look.category) == ("Cell", "16", 3, "Blocks")
    block = made.blocks["b1"]
    port, convolution = block.inputs[0], next(n for n in block.nodes.values() if n.type == "Conv2d")
    assert node_look(made, block, port, None, [], set()).headline == ""
    assert node_look(made, block, convolution, None, [], set()).headline == "planes ch · 3×3"

"""Writing graphs in Python."""

from __future__ import annotations

from typing import Any

import pytest

from graph.build import BuildError, GraphBuilder, Symbol, project
from graph.catalogue import CATALOGUE
from graph.checks import check_project
from graph.model import DataChoice, Project, Training
from graph.settings import check_settings
from graph.values import Expr


def wires(made: Project, graph_id: str = "g1") -> list[tuple[str, str, str, str, int]]:
    graph = made.graph(graph_id)
    return [
        (graph.nodes[e.source].name, e.source_port, graph.nodes[e.target].name, e.target_port, e.order)
        for e in graph.edges.values()
    ]


def test_a_small_network() -> None:
    g = GraphBuilder("DigitsCNN", "Reads digits.")
    x = g.input("x", shape=(1, 8, 8))
    y = g.add("Conv2d", x, out_channels=32, kernel_size=3, padding=1, note="first")
    z = g.add("ReLU", y)
    g.output(g.add("Add", [z, y]), name="scores")
    made = project("Digits", g, data=DataChoice("digits"), training=Training(epochs=3), notes="n")
    net = made.main
    assert (net.id, net.name, net.help) == ("g1", "DigitsCNN", "Reads digits.")
    assert [(node.id, node.type, node.name) for node in net.nodes.values()] == [
        ("n1", "Input", "x"), ("n2", "Conv2d", "conv1"), ("n3", "ReLU", "relu1"),
        ("n4", "Add", "add1"), ("n5", "Output", "scores"),
    ]  # fmt: skip
    assert net.nodes["n2"].params == {"out_channels": 32, "kernel_size": 3, "padding": 1}
    assert net.nodes["n2"].note == "first"
    assert wires(made) == [
        ("x", "output", "conv1", "input", 0), ("conv1", "output", "relu1", "input", 0),
        ("relu1", "output", "add1", "inputs", 0), ("conv1", "output", "add1", "inputs", 1),
        ("add1", "output", "scores", "input", 0),
    ]  # fmt: skip
    assert (made.data.source, made.training.epochs, made.notes) == ("digits", 3, "n")
    assert net.nodes["n1"].x < net.nodes["n2"].x < net.nodes["n3"].x
    check_project(made.copy())
    check_settings(made)


def test_several_outputs_and_named_inputs() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(-1, 4))
    out, h, c = g.add("LSTM", x, hidden_size=6)
    first = [port.name for port in CATALOGUE["LSTM"].outputs]  # type: ignore[union-attr]
    second = [port.name for port in CATALOGUE["LSTM"].inputs]
    again = g.add("LSTM", out, hidden_size=6, **{second[1]: h, second[2]: c})
    assert again[first[1]].port == first[1]
    assert [wire.port for wire in again.outputs(first[2], first[0])] == [first[2], first[0]]
    g.output(again)
    made = project("Two", g)
    assert [wire[1::2] for wire in wires(made)][1:4] == [
        (first[0], second[0]), (first[1], second[1]), (first[2], second[2]),
    ]  # fmt: skip
    with pytest.raises(BuildError, match="has no output"):
        again["nothing"]


def test_a_chain_and_shared_weights() -> None:
    g = GraphBuilder("Net")
    a, b = g.input("a", shape=(4,)), g.input("b", shape=(4,))
    left = g.chain(a, ("Linear", {"out_features": 8}), "ReLU")
    fc = g.graph.nodes["n3"]
    right = g.again(g.add("Linear", b, out_features=8), b)
    g.output(g.add("Concat", left, right))
    made = project("Shared", g)
    assert fc.name == "fc1"
    assert made.main.nodes["n6"].shares == "n5"
    assert made.main.nodes["n6"].params == made.main.nodes["n5"].params
    assert [node.params.get("index", 0) for node in made.main.inputs] == [0, 1]


def test_blocks_are_defined_once_before_what_uses_them() -> None:
    inner = GraphBuilder("Inner")
    planes = inner.parameter("planes", 64, "Width.")
    inner.output(inner.add("Linear", inner.input("x"), out_features=planes * 4 - 1), name="y")
    outer = GraphBuilder("Outer")
    width = outer.parameter("width", 8)
    outer.output(outer.use(inner, outer.input("x"), planes=width), name="y")
    net = GraphBuilder("Net")
    x = net.input("x", shape=(4,))
    x = net.use(outer, net.use(inner, x, planes=3), repeat=2, width=5, name="body")
    net.output(x)
    made = project("Nested", net)
    assert [(block.id, block.name) for block in made.blocks.values()] == [("b1", "Inner"), ("b2", "Outer")]
    assert made.blocks["b1"].nodes["n2"].params == {"out_features": Expr("planes * 4 - 1")}
    assert made.blocks["b2"].nodes["n2"].params == {"planes": Expr("width")}
    assert made.blocks["b2"].nodes["n2"].block == "b1"
    assert [(n.name, n.block, n.params) for n in made.main.nodes.values() if n.block] == [
        ("inner1", "b1", {"planes": 3}), ("body", "b2", {"width": 5, "repeat": 2}),
    ]  # fmt: skip
    assert wires(made) == [
        ("x", "output", "inner1", "x", 0), ("inner1", "y", "body", "x", 0), ("body", "y", "output", "input", 0),
    ]  # fmt: skip
    # the builders are still as they were
    assert project("Again", net) == Project(
        "Again", made.networks, made.blocks, made.data, made.training, made.view, made.notes
    )


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        (Symbol("a") * 4 + 1, "a * 4 + 1"),
        (Symbol("a") * (Symbol("b") + 1), "a * (b + 1)"),
        (2 * Symbol("a") - Symbol("b"), "2 * a - b"),
        (1 - (2 - Symbol("a")), "1 - (2 - a)"),
        (-Symbol("a") // 2 % 3, "-a // 2 % 3"),
        (3 + Symbol("a"), "3 + a"),
        ((Symbol("a") // 4) ** -0.5, "(a // 4) ** (-0.5)"),
    ],
)
def test_arithmetic_on_parameters(symbol: Symbol, text: str) -> None:
    assert symbol.text == text


def bad(write: Any) -> str:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    with pytest.raises(BuildError) as refused:
        write(g, x)
    return str(refused.value)


def test_mistakes_are_found_while_writing() -> None:
    other = GraphBuilder("Other")
    stranger = other.add("ReLU", other.input())
    assert bad(lambda g, x: g.add("Lineer", x)) == "there is no layer type 'Lineer'"
    assert bad(lambda g, x: g.add("Linear", x, outs=3)) == "Linear has no parameter 'outs'"
    assert "out_features must be a whole number" in bad(lambda g, x: g.add("Linear", x, out_features=0))
    assert "has only 1 inputs" in bad(lambda g, x: g.add("ReLU", x, x))
    assert "takes one wire" in bad(lambda g, x: g.add("ReLU", [x, x]))
    assert "taken already" in bad(lambda g, x: g.add("ReLU", x, name="x"))
    assert "cannot be used" in bad(lambda g, x: g.add("ReLU", x, name="forward"))
    assert "another graph" in bad(lambda g, x: g.add("ReLU", stranger))
    assert "has no parameter 'planes'" in bad(lambda g, x: g.use(other, x, planes=3))
    assert "parameter's name" in bad(lambda g, x: g.parameter("repeat", 1))
    with pytest.raises(BuildError, match="needs a network"):
        project("Empty")
    with pytest.raises(BuildError, match="class name 'Net' is taken"):
        project("Twice", GraphBuilder("Net"), GraphBuilder("Net"))

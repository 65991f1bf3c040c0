"""What the gestures of the canvas do to a graph."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import GraphBuilder, project
from graph.checks import check_project
from graph.document import Document, apply_edits
from graph.edits import EditError
from graph.files import dumps
from graph.model import Edge, Graph, Project
from graph.operations import (
    connect,
    delete,
    delete_and_heal,
    duplicate,
    insert_on_edge,
    new_node,
    reconnect,
    rename,
    reorder,
)
from graph.ports import in_ports, out_ports
from tests.graph.random_projects import TYPES, random_project


def wires(graph: Graph) -> set[str]:
    """Every wire as ``conv1.output>relu1.input``."""
    return {
        f"{graph.nodes[e.source].name}.{e.source_port}>{graph.nodes[e.target].name}.{e.target_port}"
        for e in graph.edges.values()
    }


def residual() -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(8,))
    a = g.add("Linear", x, name="a", out_features=8)
    b = g.add("ReLU", a, name="b")
    g.output(g.add("Add", b, x, name="sum"), name="y")
    return project("Residual", g)


def ids(graph: Graph, *names: str) -> list[str]:
    return [node.id for node in graph.nodes.values() if node.name in names]


def test_a_port_that_takes_one_wire_gives_up_the_one_it_has() -> None:
    made = residual()
    net = made.main
    (relu,), (x,) = ids(net, "b"), ids(net, "x")
    apply_edits(made, connect(made, net, x, "output", relu, "input"))
    assert "x.output>b.input" in wires(net) and "a.output>b.input" not in wires(net)
    assert connect(made, net, x, "output", relu, "input") == []


def test_a_port_that_takes_many_gets_one_more_at_the_end() -> None:
    made = residual()
    net = made.main
    (a,), (total,) = ids(net, "a"), ids(net, "sum")
    apply_edits(made, connect(made, net, a, "output", total, "inputs"))
    assert [net.nodes[edge.source].name for edge in net.edges_into(total)] == ["b", "x", "a"]
    order = [edge.id for edge in net.edges_into(total)]
    apply_edits(made, reorder(net, total, "inputs", order[::-1]))
    assert [net.nodes[edge.source].name for edge in net.edges_into(total)] == ["a", "x", "b"]
    with pytest.raises(EditError, match="does not name every wire"):
        reorder(net, total, "inputs", order[:1])


def test_an_end_of_a_wire_moves() -> None:
    made = residual()
    net = made.main
    (x,), (a,), (b,) = ids(net, "x"), ids(net, "a"), ids(net, "b")
    first = net.edges_into(b)[0].id
    apply_edits(made, reconnect(made, net, first, source=(x, "output")))
    assert wires(net) >= {"x.output>a.input", "x.output>b.input"}
    second = net.edges_into(b)[0].id
    assert reconnect(made, net, second, source=(x, "output")) == []
    apply_edits(made, reconnect(made, net, second, target=(a, "input")))
    assert [net.nodes[edge.source].name for edge in net.edges_into(a)] == ["x"]
    assert net.edges_into(b) == []


def test_a_node_is_put_into_a_wire() -> None:
    made = residual()
    net = made.main
    (total,) = ids(net, "sum")
    skip = net.edges_into(total)[1]
    node = new_node(made, net, "Dropout", 10.0, 20.0)
    apply_edits(made, insert_on_edge(made, net, skip.id, node))
    assert wires(net) >= {"x.output>dropout1.input", "dropout1.output>sum.inputs"}
    assert [net.nodes[edge.source].name for edge in net.edges_into(total)] == ["b", "dropout1"]
    # a node that is there already comes with the wires it has
    (relu,) = ids(net, "b")
    edge = next(edge for edge in net.edges.values() if edge.target == node.id)
    apply_edits(made, insert_on_edge(made, net, edge.id, net.nodes[relu]))
    assert wires(net) >= {"x.output>b.input", "b.output>dropout1.input", "b.output>sum.inputs"}
    with pytest.raises(EditError, match="cannot stand in a wire"):
        insert_on_edge(made, net, next(iter(net.edges)), new_node(made, net, "Input"))


def test_deleting_heals_the_wires_around() -> None:
    made = residual()
    net = made.main
    before = made.copy()
    document = Document(made)
    undo = document.apply("", delete_and_heal(made, net, ids(net, "a", "b")))
    assert wires(net) == {"x.output>sum.inputs", "sum.output>y.input"}
    assert len(net.edges) == 3  # the sum takes x twice, in the places it had
    assert [edge.order for edge in net.edges_into(ids(net, "sum")[0])] == [0, 1]
    document.apply("", undo)
    assert made == before
    document.apply("", delete_and_heal(made, net, ids(net, "b")))
    assert "a.output>sum.inputs" in wires(net)
    document.apply("", delete_and_heal(made, net, ids(net, "x")))
    assert wires(net) == {"a.output>sum.inputs", "sum.output>y.input"}


def test_deleting_takes_wires_and_frames_too() -> None:
    made = random_project(5)
    net = made.main
    everything = [*net.nodes, *net.edges, *net.frames]
    apply_edits(made, delete(made, net, everything))
    assert not net.nodes and not net.edges and not net.frames


def boxed() -> Project:
    inner, net = GraphBuilder("Inner"), GraphBuilder("Net")
    inner.output(inner.add("ReLU", inner.input("x")), name="y")
    x = net.input("x", shape=(8,))
    y = net.use(inner, x, name="one")
    net.output(net.use(inner, y, name="two"))
    return project("Boxed", net)


def test_a_renamed_port_keeps_its_wires_wherever_the_block_is_used() -> None:
    made = boxed()
    block = made.blocks["b1"]
    apply_edits(made, rename(made, block, block.inputs[0].id, "left"))
    apply_edits(made, rename(made, block, block.outputs[0].id, "right"))
    assert wires(made.main) == {"x.output>one.left", "one.right>two.left", "two.right>output.input"}
    assert wires(block) == {"left.output>relu1.input", "relu1.output>right.input"}


def test_a_deleted_port_takes_its_wires_along() -> None:
    made = boxed()
    before = made.copy()
    block = made.blocks["b1"]
    undo = apply_edits(made, delete(made, block, [block.inputs[0].id])).inverse
    assert wires(made.main) == {"two.y>output.input"}
    apply_edits(made, undo)
    assert made == before


def test_a_new_node_has_a_free_name_and_the_next_place_among_the_ports() -> None:
    made = boxed()
    net = made.main
    node = new_node(made, net, "Input", 1.0, 2.0)
    assert (node.id, node.name, node.params["index"], node.x, node.y) == ("n5", "input", 1, 1.0, 2.0)
    assert new_node(made, net, "Block", block="b1").name == "inner1"
    with pytest.raises(EditError, match="no layer type"):
        new_node(made, net, "Lineer")
    with pytest.raises(EditError, match="no such block"):
        new_node(made, net, "Block", block="b7")
    for kind in TYPES:
        apply_edits(made, duplicate(made, net, [node.id]))
        fresh = new_node(made, net, kind)
        undo = apply_edits(made, [*insert(made, net, fresh)]).inverse
        assert fresh.id in net.nodes
        apply_edits(made, undo)


def test_ids_do_not_run_out_when_a_file_uses_the_highest() -> None:
    made = residual()
    net = made.main
    high = "n999999999"
    net.nodes[high] = net.nodes.pop("n3")
    net.nodes[high].id = high
    net.edges.clear()
    node = new_node(made, net, "ReLU")
    assert node.id == "n3"
    apply_edits(made, insert(made, net, node))
    assert net.fresh_ids("n", 2) == ["n6", "n7"]


def insert(made: Project, net: Graph, node: object) -> list[object]:
    from graph.edits import AddNodes

    return [AddNodes(net.id, [node])]  # type: ignore[list-item]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**31))
def test_any_gesture_anywhere_keeps_the_document_legal(seed: int) -> None:
    made, dice = random_project(seed), random.Random(seed)
    for _ in range(12):
        graph = dice.choice(list(made.graphs()))
        if not graph.nodes:
            continue
        some = dice.sample(list(graph.nodes), min(len(graph.nodes), dice.randint(1, 4)))
        start, text = made.copy(), dumps(made)
        try:
            edits = gesture(dice, made, graph, some)
            undo = apply_edits(made, edits).inverse
        except EditError as error:
            assert str(error).endswith(".")
            assert dumps(made) == text
            continue
        check_project(made.copy())
        again = apply_edits(made, undo).inverse
        assert made == start and dumps(made) == text
        apply_edits(made, again)


def gesture(dice: random.Random, made: Project, graph: Graph, some: list[str]) -> list[object]:
    what = dice.randrange(7)
    if what == 0:
        return delete(made, graph, some)
    if what == 1:
        return delete_and_heal(made, graph, some)
    if what == 2:
        return duplicate(made, graph, some, keep_inputs=dice.random() < 0.5)
    if what == 3:
        return rename(made, graph, some[0], dice.choice(("fresh", "train", "x1")))
    if what == 4 and graph.edges:
        node = new_node(made, graph, dice.choice(TYPES))
        if dice.random() < 0.5:
            node = graph.nodes[some[0]]
        return insert_on_edge(made, graph, dice.choice(list(graph.edges)), node)
    outs = [(key, port.name) for key in graph.nodes for port in out_ports(made, graph.nodes[key])]
    ins = [(key, port.name) for key in graph.nodes for port in in_ports(made, graph.nodes[key])]
    if what == 5 and graph.edges and outs and ins:
        edge: Edge = graph.edges[dice.choice(list(graph.edges))]
        if dice.random() < 0.5:
            return reconnect(made, graph, edge.id, source=dice.choice(outs))
        return reconnect(made, graph, edge.id, target=dice.choice(ins))
    if outs and ins:
        return connect(made, graph, *dice.choice(outs), *dice.choice(ins))
    return []

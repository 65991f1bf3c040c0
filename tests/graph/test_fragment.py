"""Copy and paste: the same piece again, with new ids and names, and the blocks it needs."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import GraphBuilder, project
from graph.checks import check_project
from graph.document import Document, apply_edits
from graph.edits import AddGraph, AddNodes
from graph.files import FileError, dumps, loads
from graph.fragment import copy, paste
from graph.model import Graph, Project
from graph.values import Expr
from tests.graph.random_projects import random_project


def outline(project: Project, graph: Graph, ids: set[str] | None = None) -> Any:
    """A graph without ids, names and places, for telling whether two are the same."""
    chosen = {key: node for key, node in graph.nodes.items() if ids is None or key in ids}
    number = {key: place for place, key in enumerate(chosen)}
    nodes = [
        (node.type, {k: v for k, v in node.params.items() if k != "index"}, node.note,
         outline(project, project.blocks[node.block]) if node.block else None,
         number.get(node.shares or ""))
        for node in chosen.values()
    ]  # fmt: skip
    wires = sorted(
        (number[edge.source], edge.source_port, number[edge.target], edge.target_port, edge.order)
        for edge in graph.edges.values() if edge.source in number and edge.target in number
    )  # fmt: skip
    return nodes, wires


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**31))
def test_what_is_copied_comes_back(seed: int) -> None:
    dice = random.Random(seed)
    source = random_project(seed)
    graph = dice.choice(list(source.networks.values()))
    ids = {key for key in graph.nodes if dice.random() < 0.7}
    text = copy(graph, ids, source)
    for target in (source, random_project(seed + 1), Project(networks={"g1": Graph("g1", "Empty")})):
        document = Document(target)
        before, saved = target.copy(), dumps(target)
        changes = []
        document.listen(changes.append)
        inverse = document.apply("Paste", paste(target, target.main.id, text, at=(0.0, 0.0)))
        new = changes[0].graphs[target.main.id].added
        clean = {key: node for key, node in graph.nodes.items() if key in ids}
        expected = outline(before if target is source else source, graph, ids)
        if any(node.shares and node.shares not in ids for node in clean.values()):
            continue
        assert outline(target, target.main, {key for key in target.main.nodes if key in new}) == expected
        check_project(target.copy())
        assert loads(dumps(target)) == target
        document.apply("Undo", inverse)
        assert target == before and dumps(target) == saved


def boxed() -> Project:
    inner, outer, net = GraphBuilder("Inner"), GraphBuilder("Outer"), GraphBuilder("Net")
    width = inner.parameter("width", 4)
    inner.output(inner.add("Linear", inner.input("x"), out_features=width * 2), name="y")
    outer.output(outer.use(inner, outer.input("x"), width=3), name="y")
    x = net.input("x", shape=(8,))
    y = net.use(outer, x, name="first", repeat=2)
    net.output(net.add("Concat", x, y, name="both"))
    return project("Boxed", net)


def test_blocks_come_along_in_the_order_they_need_each_other() -> None:
    source = boxed()
    target = Project(networks={"g1": Graph("g1", "Empty")})
    edits = paste(target, "g1", copy(source.main, ["n2"], source))
    assert [type(edit) for edit in edits] == [AddGraph, AddGraph, AddNodes]
    apply_edits(target, edits)
    assert [block.name for block in target.blocks.values()] == ["Inner", "Outer"]
    assert target.blocks["b2"].nodes["n2"].block == "b1"
    node = target.main.nodes["n1"]
    assert (node.name, node.block, node.params) == ("first", "b2", {"repeat": 2})


def test_equal_blocks_are_used_again_and_others_get_a_new_name() -> None:
    source, target = boxed(), boxed()
    apply_edits(target, paste(target, "g1", copy(source.main, ["n2"], source)))
    assert len(target.blocks) == 2
    source.blocks["b1"].nodes["n2"].params["bias"] = False
    apply_edits(target, paste(target, "g1", copy(source.main, ["n2"], source)))
    assert [block.name for block in target.blocks.values()] == ["Inner", "Outer", "Inner2", "Outer2"]
    assert target.blocks["b4"].nodes["n2"].block == "b3"
    assert target.blocks["b3"].nodes["n2"].params["bias"] is False
    # where a block's nodes stand does not make it another block
    moved = boxed()
    moved.blocks["b1"].nodes["n2"].x += 500
    apply_edits(target, paste(target, "g1", copy(moved.main, ["n2"], moved)))
    assert len(target.blocks) == 4


def test_names_places_and_wires() -> None:
    made = boxed()
    made.main.nodes["n2"].x, made.main.nodes["n2"].y = 100.0, 50.0
    made.main.nodes["n3"].x, made.main.nodes["n3"].y = 300.0, 20.0
    text = copy(made.main, ["n2", "n3"], made)
    (added,) = paste(made, "g1", text)
    assert [(node.id, node.name, node.x, node.y) for node in added.nodes] == [
        ("n5", "first2", 140.0, 90.0),
        ("n6", "both2", 340.0, 60.0),
    ]
    assert [(edge.source, edge.target, edge.order) for edge in added.edges] == [("n5", "n6", 1)]
    (placed,) = paste(made, "g1", text, at=(0.0, 0.0))
    assert [(node.x, node.y) for node in placed.nodes] == [(0.0, 30.0), (200.0, 0.0)]
    (kept,) = paste(made, "g1", text, keep_inputs=True)
    assert sorted((edge.source, edge.target, edge.order) for edge in kept.edges) == [
        ("n1", "n5", 0), ("n1", "n6", 0), ("n5", "n6", 1),
    ]  # fmt: skip


def test_inputs_are_kept_only_in_the_graph_they_came_from() -> None:
    made = boxed()
    text = copy(made.main, ["n3"], made)
    (added,) = paste(made, "b2", text, keep_inputs=True)
    assert added.edges == []


def test_expressions_are_worked_out_where_their_names_mean_nothing() -> None:
    made = boxed()
    text = copy(made.blocks["b1"], ["n2"], made)
    (outside,) = paste(made, "g1", text)
    assert outside.nodes[0].params == {"out_features": 8}
    (inside,) = paste(made, "b1", text)
    assert inside.nodes[0].params == {"out_features": Expr("width * 2")}


def test_pasted_ports_come_last() -> None:
    made = boxed()
    (added,) = paste(made, "g1", copy(made.main, ["n1", "n4"], made))
    apply_edits(made, [added])
    assert [node.name for node in made.main.inputs] == ["x", "x2"]
    assert [node.name for node in made.main.outputs] == ["output", "output2"]


def test_a_block_is_not_pasted_into_itself() -> None:
    made = boxed()
    text = copy(made.main, ["n2"], made)
    for block in ("b1", "b2"):
        with pytest.raises(FileError, match="would contain itself"):
            paste(made, block, text)


def test_shared_weights_are_shared_among_the_copies() -> None:
    g = GraphBuilder("Net")
    a = g.input(shape=(8,))
    first = g.add("Linear", a, out_features=8)
    again = g.again(first, first)
    g.output(again)
    made = project("Twins", g)
    (both,) = paste(made, "g1", copy(made.main, [first.id, again.id], made))
    assert [node.shares for node in both.nodes] == [None, both.nodes[0].id]
    (alone,) = paste(made, "g1", copy(made.main, [again.id], made))
    assert alone.nodes[0].shares is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Hello, this is a sentence somebody copied.", "This cannot be pasted. It is not valid JSON"),
        ("{}", "not a TorchLoom project"),
        (dumps(boxed()), "a whole project is opened, not pasted"),
    ],
)
def test_other_text_is_refused(text: str, part: str) -> None:
    with pytest.raises(FileError) as refused:
        paste(boxed(), "g1", text)
    assert part in str(refused.value)


def test_the_text_is_json_with_the_format() -> None:
    made = boxed()
    data = json.loads(copy(made.main, ["n3"], made))
    assert (data["format"], data["kind"], data["from"]) == (3, "fragment", "g1")
    assert data["blocks"] == []
    assert list(data["inputs"].values()) == [
        {"from": ["n1", "output"], "to": ["n3", "inputs"]},
        {"from": ["n2", "y"], "to": ["n3", "inputs"], "order": 1},
    ]

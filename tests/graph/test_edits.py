"""Edits: each is taken back exactly, says what it changed, keeps the document legal, or changes nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import GraphBuilder, project
from graph.changes import ChangeSet, GraphChange
from graph.checks import check_project
from graph.document import Document, apply_edits
from graph.edits import (
    UNSET,
    AddGraph,
    AddNodes,
    Connect,
    Disconnect,
    EditError,
    Move,
    RemoveGraph,
    RemoveNodes,
    Rename,
    Retype,
    SetFrames,
    SetParams,
    SetProject,
)
from graph.files import dumps
from graph.model import Edge, Graph, Node, Project
from graph.settings import check_settings
from tests.graph.random_projects import random_edit, random_project

PROPERTY = settings(max_examples=60, deadline=None, derandomize=True)
seeds = st.integers(0, 2**31)


def assert_legal(made: Project) -> None:
    check_project(made.copy())
    check_settings(made)


def assert_covered(before: Project, after: Project, changes: ChangeSet) -> None:
    """Whatever differs between two states is named in the change set."""
    tables = [({g.id: g for g in p.graphs()}) for p in (before, after)]
    assert tables[1].keys() - tables[0].keys() <= changes.graphs_added
    assert tables[0].keys() - tables[1].keys() <= changes.graphs_removed
    for key in tables[0].keys() & tables[1].keys():
        if key not in changes.graphs_added | changes.graphs_removed:
            graph_covered(tables[0][key], tables[1][key], changes.graphs.get(key, GraphChange()))
    for part in ("title", "notes", "view", "data", "training"):
        assert getattr(before, part) == getattr(after, part) or part in changes.project


def graph_covered(before: Graph, after: Graph, change: GraphChange) -> None:
    assert after.nodes.keys() - before.nodes.keys() <= change.added
    assert before.nodes.keys() - after.nodes.keys() <= change.removed
    assert after.edges.keys() - before.edges.keys() <= change.edges_added
    assert before.edges.keys() - after.edges.keys() <= change.edges_removed
    for key in before.nodes.keys() & after.nodes.keys():
        old, new = before.nodes[key], after.nodes[key]
        if key not in change.added | change.removed:
            assert (old.x, old.y) == (new.x, new.y) or key in change.moved
            assert replace(old, x=new.x, y=new.y) == new or key in change.changed
    for key in before.edges.keys() & after.edges.keys():
        assert before.edges[key] == after.edges[key] or key in change.edges_added
    for key in before.frames.keys() | after.frames.keys():
        assert before.frames.get(key) == after.frames.get(key) or key in change.frames
    header = [(graph.name, graph.help, graph.parameters) for graph in (before, after)]
    assert header[0] == header[1] or change.header


@PROPERTY
@given(seeds)
def test_each_edit_is_taken_back_by_its_inverse(seed: int) -> None:
    made, dice = random_project(seed), random.Random(seed)
    applied_edits = 0
    for _ in range(25):
        edit = random_edit(dice, made)
        start, text = made.copy(), dumps(made)
        try:
            applied = apply_edits(made, [edit])
        except EditError as error:
            assert str(error)[0].isupper() or str(error)[0] in "“abcdefghijklmnopqrstuvwxyz", error
            assert str(error).endswith("."), error
            assert made == start and dumps(made) == text, "a refused edit changed something"
            continue
        applied_edits += 1
        assert_legal(made)
        assert_covered(start, made, applied.changes)
        after = made.copy()
        back = apply_edits(made, applied.inverse)
        assert made == start and dumps(made) == text, edit
        assert_covered(after, start, back.changes)
        apply_edits(made, back.inverse)
        assert made == after, "redo differs"
    assert applied_edits


@PROPERTY
@given(seeds)
def test_a_sequence_is_taken_back_in_reverse(seed: int) -> None:
    made, dice = random_project(seed), random.Random(seed)
    start, text = made.copy(), dumps(made)
    undo = []
    for _ in range(30):
        try:
            edits = [random_edit(dice, made) for _ in range(dice.randint(1, 3))]
            undo.append(apply_edits(made, edits).inverse)
        except EditError:
            continue
    for inverse in reversed(undo):
        apply_edits(made, inverse)
    assert made == start and dumps(made) == text


@PROPERTY
@given(seeds)
def test_a_list_with_a_bad_edit_changes_nothing_and_tells_nobody(seed: int) -> None:
    document, dice = Document(random_project(seed)), random.Random(seed)
    heard: list[ChangeSet] = []
    document.listen(heard.append)
    text = dumps(document.project)
    good = []
    trial = document.project.copy()
    for _ in range(10):
        edit = random_edit(dice, trial)
        try:
            apply_edits(trial, [edit])
        except EditError:
            continue
        good.append(edit)
    bad = Rename("g999", "n1", "anything")
    with pytest.raises(EditError, match="no graph"):
        document.apply("x", [*good, bad])
    with pytest.raises(EditError, match="no graph"):
        document.check([*good, bad])
    document.check(good)
    assert dumps(document.project) == text
    assert heard == []
    document.apply("fine", good)
    assert [changes.name for changes in heard] == ["fine"]
    assert document.project == trial


def chain() -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(8,))
    x = g.add("Linear", x, name="fc1", out_features=4)
    x = g.add("ReLU", x, name="relu1")
    g.output(x)
    return project("Chain", g)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Rename("g1", "n2", "forward"),
         "“forward” cannot be a name: PyTorch or the generated code uses it already."),
        (Rename("g1", "n2", "2fc"), "“2fc” cannot be a name: use letters, digits and _, no Python keyword."),
        (Rename("g1", "n2", "relu1"), "Another node is called “relu1” already."),
        (SetParams("g1", "n2", {"out_features": 0}),
         "out_features must be a whole number from 1 to 10,000,000, not 0."),
        (SetParams("g1", "n2", {"outs": 3}), "Linear has no parameter “outs”."),
        (Connect("g1", [Edge("e9", "n3", "output", "n2", "input")]),
         "Two wires would end at “input” of “fc1”, which takes one."),
        (Connect("g1", [Edge("e9", "n2", "outputs", "n3", "input")]), "Node “fc1” has no output “outputs”."),
        (Retype("g1", "n2", "Input", {}), "Node “fc1” has no input “input”."),
        (AddNodes("g1", [Node("n9", "Lineer", "fc2")]), "Node “fc2”: There is no layer type “Lineer”."),
        (Move("g1", {"n1": (float("nan"), 0.0)}), "x must be a number of at most 10,000,000, not nan."),
        (SetProject("training", {"epochs": 0}), "epochs must be a whole number from 1 to 1,000,000, not 0."),
        (RemoveGraph("g1"), "A project keeps at least one network."),
        (SetFrames("g1", {"f9": None}), "There is no frame “f9” in “Net”."),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence(edit: object, sentence: str) -> None:
    with pytest.raises(EditError) as refused:
        apply_edits(chain(), [edit])  # type: ignore[list-item]
    assert str(refused.value) == sentence


def test_a_wire_may_not_close_a_loop() -> None:
    made = chain()
    apply_edits(made, [Disconnect("g1", ["e1"])])
    with pytest.raises(EditError, match="A wire from “relu1” to “fc1” would close a loop"):
        apply_edits(made, [Connect("g1", [Edge("e9", "n3", "output", "n2", "input")])])
    loop = [Node("n8", "ReLU", "a"), Node("n9", "ReLU", "b")]
    wires = [Edge("e8", "n8", "output", "n9", "input"), Edge("e9", "n9", "output", "n8", "input")]
    with pytest.raises(EditError, match="together would close a loop"):
        apply_edits(made, [AddNodes("g1", loop, wires)])


def test_none_clears_a_parameter_that_cannot_be_none() -> None:
    made = chain()
    applied = apply_edits(made, [SetParams("g1", "n2", {"out_features": None, "in_features": None})])
    assert made.main.nodes["n2"].params == {}
    apply_edits(made, applied.inverse)
    assert made.main.nodes["n2"].params == {"out_features": 4}


def test_shared_weights_keep_their_parameters_together() -> None:
    g = GraphBuilder("Net")
    a, b = g.input(shape=(8,)), g.input(shape=(8,))
    first = g.add("Linear", a, out_features=4)
    again = g.again(first, b)
    g.output(g.add("Concat", [first, again]))
    made = project("Twins", g)
    applied = apply_edits(made, [SetParams("g1", again.id, {"out_features": 6, "bias": False})])
    assert made.main.nodes[first.id].params == {"out_features": 6, "bias": False}
    assert applied.changes.graphs["g1"].changed == {first.id, again.id}
    apply_edits(made, [SetParams("g1", first.id, {"bias": UNSET})])
    assert made.main.nodes[again.id].params == {"out_features": 6}
    with pytest.raises(EditError, match="shares the weights"):
        apply_edits(made, [RemoveNodes("g1", [first.id])])
    apply_edits(made, [RemoveNodes("g1", [first.id, again.id])])


def test_a_block_cannot_come_to_contain_itself() -> None:
    inner, outer, net = GraphBuilder("Inner"), GraphBuilder("Outer"), GraphBuilder("Net")
    inner.output(inner.input())
    outer.output(outer.use(inner, outer.input()))
    net.output(net.use(outer, net.input()))
    made = project("Nested", net)
    blocks = {block.name: block.id for block in made.blocks.values()}
    for name in ("Inner", "Outer"):
        with pytest.raises(EditError, match="into itself"):
            apply_edits(made, [AddNodes(blocks["Inner"], [Node("n9", "Block", "again", block=blocks[name])])])


def test_removing_a_network_and_taking_it_back_keeps_it_first() -> None:
    first, second = GraphBuilder("First"), GraphBuilder("Second")
    for builder in (first, second):
        builder.output(builder.input())
    made = project("Two", first, second)
    applied = apply_edits(made, [RemoveGraph("g1")])
    assert made.main.name == "Second"
    apply_edits(made, applied.inverse)
    assert [graph.name for graph in made.networks.values()] == ["First", "Second"]


def test_what_is_added_is_a_copy() -> None:
    made = chain()
    node, block = Node("n9", "Linear", "fc9", {"out_features": 3}), Graph("b1", "Empty")
    apply_edits(made, [AddNodes("g1", [node]), AddGraph(block, True)])
    node.params["out_features"], block.help = 99, "changed"
    assert made.main.nodes["n9"].params == {"out_features": 3}
    assert made.blocks["b1"].help == ""

"""What is switched off, and the dots that lead wires: shapes, costs, code and files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.code import generate, load_module
from graph.document import apply_edits
from graph.edits import Connect, Disconnect, EditError, SetState
from graph.effective import effective
from graph.files import from_data, load, save, to_data
from graph.model import Edge, Node, Project
from graph.shapes import Inference, ProjectShapes


def net() -> Project:
    """x -> conv -> relu -> flatten -> fc -> y, and a shortcut from conv to add behind relu."""
    g = GraphBuilder("Net")
    x = g.input("x", shape=(1, 4, 4))
    conv = g.add("Conv2d", x, name="conv", out_channels=2, kernel_size=3, padding=1)
    relu = g.add("ReLU", conv, name="relu")
    both = g.add("Add", relu, conv, name="add")
    flat = g.add("Flatten", g.add("Dropout", both, name="drop"), name="flat")
    g.output(g.add("Linear", flat, name="fc", out_features=3), name="y")
    return project("Net", g)


def state(made: Project, name: str, **fields: str | bool) -> None:
    apply_edits(made, [SetState(made.main.id, {node_id(made, name): fields})])


def node_id(made: Project, name: str) -> str:
    return next(node.id for node in made.main.nodes.values() if node.name == name)


def of(made: Project) -> ProjectShapes:
    return Inference().run(made)


def text(made: Project) -> str:
    return generate(made, of(made), made.main.id).text


def test_a_bypassed_node_hands_on_what_it_gets() -> None:
    made = net()
    state(made, "conv", off="bypass")
    shapes = of(made)
    assert not shapes.errors
    here = shapes.at((made.main.id,))
    assert here.nodes[node_id(made, "conv")].state == "off"
    assert here.nodes[node_id(made, "conv")].outputs["output"].text == "(B, 1, 4, 4)"
    assert here.nodes[node_id(made, "fc")].values["in_features"] == 16
    assert here.parameters == 16 * 3 + 3  # the convolution's are not counted
    assert "conv" not in text(made) and "Linear(16, 3)" in text(made)


def test_several_in_a_row_are_bypassed() -> None:
    made = net()
    for name in ("conv", "relu", "drop"):
        state(made, name, off="bypass")
    assert "x + x" in text(made)


def test_a_muted_node_gives_nothing() -> None:
    made = net()
    state(made, "relu", off="mute")
    assert "relu" not in text(made)  # add has its other wire
    state(made, "conv", off="mute")
    (error, *_) = of(made).errors
    assert "add" in error.text and "nothing wired" in error.text


def test_switched_on_again_everything_is_as_before() -> None:
    made = net()
    before = text(made)
    state(made, "relu", off="bypass")
    assert text(made) != before
    state(made, "relu", off="")
    assert text(made) == before and effective(made, made.main) is made.main


def test_the_inverse_and_the_refusals() -> None:
    made = net()
    key = node_id(made, "relu")
    undo = apply_edits(made, [SetState(made.main.id, {key: {"off": "mute", "pinned": True}})]).inverse
    assert made.main.nodes[key].off == "mute" and made.main.nodes[key].pinned
    apply_edits(made, undo)
    assert made.main.nodes[key].off == "" and not made.main.nodes[key].pinned
    for fields in ({"off": "gone"}, {"name": "x"}, {"collapsed": 1}):
        with pytest.raises(EditError):
            apply_edits(made, [SetState(made.main.id, {key: fields})])  # type: ignore[dict-item]
    with pytest.raises(EditError, match="cannot be switched off"):
        apply_edits(made, [SetState(made.main.id, {node_id(made, "x"): {"off": "mute"}})])


def test_shared_weights_of_a_bypassed_owner_go_to_the_next() -> None:
    g = GraphBuilder("Twins")
    x = g.input("x", shape=(4,))
    first = g.add("Linear", x, name="first", out_features=4)
    second = g.again(first, g.add("ReLU", first))
    third = g.again(first, g.add("Tanh", second))
    g.output(third)
    made = project("Twins", g)
    state(made, "first", off="bypass")
    assert not of(made).errors and text(made).count("nn.Linear(") == 1


def test_a_dot_leads_a_wire_and_is_no_code(tmp_path: Path) -> None:
    made = net()
    before = text(made)
    graph = made.main
    wire = graph.edges_into(node_id(made, "fc"))[0]
    from graph.edits import AddNodes

    apply_edits(made, [
        AddNodes(graph.id, [Node("n99", "Reroute", "reroute1", {}, 5.0, 5.0)]),
        Disconnect(graph.id, [wire.id]),
        Connect(graph.id, [Edge("e98", wire.source, wire.source_port, "n99", "input"),
                           Edge("e99", "n99", "output", wire.target, wire.target_port)]),
    ])  # fmt: skip
    assert of(made).at((graph.id,)).nodes["n99"].outputs["output"].text == "(B, 32)"
    assert text(made) == before
    source = generate(made, of(made), graph.id)
    path = tmp_path / "model.py"
    path.write_text(source.text)
    assert load_module(path, source.class_name)()(torch.zeros(2, 1, 4, 4)).shape == (2, 3)


def test_states_are_saved(tmp_path: Path) -> None:
    made = net()
    state(made, "relu", off="bypass", collapsed=True)
    state(made, "conv", pinned=True)
    save(made, tmp_path / "a.loom")
    again = load(tmp_path / "a.loom")
    assert again.main.nodes[node_id(made, "relu")].off == "bypass"
    assert again.main.nodes[node_id(made, "relu")].collapsed
    assert again.main.nodes[node_id(made, "conv")].pinned


def test_a_node_can_be_frozen_and_learn_at_a_rate_of_its_own() -> None:
    made = net()
    key = node_id(made, "conv")
    undo = apply_edits(made, [SetState(made.main.id, {key: {"frozen": True, "rate": 0.1}})])
    assert not undo.changes.affects_shapes
    again = from_data(to_data(made)).main.nodes[key]
    assert again.frozen and again.rate == 0.1
    for fields in ({"frozen": 1}, {"rate": 0}, {"rate": -1.0}, {"rate": True}, {"rate": 1e9}):
        with pytest.raises(EditError):
            apply_edits(made, [SetState(made.main.id, {key: fields})])  # type: ignore[dict-item]
    apply_edits(made, undo.inverse)
    assert not made.main.nodes[key].frozen and made.main.nodes[key].rate == 1.0
    assert "frozen" not in str(to_data(made)) and "'rate'" not in str(to_data(made))

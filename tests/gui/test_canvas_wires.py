"""Wires drawn, moved and refused with the mouse."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.gui.canvas_hand import (
    Hand,
    below,
    chain,
    mirror,
    wires,
)

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def test_a_wire_is_drawn_to_a_port(hand: Hand) -> None:
    assert hand.drop(below(hand, "relu1"), "Sigmoid")
    hand.drag(hand.out("conv1"), hand.into("sigmoid1"))
    assert ("conv1", "sigmoid1") in wires(hand)
    assert hand.workspace.undo.undoText() == "Connect conv1 to sigmoid1"
    assert mirror(hand) == []


def test_a_wire_dropped_on_a_body_takes_the_first_free_port(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Subtract")
    hand.drag(hand.out("conv1"), hand.title("subtract1"))
    hand.drag(hand.out("relu1"), hand.title("subtract1"))
    ports = {(edge.source, edge.target_port) for edge in hand.graph.edges_into(hand.node("subtract1"))}
    assert ports == {(hand.node("conv1"), "input"), (hand.node("relu1"), "other")}


def test_a_port_that_takes_many_gets_one_more(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Add")
    hand.drag(hand.out("conv1"), hand.into("add1", "inputs"))
    hand.drag(hand.out("relu1"), hand.into("add1", "inputs"))
    assert len(hand.graph.edges_into(hand.node("add1"))) == 2
    ends = [hand.scene.wires[e.id].end.y() for e in hand.graph.edges_into(hand.node("add1"))]
    assert ends[0] < ends[1]
    assert mirror(hand) == []


def test_a_wire_is_drawn_backwards(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Sigmoid")
    hand.drag(hand.into("sigmoid1"), hand.out("conv1"))
    assert ("conv1", "sigmoid1") in wires(hand)


def test_a_wired_input_gives_its_wire_to_another_node(hand: Hand) -> None:
    hand.drop(below(hand, "flatten1"), "Sigmoid")
    hand.drag(hand.into("flatten1"), hand.into("sigmoid1"))
    assert ("relu1", "sigmoid1") in wires(hand) and ("relu1", "flatten1") not in wires(hand)
    assert hand.workspace.undo.count() == 2


def test_a_wired_input_pulled_into_the_void_is_disconnected(hand: Hand) -> None:
    hand.drag(hand.into("flatten1"), below(hand, "flatten1"))
    assert ("relu1", "flatten1") not in wires(hand)
    assert hand.view.adding.popup is None
    assert hand.workspace.undo.undoText() == "Disconnect flatten1 from relu1"


def test_a_loop_is_refused_at_the_mouse(hand: Hand) -> None:
    before = wires(hand)
    hand.drag(hand.out("fc1"), hand.title("conv1"), drop=False)
    running: Any = hand.view.interaction
    assert running.label.text() == "would close a loop"
    hand.release(hand.title("conv1"))
    assert wires(hand) == before
    assert hand.said[-1] == ("warning", "This wire would close a loop.")


def test_the_wrong_kind_of_numbers_is_said_at_the_mouse(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Embedding")
    hand.drag(hand.out("conv1"), hand.into("embedding1"), drop=False)
    running: Any = hand.view.interaction
    assert running.label.text() == "expects whole numbers but receives decimal numbers"
    hand.key(Key.Key_Escape)
    hand.release(hand.into("embedding1"))
    assert ("conv1", "embedding1") not in wires(hand)


def test_a_wrong_shape_is_said_at_the_mouse(hand: Hand) -> None:
    from graph.edits import SetParams

    hand.drop(below(hand, "relu1"), "Linear")
    hand.workspace.perform("Pin", [SetParams(hand.graph.id, hand.node("fc2"), {"in_features": 99})])
    hand.settle()
    before = hand.workspace.project.copy()
    hand.drag(hand.out("flatten1"), hand.into("fc2"), drop=False)
    running: Any = hand.view.interaction
    running.timer.stop()
    running._ask()
    assert "99" in running.label.text() and "256" in running.label.text()
    assert hand.workspace.project == before
    hand.release(hand.into("fc2"))
    assert ("flatten1", "fc2") in wires(hand)


def test_fitting_ports_glow(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Embedding")
    hand.drag(hand.out("relu1"), below(hand, "flatten1", 120), drop=False)
    running: Any = hand.view.interaction
    names = {hand.graph.nodes[node].name for node, _ in running.candidates}
    assert names == {"flatten1", "fc1", "output"}
    hand.key(Key.Key_Escape)

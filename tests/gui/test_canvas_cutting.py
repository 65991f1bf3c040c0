"""Cutting wires with a line, and all wires of a port at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from graph.build import GraphBuilder, project
from graph.model import Project
from tests.gui.canvas_hand import ALT, CTRL, SHIFT, Hand, mirror, wires

RIGHT = Qt.MouseButton.RightButton


def forked() -> Project:
    """x feeds a and b, and both feed add; c stands alone."""
    g = GraphBuilder("Net")
    x = g.input("x", shape=(8,))
    a, b, c = g.add("ReLU", x, name="a"), g.add("Tanh", x, name="b"), g.add("GELU", x, name="c")
    g.output(g.add("Add", a, b, name="add"))
    g.output(c, name="other")
    made = project("Forked", g)
    spots = {"x": (0, 160), "a": (300, 0), "b": (300, 160), "c": (300, 320), "add": (600, 80), "output": (900, 80),
             "other": (600, 320)}  # fmt: skip
    for node in made.main.nodes.values():
        node.x, node.y = map(float, spots[node.name])
    return made


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(forked(), 1400, 800)


def test_a_line_with_ctrl_and_the_right_button_cuts_what_it_crosses(hand: Hand) -> None:
    before = wires(hand)
    hand.drag(QPointF(540, -40), QPointF(540, 260), CTRL, RIGHT, steps=12)
    assert before - wires(hand) == {("a", "add"), ("b", "add")}
    assert hand.workspace.undo.undoText() == "Cut 2 wires" and mirror(hand) == []
    hand.workspace.undo.undo()
    assert wires(hand) == before


def test_a_line_with_shift_and_the_right_button_adds_dots(hand: Hand) -> None:
    hand.drag(QPointF(540, -40), QPointF(540, 260), SHIFT, RIGHT, steps=12)
    dots = [node for node in hand.graph.nodes.values() if node.type == "Reroute"]
    assert len(dots) == 2 and all(abs(dot.x + 8 - 540) < 30 for dot in dots)
    assert {("a", dots[0].name), ("b", dots[1].name)} <= wires(hand) and mirror(hand) == []
    assert hand.workspace.undo.undoText() == "Add 2 dots"
    hand.workspace.undo.undo()
    assert ("a", "add") in wires(hand)


def test_y_held_cuts_with_the_left_button_and_esc_cuts_nothing(hand: Hand) -> None:
    before = wires(hand)
    key = Qt.Key.Key_Y
    QApplication.sendEvent(
        hand.view, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "y")
    )
    hand.drag(QPointF(240, 330), QPointF(240, 230), drop=False, steps=12)
    hand.key(Qt.Key.Key_Escape)
    assert wires(hand) == before
    hand.release(QPointF(240, 230))
    QApplication.sendEvent(
        hand.view, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "y")
    )
    hand.drag(hand.into("c") + QPointF(-20, -30), hand.into("c") + QPointF(-20, 30), steps=12)
    assert before - wires(hand) == {("x", "c")}
    assert hand.workspace.undo.undoText() == "Cut a wire"


def test_alt_and_a_click_drop_all_wires_of_a_port(hand: Hand) -> None:
    before = wires(hand)
    hand.click(hand.out("x"), ALT)
    assert before - wires(hand) == {("x", "a"), ("x", "b"), ("x", "c")} and mirror(hand) == []
    hand.workspace.undo.undo()
    assert wires(hand) == before


def test_ctrl_and_drag_move_all_wires_of_a_port(hand: Hand) -> None:
    hand.drag(hand.out("a"), hand.out("c"), CTRL)
    assert ("c", "add") in wires(hand) and ("a", "add") not in wires(hand)
    assert hand.workspace.undo.undoText() == "Move the wires of a to c" and mirror(hand) == []


def test_wires_that_would_close_a_loop_stay(hand: Hand) -> None:
    before = wires(hand)
    hand.drag(hand.out("x"), hand.out("add"), CTRL)
    assert wires(hand) == before and any("loop" in text for _, text in hand.said)

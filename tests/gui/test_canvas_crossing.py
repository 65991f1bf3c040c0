"""Dragging nodes into a block, and moving them out again from its inside."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from graph.blocks import group
from graph.document import apply_edits
from tests.gui.canvas_hand import CTRL, Hand, chain, mirror, places, wires
from tests.gui.training_hand import until


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    made = chain()
    ids = [node.id for node in made.main.nodes.values() if node.name in ("conv1", "relu1")]
    apply_edits(made, group(made, made.main, ids, "Stem", "stem").edits)
    return Hand(made, 1800, 700)


def inside(hand: Hand) -> set[str]:
    return hand.workspace.project.blocks[hand.graph.nodes[hand.node("stem")].block].names()


def test_a_node_dropped_on_a_block_goes_into_it(hand: Hand) -> None:
    before = places(hand)
    hand.drag(hand.title("flatten1"), hand.title("stem"))
    assert "flatten1" not in places(hand) and "flatten1" in inside(hand)
    assert ("stem", "fc1") in wires(hand) and mirror(hand) == []
    assert hand.workspace.undo.undoText() == "Move flatten1 into stem"
    hand.workspace.refresh_shapes()
    assert not hand.workspace.shapes.errors
    hand.workspace.undo.undo()
    assert places(hand) == before and "flatten1" not in inside(hand) and mirror(hand) == []


def test_ctrl_and_esc_keep_it_out(hand: Hand) -> None:
    start, end = hand.title("flatten1"), hand.title("stem")
    hand.press(start)
    hand.move((start + end) / 2)
    hand.move(end)
    hand.key(Qt.Key.Key_Escape)
    hand.release(end)
    assert "flatten1" in places(hand) and not hand.workspace.undo.canUndo()
    hand.press(start)
    hand.move((start + end) / 2, CTRL)
    hand.move(end, CTRL)
    hand.release(end, CTRL)
    assert "flatten1" in places(hand) and "flatten1" not in inside(hand)


def test_out_of_the_block_again(hand: Hand) -> None:
    hand.drag(hand.title("flatten1"), hand.title("stem"))
    hand.workspace.enter(hand.node("stem"))
    hand.settle()
    hand.workspace.select([hand.node("flatten1")])
    hand.view.blocks.take_out()
    assert "flatten1" not in places(hand)
    hand.workspace.leave()
    hand.settle()
    assert ("stem", "flatten1") in wires(hand) and ("flatten1", "fc1") in wires(hand) and mirror(hand) == []


def test_what_would_close_a_loop_is_said_and_nothing_changes(hand: Hand) -> None:
    before = places(hand)
    start, end = hand.title("fc1"), hand.title("stem")
    hand.press(start)
    hand.move((start + end) / 2)
    hand.move(end)
    label = hand.view.interaction.forecast.label
    assert label.text() == "Into stem"
    until(lambda: "lies between" in label.text(), "said before the mouse is let go")
    hand.key(Qt.Key.Key_Escape)
    hand.release(end)
    assert places(hand) == before and not hand.said
    hand.drag(hand.title("fc1"), hand.title("stem"))
    assert (
        places(hand) == before and any("lies between" in text for _, text in hand.said) and mirror(hand) == []
    )

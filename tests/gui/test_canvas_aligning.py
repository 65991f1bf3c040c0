"""Nodes in line: by menu, and by the lines a dragged node snaps to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

from gui.canvas.aligning import Guides, aligned
from tests.gui.canvas_hand import CTRL, Hand, chain, mirror, places

BODIES = {"a": QRectF(0, 0, 100, 50), "b": QRectF(130, 40, 50, 50), "c": QRectF(400, 10, 100, 100)}


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("left", {"a": (0, 0), "b": (0, 40), "c": (0, 10)}),
        ("right", {"a": (400, 0), "b": (450, 40), "c": (400, 10)}),
        ("centre", {"a": (200, 0), "b": (225, 40), "c": (200, 10)}),
        ("top", {"a": (0, 0), "b": (130, 0), "c": (400, 0)}),
        ("bottom", {"a": (0, 60), "b": (130, 60), "c": (400, 10)}),
        ("middle", {"a": (0, 30), "b": (130, 30), "c": (400, 5)}),
        ("across", {"a": (0, 0), "b": (225, 40), "c": (400, 10)}),
    ],
)
def test_where_nodes_go(way: str, expected: dict[str, tuple[float, float]]) -> None:
    assert aligned(BODIES, way) == expected  # type: ignore[arg-type]


def test_equal_gaps_down() -> None:
    bodies = {**BODIES, "b": QRectF(130, 400, 50, 50)}
    assert aligned(bodies, "down") == {"a": (0, 0), "c": (400, 175), "b": (130, 400)}


def test_guides_say_how_far_the_nearest_line_is() -> None:
    guides = Guides.of([QRectF(0, 0, 100, 50)])
    shift, lines = guides.snap(QRectF(204, 4, 100, 50), 1.0)
    assert (shift.x(), shift.y()) == (0, -4) and len(lines) == 1
    shift, lines = guides.snap(QRectF(95, 300, 100, 50), 1.0)
    assert (shift.x(), shift.y()) == (5, 0) and lines[0].x1() == 100
    assert guides.snap(QRectF(230, 300, 100, 50), 1.0) == (QPointF(), [])


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def test_a_dragged_node_snaps_and_ctrl_lets_it_pass(hand: Hand) -> None:
    hand.view.snapping = True
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(20, 5))
    assert places(hand)["relu1"] == (532, 0)  # level with its neighbours
    hand.workspace.undo.undo()
    start = hand.title("relu1")
    hand.press(start)
    for step in (4, 8, 20):
        hand.move(start + QPointF(step, 5), CTRL)
    hand.release(start + QPointF(20, 5), CTRL)
    assert places(hand)["relu1"] == (532, 5) and mirror(hand) == []


def test_snapping_can_be_switched_off(hand: Hand) -> None:
    hand.view.snapping = True
    hand.view.toggle_snapping()
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(20, 5))
    assert places(hand)["relu1"] == (532, 5)
    hand.view.toggle_snapping()
    assert hand.view.snapping


def test_aligning_the_selection_is_one_step(hand: Hand) -> None:
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(0, 90))
    before = places(hand)
    hand.workspace.select([hand.node("conv1"), hand.node("relu1"), hand.node("fc1")])
    hand.view.commands.align("bottom")
    assert len({places(hand)[name][1] for name in ("conv1", "relu1", "fc1")}) == 1
    assert hand.workspace.undo.undoText() == "Align 3 nodes"
    hand.workspace.undo.undo()
    assert places(hand) == before

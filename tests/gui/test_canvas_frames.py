"""Frames: made, dragged with what lies on them, resized, titled, coloured, deleted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from graph.model import Frame
from gui.canvas.title_edit import TitleEdit
from tests.gui.canvas_hand import ALT, SHIFT, Hand, chain, mirror, places

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def framed(hand: Hand) -> Frame:
    """A frame around conv1 and relu1, made with C and called Stem."""
    hand.click(hand.title("conv1"))
    hand.click(hand.title("relu1"), SHIFT)
    hand.key(Key.Key_C)
    editor = hand.view.findChild(TitleEdit)
    assert editor is not None
    editor.setText("Stem")
    hand.key(Key.Key_Return, to=editor)
    (frame,) = hand.graph.frames.values()
    return frame


def test_c_frames_the_selection_and_asks_for_its_title(hand: Hand) -> None:
    frame = framed(hand)
    assert frame.title == "Stem" and hand.workspace.selection == {frame.id}
    for name in ("conv1", "relu1"):
        body = hand.scene.nodes[hand.node(name)].body
        assert frame.x < body.x() and frame.y < body.y()
        assert frame.x + frame.width > body.right() and frame.y + frame.height > body.bottom()
    assert hand.workspace.undo.count() == 1 and hand.workspace.undo.undoText() == "Add a frame"
    hand.workspace.undo.undo()
    assert not hand.graph.frames


def test_dragging_the_title_carries_what_lies_on_it(hand: Hand) -> None:
    frame = framed(hand)
    before = places(hand)
    start = QPointF(frame.x + 60, frame.y + 16)
    hand.drag(start, start + QPointF(48, 80))
    after = places(hand)
    assert after["conv1"] == (before["conv1"][0] + 48, before["conv1"][1] + 80)
    assert after["fc1"] == before["fc1"]
    moved = hand.graph.frames[frame.id]
    assert (moved.x, moved.y) == (frame.x + 48, frame.y + 80)
    assert hand.workspace.undo.undoText() == "Move the frame “Stem”" and mirror(hand) == []
    hand.workspace.undo.undo()
    assert places(hand) == before and hand.graph.frames[frame.id].x == frame.x


def test_alt_moves_the_frame_alone_and_esc_leaves_all_as_it_was(hand: Hand) -> None:
    frame = framed(hand)
    before = places(hand)
    start = QPointF(frame.x + 60, frame.y + 16)
    hand.drag(start, start + QPointF(0, 64), ALT)
    assert places(hand) == before and hand.graph.frames[frame.id].y == frame.y + 64
    start = start + QPointF(0, 64)
    hand.drag(start, start + QPointF(200, 0), drop=False)
    hand.key(Key.Key_Escape)
    hand.release(start + QPointF(200, 0))
    assert places(hand) == before and hand.graph.frames[frame.id].x == frame.x
    assert hand.scene.framed == {} and mirror(hand) == []


def test_the_rim_changes_the_size(hand: Hand) -> None:
    frame = framed(hand)
    corner = QPointF(frame.x + frame.width, frame.y + frame.height)
    hand.drag(corner, corner + QPointF(64, 64))
    wider = hand.graph.frames[frame.id]
    assert (wider.x, wider.y) == (frame.x, frame.y)
    assert abs(wider.width - frame.width - 64) <= 8 and abs(wider.height - frame.height - 64) <= 8


def test_a_title_is_typed_in_place_and_esc_gives_it_up(hand: Hand) -> None:
    frame = framed(hand)
    hand.double_click(QPointF(frame.x + 60, frame.y + 16))
    editor = hand.view.findChildren(TitleEdit)[-1]
    editor.setText("Other")
    hand.key(Key.Key_Escape, to=editor)
    assert hand.graph.frames[frame.id].title == "Stem"


def test_deleting_a_frame_keeps_its_nodes(hand: Hand) -> None:
    frame = framed(hand)
    before = places(hand)
    hand.click(QPointF(frame.x + 60, frame.y + 16))
    hand.key(Key.Key_Delete)
    assert not hand.graph.frames and places(hand) == before

"""New nodes: from the search, the palette, the end of a wire and the middle of one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtWidgets import QApplication

from gui.canvas.drops import layer_mime
from gui.canvas.geometry import WIDTH
from tests.gui.canvas_hand import (
    ALT,
    CTRL,
    LEFT,
    PLAIN,
    SHIFT,
    Hand,
    below,
    chain,
    chosen,
    mirror,
    places,
    wires,
)
from tests.gui.training_hand import until

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def test_tab_opens_the_search_and_enter_adds(hand: Hand) -> None:
    hand.key(Key.Key_Tab)
    assert hand.view.adding.popup is not None and hand.view.adding.popup.isVisible()
    hand.write("maxpo")
    assert hand.view.adding.popup.current.title == "MaxPool2d"
    hand.key(Key.Key_Down, to=hand.view.adding.popup.field)
    hand.key(Key.Key_Up, to=hand.view.adding.popup.field)
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert chosen(hand) == {"pool1"}
    assert hand.workspace.undo.undoText() == "Add MaxPool2d"


def test_tab_goes_on_from_the_selected_node(hand: Hand) -> None:
    hand.click(below(hand, "relu1"))
    hand.drop(below(hand, "relu1"), "Conv2d")
    for name in ("relu", "flatten"):
        hand.key(Key.Key_Tab)
        hand.write(name)
        assert hand.view.adding.popup is not None
        hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert {("conv2", "relu2"), ("relu2", "flatten2")} <= wires(hand)
    assert chosen(hand) == {"flatten2"}
    after = places(hand)
    assert after["relu2"] == (after["conv2"][0] + 236, after["conv2"][1])


def test_the_keyboard_walks_along_the_wires(hand: Hand) -> None:
    hand.key(Key.Key_Right)
    assert chosen(hand) == {"x"}
    hand.key(Key.Key_Right, ALT)
    hand.key(Key.Key_Right, ALT)
    assert chosen(hand) == {"relu1"}
    hand.key(Key.Key_Left, ALT)
    assert chosen(hand) == {"conv1"}
    hand.workspace.select([])
    hand.drop(below(hand, "conv1"), "Sigmoid")
    hand.key(Key.Key_Up, ALT)
    assert chosen(hand) == {"conv1"}
    assert hand.workspace.undo.count() == 1


def test_paste_keeping_inputs(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_C, CTRL)
    hand.key(Key.Key_V, CTRL | SHIFT)
    assert ("conv1", "relu2") in wires(hand)


def test_a_double_click_on_nothing_opens_the_search_and_esc_closes_it(hand: Hand) -> None:
    hand.double_click(below(hand, "relu1"))
    popup = hand.view.adding.popup
    assert popup is not None and popup.isVisible()
    hand.key(Key.Key_Escape, to=popup.field)
    assert hand.view.adding.popup is None and hand.view.hasFocus()
    assert hand.workspace.undo.count() == 0


def test_a_wire_dropped_into_the_void_asks_what_follows(hand: Hand) -> None:
    hand.drag(hand.out("flatten1"), below(hand, "flatten1"))
    popup = hand.view.adding.popup
    assert popup is not None and "flatten1" not in popup.field.text()
    for _ in range(300):
        hand.settle(1)
        if not popup._waiting:
            break
    fits = {entry.title: good for entry, good in popup._known.items()}
    assert fits["Linear"] is True and fits["Conv2d"] is False
    assert "Input" not in fits
    hand.write("lin")
    hand.key(Key.Key_Return, to=popup.field)
    assert ("flatten1", "fc2") in wires(hand)
    assert hand.workspace.undo.undoText() == "Add Linear"
    assert hand.workspace.undo.count() == 1


def test_an_input_pulled_into_the_void_asks_what_feeds_it(hand: Hand) -> None:
    hand.drop(below(hand, "flatten1"), "Sigmoid")
    hand.drag(hand.into("sigmoid1"), below(hand, "conv1"))
    hand.write("tanh")
    assert hand.view.adding.popup is not None
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert ("tanh1", "sigmoid1") in wires(hand)


def test_a_layer_is_dropped_from_the_palette(hand: Hand) -> None:
    at = below(hand, "relu1")
    assert hand.drop(at, "Dropout")
    node = hand.graph.nodes[hand.node("dropout1")]
    assert abs(node.x + WIDTH / 2 - at.x()) <= 8 and abs(node.y + 32 - at.y()) <= 8
    assert hand.workspace.undo.undoText() == "Add Dropout"


def test_foreign_or_damaged_drops_are_not_taken(hand: Hand) -> None:
    data = QMimeData()
    data.setText("Conv2d")
    assert not hand.drop(QPointF(0, 0), "", data=data)
    for payload in (b"{", b"[]", b'{"type": "Nonsense"}', b'{"type": "Block", "block": "b99"}'):
        data = QMimeData()
        data.setData("application/x-torchloom-layer", payload)
        assert not hand.drop(QPointF(0, 0), "", data=data)
    assert hand.workspace.undo.count() == 0


def test_a_layer_dropped_on_a_wire_goes_into_it(hand: Hand) -> None:
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    assert hand.drop(middle + QPointF(0, 6), "BatchNorm2d")
    assert places(hand)["bn1"][1] == places(hand)["conv1"][1], "a straight wire stays straight"
    assert {("conv1", "bn1"), ("bn1", "relu1")} <= wires(hand)
    assert ("conv1", "relu1") not in wires(hand)
    boxes = [item.body for item in hand.scene.nodes.values()]
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)
    assert hand.workspace.undo.count() == 1
    hand.workspace.undo.undo()
    assert ("conv1", "relu1") in wires(hand) and places(hand)["relu1"] == (512, 0)


def test_what_does_not_fit_into_a_wire_is_said_while_it_is_dragged(hand: Hand) -> None:
    data, actions = layer_mime("Embedding"), Qt.DropAction.CopyAction
    pixel = hand.pixel((hand.out("conv1") + hand.into("relu1")) / 2)
    for kind in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(hand.view.viewport(), kind(pixel, actions, data, LEFT, PLAIN))
    forecast = hand.view.drops.forecast
    assert forecast is not None and forecast.label.text() == "Before relu1"
    until(lambda: forecast.reason, "what it would bring is known")
    assert "whole numbers" in forecast.reason and forecast.label.text() == forecast.reason
    QApplication.sendEvent(hand.view.viewport(), QDragLeaveEvent())
    assert hand.view.drops.forecast is None and not hand.workspace.undo.canUndo()


def test_alt_pressed_while_dragging_keeps_a_node_out_of_a_wire(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "BatchNorm2d")
    start, middle = hand.title("bn1"), (hand.out("conv1") + hand.into("relu1")) / 2
    end = middle + (start - hand.scene.nodes[hand.node("bn1")].body.center())
    hand.press(start)
    hand.move((start + end) / 2)
    hand.move(end, ALT)
    hand.release(end, ALT)
    assert ("conv1", "relu1") in wires(hand) and len(hand.graph.nodes) == 7
    assert hand.workspace.undo.undoText() == "Move bn1"


def test_an_unwired_node_dragged_onto_a_wire_goes_into_it(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "BatchNorm2d")
    item = hand.scene.nodes[hand.node("bn1")]
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    hand.drag(hand.title("bn1"), hand.title("bn1") + middle - item.body.center())
    assert {("conv1", "bn1"), ("bn1", "relu1")} <= wires(hand)
    assert hand.workspace.undo.undoText() == "Insert bn1 before relu1"
    assert mirror(hand) == []

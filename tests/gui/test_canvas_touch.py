"""Fingers on a touch screen: synthetic touch events to the viewport."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.canvas_hand import Hand, below, chain, chosen, mirror, places, wires


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


@pytest.fixture(scope="module")
def screen() -> QPointingDevice:
    return QTest.createTouchDevice()


class Fingers:
    """Touches of a screen, in pixels of the viewport (within the 800 pixels of the screen of the tests)."""

    def __init__(self, hand: Hand, screen: QPointingDevice) -> None:
        self.hand, self.screen = hand, screen

    def down(self, *pixels: QPoint) -> None:
        touches = QTest.touchEvent(self.hand.view.viewport(), self.screen, False)
        for number, pixel in enumerate(pixels):
            touches.press(number, pixel)
        touches.commit()

    def move(self, *pixels: QPoint) -> None:
        touches = QTest.touchEvent(self.hand.view.viewport(), self.screen, False)
        for number, pixel in enumerate(pixels):
            touches.move(number, pixel)
        touches.commit()

    def up(self, *pixels: QPoint) -> None:
        touches = QTest.touchEvent(self.hand.view.viewport(), self.screen, False)
        for number, pixel in enumerate(pixels):
            touches.release(number, pixel)
        touches.commit()
        self.hand.settle()

    def tap(self, at: QPointF) -> None:
        self.down(self.hand.pixel(at))
        self.up(self.hand.pixel(at))

    def drag(self, start: QPointF, end: QPointF) -> None:
        first, last = self.hand.pixel(start), self.hand.pixel(end)
        self.down(first)
        for step in (0.3, 0.6, 1.0):
            self.move(first + (last - first) * step)
        self.up(last)


@pytest.fixture
def fingers(hand: Hand, screen: QPointingDevice) -> Fingers:
    return Fingers(hand, screen)


def test_a_tap_selects_and_a_tap_on_nothing_does_not(hand: Hand, fingers: Fingers) -> None:
    fingers.tap(hand.title("conv1"))
    assert chosen(hand) == {"conv1"}
    fingers.tap(below(hand, "conv1"))
    assert chosen(hand) == set() and not hand.workspace.undo.canUndo()


def test_one_finger_drags_a_node(hand: Hand, fingers: Fingers) -> None:
    x, y = places(hand)["relu1"]
    fingers.drag(hand.title("relu1"), hand.title("relu1") + QPointF(30, 120))
    assert places(hand)["relu1"] == (x + 30, y + 120) and mirror(hand) == []
    assert hand.workspace.undo.undoText() == "Move relu1"


def test_one_finger_draws_a_wire(hand: Hand, fingers: Fingers) -> None:
    hand.drop(below(hand, "relu1"), "Tanh")
    fingers.drag(hand.out("conv1"), hand.into("tanh1"))
    assert ("conv1", "tanh1") in wires(hand)


def test_one_finger_on_nothing_moves_the_view(hand: Hand, fingers: Fingers) -> None:
    at = below(hand, "relu1")
    before = hand.pixel(hand.title("relu1"))
    fingers.drag(at, at + QPointF(-90, 50))
    assert hand.pixel(hand.title("relu1")) - before == QPoint(-90, 50)
    assert chosen(hand) == set() and not hand.workspace.undo.canUndo()


def test_two_fingers_zoom_at_their_middle(hand: Hand, fingers: Fingers) -> None:
    middle = hand.pixel(below(hand, "relu1"))
    place = hand.view.mapToScene(middle)
    fingers.down(middle - QPoint(40, 0), middle + QPoint(40, 0))
    fingers.move(middle - QPoint(60, 0), middle + QPoint(60, 0))
    fingers.move(middle - QPoint(80, 0), middle + QPoint(80, 0))
    fingers.up(middle - QPoint(80, 0), middle + QPoint(80, 0))
    assert hand.scene.scale == pytest.approx(2.0)
    assert (hand.view.mapToScene(middle) - place).manhattanLength() < 3


def test_a_second_finger_ends_a_drag_without_a_change(hand: Hand, fingers: Fingers) -> None:
    before = places(hand)
    start = hand.pixel(hand.title("relu1"))
    fingers.down(start)
    fingers.move(start + QPoint(60, 60))
    touches = QTest.touchEvent(hand.view.viewport(), fingers.screen, False)
    touches.move(0, start + QPoint(60, 60))
    touches.press(1, start + QPoint(200, 60))
    touches.commit()
    assert hand.view.interaction is None
    fingers.up(start + QPoint(60, 60), start + QPoint(200, 60))
    assert places(hand) == before and mirror(hand) == [] and not hand.workspace.undo.canUndo()


def test_a_double_tap_on_nothing_opens_the_search(hand: Hand, fingers: Fingers) -> None:
    fingers.tap(below(hand, "relu1"))
    assert hand.view.adding.popup is None
    fingers.tap(below(hand, "relu1"))
    assert hand.view.adding.popup is not None
    hand.view.adding.close()

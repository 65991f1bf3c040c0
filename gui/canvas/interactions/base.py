"""What every gesture is: an object that lives from the press of a button to its release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from gui.canvas.hits import Hit

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is: ``pixel`` in the viewport, ``position`` in the scene."""

    pixel: QPoint
    position: QPointF
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @property
    def shift(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def ctrl(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)

    @property
    def alt(self) -> bool:
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


@dataclass(frozen=True, slots=True)
class Press:
    """How a gesture may begin."""

    pointer: Pointer
    button: Qt.MouseButton
    hit: Hit = field(default_factory=Hit)

    @property
    def left(self) -> bool:
        return self.button == Qt.MouseButton.LeftButton


class Interaction:
    """A gesture. It previews in the scene, performs one transaction in ``release`` and undoes its preview
    in ``cancel``. To add one, write a file with a sub-class and name it in ``STARTERS``."""

    cursor: ClassVar[Qt.CursorShape | None] = None
    follows: ClassVar[bool] = True
    """Whether the view scrolls when the mouse is dragged to its rim."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        self.view = view
        self.scene = view.canvas
        self.workspace = view.workspace
        self.press = press
        self.moved = False

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        """Whether this press is meant for this gesture; the first that says yes gets it."""
        raise NotImplementedError

    def far(self, pointer: Pointer) -> bool:
        """Whether the mouse has left the place of the press (and from then on always)."""
        if not self.moved:
            away = (pointer.pixel - self.press.pointer.pixel).manhattanLength()
            self.moved = away >= QApplication.startDragDistance()
        return self.moved

    def move(self, pointer: Pointer) -> None:
        """The mouse moved, or a modifier key changed."""

    def release(self, pointer: Pointer) -> None:
        """The button was released: make the change."""

    def cancel(self) -> None:
        """Esc was pressed, or the window went away: leave everything as it was."""

    def paint(self, painter: QPainter) -> None:
        """Draw the preview over the scene, in scene coordinates."""

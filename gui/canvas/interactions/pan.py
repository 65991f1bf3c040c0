"""Move the view: with the middle button, or with the left one while Space is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gui.canvas.interactions.base import Interaction, Pointer, Press

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Pan(Interaction):
    """The graph follows the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor
    follows = False

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.last = press.pointer.pixel

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.button == Qt.MouseButton.MiddleButton or (press.left and view.space_held)

    def move(self, pointer: Pointer) -> None:
        self.view.scroll_by(self.last - pointer.pixel)
        self.last = pointer.pixel

    def cancel(self) -> None:
        self.view.scroll_by(self.last - self.press.pointer.pixel)

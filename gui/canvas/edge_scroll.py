"""While something is dragged to the rim of the view, the view follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

RIM = 28
PERIOD = 16
SLOWER = 3
"""Pixels into (or beyond) the rim for each pixel of a step."""
FASTEST = 24


class EdgeScroll:
    """Moves the view in small steps as long as the mouse stays at the rim."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._pixel = QPoint()
        self._keys = Qt.KeyboardModifier.NoModifier
        self._timer = QTimer(view)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self.turn)

    def follow(self, pixel: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The mouse is here now, dragging something."""
        self._pixel, self._keys = pixel, keys
        if self.step().isNull():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def step(self) -> QPoint:
        """How far the view should move for the mouse's place; nothing away from the rim."""
        size = self._view.viewport().size()

        def along(at: int, length: int) -> int:
            if at < RIM:
                return -min(FASTEST, 1 + (RIM - at) // SLOWER)
            if at > length - RIM:
                return min(FASTEST, 1 + (at - length + RIM) // SLOWER)
            return 0

        return QPoint(along(self._pixel.x(), size.width()), along(self._pixel.y(), size.height()))

    def turn(self) -> None:
        """One step."""
        running = self._view.interaction
        if running is None or not running.moved:
            self._timer.stop()
            return
        self._view.scroll_by(self.step())
        running.move(self._view.pointer(self._pixel, self._keys))

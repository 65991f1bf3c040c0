"""Fingers on a screen: one does what the left button does, and over nothing it moves the view; two zoom."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QTouchEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

KINDS = frozenset(
    {QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel}
)
SLACK = 24
"""Pixels that two taps may be apart to count as a double tap."""
_HELD = Qt.MouseButton.LeftButton


class Touch:
    """Turns the touches of one view into what the mouse would do, or moves the view."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._doing: Literal["", "mouse", "pan", "pinch"] = ""
        self._start = self._last = QPoint()
        self._moved = False
        self._apart = 1.0
        self._tapped = (-1.0, QPoint())
        """When and where the last tap was."""
        view.viewport().setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    def event(self, event: QTouchEvent) -> bool:
        """Whether the event was meant for us. What a trackpad tells of single fingers is not."""
        if event.device().type() != QInputDevice.DeviceType.TouchScreen:
            return False
        pixels = [point.position().toPoint() for point in event.points()]
        kind = event.type()
        if kind == QEvent.Type.TouchCancel:
            self._view.cancel_interaction()
            self._doing = ""
        elif len(pixels) > 1:
            self._two(pixels[0], pixels[1], event)
        elif pixels and kind == QEvent.Type.TouchBegin:
            self._begin(pixels[0])
        elif pixels and kind == QEvent.Type.TouchUpdate:
            self._go_on(pixels[0])
        elif pixels:
            self._end(pixels[0])
        event.accept()
        return True

    def _begin(self, pixel: QPoint) -> None:
        self._start = self._last = pixel
        self._moved = False
        if self._view.hit_at(pixel).kind == "void":
            self._doing = "pan"
        else:
            self._doing = "mouse"
            self._mouse(QEvent.Type.MouseButtonPress, pixel)

    def _go_on(self, pixel: QPoint) -> None:
        if self._doing == "pinch":  # one of two fingers was lifted: the other goes on moving the view
            self._doing, self._last, self._moved = "pan", pixel, True
        away = (pixel - self._start).manhattanLength()
        self._moved = self._moved or away >= QApplication.startDragDistance()
        if self._doing == "mouse":
            self._mouse(QEvent.Type.MouseMove, pixel)
        elif self._doing == "pan" and self._moved:
            self._view.scroll_by(self._last - pixel)
            self._last = pixel

    def _end(self, pixel: QPoint) -> None:
        doing, self._doing = self._doing, ""
        if doing == "mouse":
            self._mouse(QEvent.Type.MouseButtonRelease, pixel)
        if doing not in ("mouse", "pan") or self._moved:
            return
        before, place = self._tapped
        self._tapped = (monotonic(), pixel)
        quick = (self._tapped[0] - before) * 1000 < QApplication.doubleClickInterval()
        if quick and (place - pixel).manhattanLength() <= SLACK:
            self._tapped = (-1.0, pixel)
            self._mouse(QEvent.Type.MouseButtonDblClick, pixel)
            self._mouse(QEvent.Type.MouseButtonRelease, pixel)
        elif doing == "pan":  # a tap on nothing
            self._mouse(QEvent.Type.MouseButtonPress, pixel)
            self._mouse(QEvent.Type.MouseButtonRelease, pixel)

    def _two(self, one: QPoint, other: QPoint, event: QTouchEvent) -> None:
        middle = (one + other) / 2
        apart = max(1.0, QPointF(one - other).manhattanLength())
        if event.type() == QEvent.Type.TouchEnd:
            self._doing = ""
            return
        if self._doing != "pinch":
            self._view.cancel_interaction()
            self._doing = "pinch"
        else:
            self._view.scroll_by(self._last - middle)
            self._view.zoom_to(self._view.canvas.scale * apart / self._apart, middle)
        self._last, self._apart = middle, apart

    def _mouse(self, kind: QEvent.Type, pixel: QPoint) -> None:
        view = self._view
        none = Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else _HELD
        held = none if kind == QEvent.Type.MouseButtonRelease else _HELD
        at = QPointF(pixel)
        place = view.viewport().mapToGlobal(at)
        event = QMouseEvent(kind, at, place, button, held, Qt.KeyboardModifier.NoModifier)
        {
            QEvent.Type.MouseButtonPress: view.mousePressEvent,
            QEvent.Type.MouseMove: view.mouseMoveEvent,
            QEvent.Type.MouseButtonRelease: view.mouseReleaseEvent,
            QEvent.Type.MouseButtonDblClick: view.mouseDoubleClickEvent,
        }[kind](event)

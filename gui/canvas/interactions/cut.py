"""Draw a line across wires: with the right button and Ctrl (or the left one while Y is held) they are cut, with
the right button and Shift each gets a dot where it was crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from graph.edits import Disconnect
from gui.canvas.geometry import wire_path, wire_points
from gui.canvas.hits import BOXES
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.wire_item import WireItem
from gui.canvas.words import tr
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

STEP = 6
"""Screen pixels between two points of the line."""


class Cross(Interaction):
    """The wires that were crossed light up while the line is drawn."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.line = [press.pointer.position]
        self.last = press.pointer.pixel
        self.wires: dict[str, QPointF] = {}
        """Where each wire was crossed."""

    def move(self, pointer: Pointer) -> None:
        self.far(pointer)
        if (pointer.pixel - self.last).manhattanLength() < STEP:
            return
        self._cross(self.line[-1], pointer.position)
        self.line.append(pointer.position)
        self.last = pointer.pixel
        self.view.viewport().update()

    def _cross(self, start: QPointF, end: QPointF) -> None:
        """Note the wires that a piece of the line crosses."""
        area = QRectF(start, end).normalized().adjusted(-1, -1, 1, 1)
        piece = QPainterPath(start)
        piece.lineTo(end)
        for item in self.scene.items(area, BOXES):
            if isinstance(item, WireItem) and item.edge_id not in self.wires and item.isVisible():
                curve = wire_path(item.start, item.end, item.flow)
                back = QPainterPath(curve)
                back.connectPath(curve.toReversed())  # a line there and back: Qt crosses areas only
                if back.intersects(piece):
                    self.wires[item.edge_id] = _nearest(item, (start + end) / 2)
                    self.view.light_wire(item.edge_id, True)

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        chosen = {key: at for key, at in sorted(self.wires.items()) if key in self.scene.graph.edges}
        self._end()
        if chosen:
            self.act(chosen)

    def act(self, crossed: dict[str, QPointF]) -> None:
        """Make the change, in one step."""
        raise NotImplementedError

    def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        for wire in self.wires:
            self.view.light_wire(wire, False)
        self.wires = {}
        self.line = self.line[:1]
        self.view.viewport().update()

    def color(self) -> QColor:
        return theme().accent

    def paint(self, painter: QPainter) -> None:
        if len(self.line) < 2:
            return
        pen = QPen(self.color(), 2.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(self.line)


class Cut(Cross):
    """The wires that were crossed go."""

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        if press.button == Qt.MouseButton.RightButton:
            return press.pointer.ctrl
        return press.left and view.cutting_held

    def color(self) -> QColor:
        return theme().error

    def act(self, crossed: dict[str, QPointF]) -> None:
        name = tr("Cut a wire") if len(crossed) == 1 else tr("Cut {} wires").format(len(crossed))
        self.workspace.perform(name, [Disconnect(self.scene.graph.id, list(crossed))])


class Dots(Cross):
    """Each wire that was crossed is led over a dot there."""

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.button == Qt.MouseButton.RightButton and press.pointer.shift

    def act(self, crossed: dict[str, QPointF]) -> None:
        self.view.commands.add_dots(crossed)


def _nearest(item: WireItem, at: QPointF) -> QPointF:
    """The point of a wire closest to a place."""
    points = (QPointF(x, y) for x, y in wire_points(item.start, item.end, item.flow, 48))
    return min(points, key=lambda point: (point - at).manhattanLength())

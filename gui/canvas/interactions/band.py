"""Select by a box drawn over empty canvas. Touching a node is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas.hits import inside
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Band(Interaction):
    """Replaces the selection; with Shift it adds, with Ctrl it toggles. A click on nothing clears it."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.before = self.workspace.selection
        self.area = QRectF()

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "void"

    def move(self, pointer: Pointer) -> None:
        if not self.far(pointer):
            return
        old = self.area
        self.area = QRectF(self.press.pointer.position, pointer.position).normalized()
        touched = frozenset(inside(self.scene, self.area))
        if pointer.ctrl:
            chosen = self.before ^ touched
        elif pointer.shift:
            chosen = self.before | touched
        else:
            chosen = touched
        self.workspace.select(chosen)
        self.view.repaint_scene(old.united(self.area))

    def release(self, pointer: Pointer) -> None:
        if not self.moved and not (pointer.shift or pointer.ctrl):
            self.workspace.select(())
        self.view.repaint_scene(self.area)
        self.area = QRectF()

    def cancel(self) -> None:
        self.view.repaint_scene(self.area)
        self.area = QRectF()
        graph = self.scene.graph
        self.workspace.select(key for key in self.before if key in graph.nodes or key in graph.edges)

    def paint(self, painter: QPainter) -> None:
        if self.area.isNull():
            return
        fill = QColor(theme().accent)
        pen = QPen(fill, 1.0)
        pen.setCosmetic(True)
        fill.setAlpha(30)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRect(self.area)

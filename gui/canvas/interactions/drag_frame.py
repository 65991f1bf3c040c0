"""Drag a frame by its title, with all that lies on it, or by its rim to change its size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from graph.edits import SetFrames
from gui.canvas.frames import LEAST, area_of, carried, moved
from gui.canvas.geometry import snapped
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class DragFrame(Interaction):
    """A click selects the frame. With Alt held the frame moves alone; Shift snaps to the grid."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.before = self.workspace.selection
        self.frame = press.hit.frame
        if press.pointer.ctrl:
            self.workspace.select(self.before ^ {self.frame})
        elif press.pointer.shift:
            self.workspace.select(self.before | {self.frame})
        elif self.frame not in self.before:
            self.workspace.select([self.frame])
        self.nodes, self.frames = carried(self.scene, self.frame)
        self.dx = self.dy = 0.0
        self.alone = False

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "frame"

    def move(self, pointer: Pointer) -> None:
        if not self.far(pointer):
            return
        shift = pointer.position - self.press.pointer.position
        self.dx, self.dy = shift.x(), shift.y()
        graph = self.scene.graph
        if pointer.shift:
            frame = graph.frames[self.frame]
            self.dx, self.dy = snapped(frame.x + self.dx) - frame.x, snapped(frame.y + self.dy) - frame.y
        self.alone = pointer.alt
        self.scene.framed = {
            key: area_of(graph.frames[key]).translated(self.dx, self.dy) for key in self._frames
        }
        if self.alone:
            self.scene.settle(self.nodes)
        else:
            self.scene.preview(
                {key: (graph.nodes[key].x + self.dx, graph.nodes[key].y + self.dy) for key in self.nodes}
            )
        self.view.viewport().update()

    @property
    def _frames(self) -> set[str]:
        return {self.frame} if self.alone else self.frames

    def release(self, pointer: Pointer) -> None:
        self.scene.framed = {}
        if not self.moved:
            if not (pointer.ctrl or pointer.shift):
                self.workspace.select([self.frame])
            return
        graph = self.scene.graph
        edits = moved(graph, () if self.alone else self.nodes, self._frames, self.dx, self.dy)
        title = graph.frames[self.frame].title
        if not self.workspace.perform(tr("Move the frame “{}”").format(title), edits):
            self.scene.settle(self.nodes)

    def cancel(self) -> None:
        self.scene.framed = {}
        self.scene.settle(self.nodes)
        self.workspace.select(self.before)
        self.view.viewport().update()


class ResizeFrame(Interaction):
    """Drags one or two sides of a frame; what lies on it stays."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.frame, self.side = press.hit.frame, press.hit.side
        self.area = QRectF(area_of(self.scene.graph.frames[self.frame]))

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "rim"

    def move(self, pointer: Pointer) -> None:
        if not self.far(pointer):
            return
        self.area = area = QRectF(area_of(self.scene.graph.frames[self.frame]))
        x, y = snapped(pointer.position.x()), snapped(pointer.position.y())
        if "l" in self.side:
            area.setLeft(min(x, area.right() - LEAST))
        if "r" in self.side:
            area.setRight(max(x, area.left() + LEAST))
        if "t" in self.side:
            area.setTop(min(y, area.bottom() - LEAST))
        if "b" in self.side:
            area.setBottom(max(y, area.top() + LEAST))
        self.scene.framed = {self.frame: area}
        self.view.viewport().update()

    def release(self, pointer: Pointer) -> None:
        self.scene.framed = {}
        if not self.moved:
            self.workspace.select([self.frame])
            return
        graph, area = self.scene.graph, self.area
        changed = replace(
            graph.frames[self.frame], x=area.x(), y=area.y(), width=area.width(), height=area.height()
        )
        name = tr("Resize the frame “{}”").format(changed.title)
        self.workspace.perform(name, [SetFrames(graph.id, {self.frame: changed})])

    def cancel(self) -> None:
        self.scene.framed = {}
        self.view.viewport().update()

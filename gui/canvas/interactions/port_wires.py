"""All wires of a port at once: Ctrl and drag carries them to another port, Alt and click drops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from graph.edits import Connect, Disconnect, Edit, EditError
from graph.model import Edge
from gui.canvas.cursor_label import CursorLabel
from gui.canvas.geometry import wire_path
from gui.canvas.hits import Hit
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.wire_item import wire_pen
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

PORTS = ("input", "output")


def wires_of(view: CanvasView, hit: Hit) -> list[Edge]:
    """The wires that end or start at a port."""
    graph = view.canvas.graph
    if hit.kind == "input":
        return graph.edges_into(hit.node, hit.port)
    return graph.edges_from(hit.node, hit.port)


class DropWires(Interaction):
    """Alt and a click on a port: every wire there goes."""

    follows = False

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.pointer.alt and press.hit.kind in PORTS

    def release(self, pointer: Pointer) -> None:
        wires = wires_of(self.view, self.press.hit)
        if wires:
            node = self.scene.graph.nodes[self.press.hit.node].name
            name = tr("Disconnect {} of {}").format(self.press.hit.port, node)
            self.workspace.perform(name, [Disconnect(self.scene.graph.id, [edge.id for edge in wires])])


class MoveWires(Interaction):
    """Ctrl and a drag from a port with wires: they all follow to a port of the same side."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.wires = wires_of(view, press.hit)
        self.at: QPointF | None = None
        self.target = Hit()
        self.label = CursorLabel(view)

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return (
            press.left and press.pointer.ctrl and press.hit.kind in PORTS and bool(wires_of(view, press.hit))
        )

    def move(self, pointer: Pointer) -> None:
        if not self.far(pointer):
            return
        self.at = pointer.position
        found = self.view.hit_at(pointer.pixel)
        self.target = found if found.kind == self.press.hit.kind and found != self.press.hit else Hit()
        for edge in self.wires:
            self.scene.wires[edge.id].setVisible(False)
        self.label.say(self._why_not(), "error", pointer.pixel)
        self.view.viewport().update()

    def _edits(self) -> list[Edit]:
        """Take the wires off and connect them to the new port, in place of what is there."""
        graph, hit = self.scene.graph, self.target
        ids = graph.fresh_ids("e", len(self.wires))
        into = hit.kind == "input"
        again = [
            Edge(new, edge.source, edge.source_port, hit.node, hit.port, edge.order)
            if into
            else Edge(new, hit.node, hit.port, edge.target, edge.target_port, edge.order)
            for new, edge in zip(ids, self.wires, strict=True)
        ]
        gone = [edge.id for edge in self.wires]
        if into:
            gone += [edge.id for edge in graph.edges_into(hit.node, hit.port)]
        return [Disconnect(graph.id, gone), Connect(graph.id, again)]

    def _why_not(self) -> str:
        """Why the wires cannot be moved to where the mouse is, or nothing."""
        if not self.target.node:
            return ""
        try:
            self.workspace.document.check(self._edits())
        except EditError as error:
            return str(error)
        return ""

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        target, reason = self.target, self._why_not()
        self._end()
        if not self.moved or not target.node:
            return
        if reason:
            self.workspace.message.emit("warning", reason)
            return
        names = [self.scene.graph.nodes[key].name for key in (self.press.hit.node, target.node)]
        self.workspace.perform(tr("Move the wires of {} to {}").format(*names), self._edits())

    def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        self.label.hide()
        self.label.deleteLater()
        for edge in self.wires:
            if edge.id in self.scene.wires:
                self.scene.wires[edge.id].setVisible(True)
        self.at = None
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        if self.at is None:
            return
        painter.setPen(wire_pen("float", False, True))
        for edge in self.wires:
            item = self.scene.wires[edge.id]
            into = self.press.hit.kind == "input"
            ends = (item.start, self.at) if into else (self.at, item.end)
            painter.drawPath(wire_path(*ends, item.flow))

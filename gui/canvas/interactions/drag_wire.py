"""Draw a wire from a port, or pick up the end of one. While it hangs loose, ports it fits glow, and a label
says why it would not fit where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from graph import operations
from graph.edits import Disconnect, Edit
from gui.canvas.adding import Link
from gui.canvas.cursor_label import CursorLabel
from gui.canvas.geometry import wire_path
from gui.canvas.hits import BOXES, Hit, port_of
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.node_item import NodeItem
from gui.canvas.trial import Trial, Verdict
from gui.canvas.wire_item import wire_pen
from gui.canvas.words import tr
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

PAUSE = 90
"""Milliseconds the wire must rest over a port before inference is asked."""
REACH = 26
"""Screen pixels around a port within which a wire snaps to it."""


class DragWire(Interaction):
    """``fixed`` is the end that stays; the other follows the mouse until it is dropped."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        graph, hit = self.scene.graph, press.hit
        self.detached = ""
        self.fixed = (hit.node, hit.port)
        self.backwards = hit.kind == "input"
        wired = graph.edges_into(hit.node, hit.port) if self.backwards else []
        if wired:
            taken = self._nearest([edge.id for edge in wired])
            edge = graph.edges[taken]
            self.detached, self.backwards = taken, False
            self.fixed = (edge.source, edge.source_port)
        self.trial = Trial(self.workspace, *self.fixed, self.backwards, self.detached)
        self.candidates: dict[tuple[str, str], QPointF] = {}
        self.target: tuple[str, str] | None = None
        self.verdict = Verdict()
        self.line: QGraphicsPathItem | None = None
        self.label = CursorLabel(view)
        self.timer = QTimer(self.label)
        self.timer.setSingleShot(True)
        self.timer.setInterval(PAUSE)
        self.timer.timeout.connect(self._ask)
        self.pixel = press.pointer.pixel

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind in ("input", "output")

    def _nearest(self, wires: list[str]) -> str:
        """Of several wires at one port the one whose end is closest to the mouse."""
        at = self.press.pointer.position
        return min(wires, key=lambda key: (self.scene.wires[key].end - at).manhattanLength())

    # -- while it hangs loose ------------------------------------------------------------------------

    def move(self, pointer: Pointer) -> None:
        if not self.far(pointer):
            return
        if self.line is None:
            self._begin()
        self.pixel = pointer.pixel
        target = self._find(pointer)
        if target != self.target:
            self._repaint_glow(self.target)
            self._repaint_glow(target)
            self.target = target
            self.verdict = self.trial.quick(*target) if target else Verdict()
            if target and not self.verdict.reason:
                self.timer.start()
            else:
                self.timer.stop()
        self._draw(pointer.position)

    def _begin(self) -> None:
        self.line = QGraphicsPathItem()
        self.line.setZValue(2)
        self.scene.addItem(self.line)
        if self.detached:
            self.scene.wires[self.detached].setVisible(False)
        for node, port in self.trial.ends():
            item = self.scene.nodes[node]
            self.candidates[node, port] = (
                item.output_point(port) if self.backwards else item.input_point(port)
            )
        self.view.viewport().update()

    def _find(self, pointer: Pointer) -> tuple[str, str] | None:
        """The end the wire would take: a fitting port close by, any port, or a node's first free port."""
        at, reach = pointer.position, min(REACH / self.scene.scale, 48.0)
        best, chosen = reach, None
        for end, place in self.candidates.items():
            away = max(abs(place.x() - at.x()), abs(place.y() - at.y()))
            if away < best:
                best, chosen = away, end
        if chosen is not None:
            return chosen
        found = self._port_or_body(at)
        if found.kind == ("output" if self.backwards else "input"):
            return (found.node, found.port)
        if found.node and found.node != self.fixed[0]:
            port = self.trial.first_free(found.node)
            return (found.node, port) if port else None
        return None

    def _port_or_body(self, at: QPointF) -> Hit:
        for item in self.scene.items(at, BOXES):
            if isinstance(item, NodeItem):
                port = port_of(item, at, 10.0)
                if port is not None:
                    return port
                if item.body.contains(at):
                    return Hit("node", item.node_id)
        return Hit()

    def _ask(self) -> None:
        if self.target is not None:
            self.verdict = self.trial.full(self.target[0], self._edits())
            self._show_verdict()

    def _draw(self, at: QPointF) -> None:
        assert self.line is not None
        fixed, loose = self._fixed_point(), self._loose_point(at)
        ends = (loose, fixed) if self.backwards else (fixed, loose)
        self.line.setPath(wire_path(*ends, self.scene.flow))
        self._show_verdict()

    def _fixed_point(self) -> QPointF:
        item = self.scene.nodes[self.fixed[0]]
        return item.input_point(self.fixed[1]) if self.backwards else item.output_point(self.fixed[1])

    def _loose_point(self, at: QPointF) -> QPointF:
        if self.target is None or not self.verdict.possible:
            return at
        item = self.scene.nodes[self.target[0]]
        return item.output_point(self.target[1]) if self.backwards else item.input_point(self.target[1])

    def _show_verdict(self) -> None:
        assert self.line is not None
        bad = bool(self.verdict.reason)
        pen = QPen(wire_pen("error" if bad else self._kind(), False, True))
        if self.target is None:
            pen.setColor(theme().accent)
        self.line.setPen(pen)
        self.label.say(self.verdict.reason, "error", self.pixel)

    def _repaint_glow(self, end: tuple[str, str] | None) -> None:
        if end in self.candidates:
            at = self.candidates[end]
            self.view.repaint_scene(QRectF(at.x() - 14, at.y() - 14, 28, 28))

    def _kind(self) -> str:
        node, port = self.fixed
        shapes = None if self.backwards else self.workspace.node_shapes(node)
        tensor = shapes.outputs.get(port) if shapes else None
        return tensor.kind if tensor else "float"

    # -- the end -------------------------------------------------------------------------------------

    def _edits(self) -> list[Edit]:
        assert self.target is not None
        project, graph = self.workspace.project, self.scene.graph
        if self.detached:
            return operations.reconnect(project, graph, self.detached, target=self.target)
        ends = (*self.target, *self.fixed) if self.backwards else (*self.fixed, *self.target)
        return operations.connect(project, graph, *ends)

    def release(self, pointer: Pointer) -> None:
        if not self.moved:
            self._end()
            self.workspace.select([self.press.hit.node])
            return
        self.move(pointer)
        target, verdict = self.target, self.verdict
        self._end()
        graph = self.scene.graph
        if target is not None and verdict.possible:
            one, other = (target[0], self.fixed[0]) if self.backwards else (self.fixed[0], target[0])
            name = tr("Connect {} to {}").format(graph.nodes[one].name, graph.nodes[other].name)
            edits = self._edits()
            if edits:
                self.workspace.perform(name, edits)
        elif target is not None:
            self.workspace.message.emit("warning", tr("This wire {}.").format(verdict.reason))
        elif self.detached:
            edge = graph.edges[self.detached]
            name = tr("Disconnect {} from {}").format(
                graph.nodes[edge.target].name, graph.nodes[edge.source].name
            )
            self.workspace.perform(name, [Disconnect(graph.id, [self.detached])])
        elif self._port_or_body(pointer.position).kind == "void":
            self.view.adding.open(pointer.pixel, Link(*self.fixed, self.backwards))

    def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        """Take the preview away."""
        self.timer.stop()
        self.label.hide()
        self.label.deleteLater()
        if self.line is not None:
            self.scene.removeItem(self.line)
            self.line = None
        if self.detached in self.scene.wires:
            self.scene.wires[self.detached].setVisible(True)
        self.candidates.clear()
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Let the ports glow that the wire fits."""
        if self.line is None:
            return
        glow, core = QColor(theme().ok), QPen(theme().ok, 1.8)
        glow.setAlpha(60)
        area = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        for end, place in self.candidates.items():
            if area.contains(place):
                radius = 12.0 if end == self.target else 8.0
                painter.setPen(core)
                painter.setBrush(glow)
                painter.drawEllipse(place, radius, radius)

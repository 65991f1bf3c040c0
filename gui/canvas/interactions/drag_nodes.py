"""Select and move nodes. Alt copies them instead; an unwired node dropped on a wire goes into it, unless Alt was
pressed while it was dragged.

Dropped with the mouse on a block, they go into it. A dragged node snaps to the rims and middles of the nodes in
sight; Ctrl lets it pass both, Shift snaps to the grid.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from graph import operations
from graph.edits import Edit, EditError, Move
from gui.canvas.aligning import Guides
from gui.canvas.forecast import Forecast
from gui.canvas.geometry import snapped
from gui.canvas.hits import BOXES
from gui.canvas.insertion import insertion, wire_for
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.node_item import NodeItem
from gui.canvas.painting import RADIUS
from gui.canvas.words import several, tr
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

MOST_GUIDES = 300


class DragNodes(Interaction):
    """Begins as a click, which selects; becomes a move when the mouse goes far enough."""

    def __init__(self, view: CanvasView, press: Press) -> None:
        super().__init__(view, press)
        self.before = self.workspace.selection
        self.node = press.hit.node
        pointer = press.pointer
        if pointer.ctrl:
            self.workspace.select(self.before ^ {self.node})
        elif pointer.shift:
            self.workspace.select(self.before | {self.node})
        elif self.node not in self.before:
            self.workspace.select([self.node])
        graph = self.scene.graph
        chosen = self.workspace.selected_nodes if self.node in self.workspace.selection else []
        self.start = {key: (graph.nodes[key].x, graph.nodes[key].y) for key in chosen}
        self.shift = QPointF()
        self.copying = False
        self.wire = ""
        self.into = ""
        """The block the mouse is on: the nodes would go into it."""
        self.forecast = Forecast(view)
        self.guides: Guides | None = None
        self.lines: list[QLineF] = []

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "node"

    def move(self, pointer: Pointer) -> None:
        if not self.start or not self.far(pointer):
            return
        self.copying = pointer.alt and self.press.pointer.alt
        self.shift = pointer.position - self.press.pointer.position
        if pointer.shift and self.node in self.start:
            x, y = self.start[self.node]
            self.shift = QPointF(snapped(x + self.shift.x()) - x, snapped(y + self.shift.y()) - y)
            self._show_guides([])
        else:
            self._snap(pointer)
        if self.copying:
            self.scene.preview(self.start)
            self.view.viewport().update()
        else:
            self.scene.preview(self._places())
        self._find_wire(pointer)
        self._find_block(pointer)
        self._foresee(pointer)

    def _snap(self, pointer: Pointer) -> None:
        """Meet the lines of the nodes around, unless Ctrl is held."""
        lines: list[QLineF] = []
        if self.view.snapping and not pointer.ctrl and self.node in self.start:
            if self.guides is None:
                self.guides = Guides.of(self._others())
            body = QRectF(QPointF(*self.start[self.node]), self.scene.nodes[self.node].body.size())
            step, lines = self.guides.snap(body.translated(self.shift), 1 / self.scene.scale)
            self.shift = self.shift + step
        self._show_guides(lines)

    def _others(self) -> list[QRectF]:
        """The nodes in sight that stay; too many would make every place a line."""
        area = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        items = self.scene.items(area, BOXES)
        stay = [item.body for item in items if isinstance(item, NodeItem) and item.node_id not in self.start]
        return stay if len(stay) <= MOST_GUIDES else []

    def _show_guides(self, lines: list[QLineF]) -> None:
        if lines != self.lines:
            for line in (*self.lines, *lines):
                self.view.repaint_scene(QRectF(line.p1(), line.p2()).normalized())
            self.lines = lines

    def _places(self) -> dict[str, tuple[float, float]]:
        dx, dy = self.shift.x(), self.shift.y()
        return {key: (x + dx, y + dy) for key, (x, y) in self.start.items()}

    def _find_block(self, pointer: Pointer) -> None:
        """The block under the mouse itself, unless Ctrl is held or copies are made."""
        self.into = ""
        if not self.copying and not pointer.ctrl:
            items = (item for item in self.scene.items(pointer.position, BOXES) if isinstance(item, NodeItem))
            blocks = (item for item in items if item.look.stack and item.node_id not in self.start)
            self.into = next((item.node_id for item in blocks if item.body.contains(pointer.position)), "")

    def _foresee(self, pointer: Pointer) -> None:
        """Say where the nodes would go, and why that would not do."""
        graph = self.scene.graph
        if self.into:
            hint = tr("Into {}").format(graph.nodes[self.into].name)
            make = partial(self.view.blocks.taking_in, self.into, list(self.start))
            self.forecast.over(f"block {self.into}", pointer.pixel, hint, make)
        elif self.wire:
            hint = tr("Before {}").format(graph.nodes[graph.edges[self.wire].target].name)
            self.forecast.over(f"wire {self.wire}", pointer.pixel, hint, self._insertion)
        else:
            self.forecast.over("", pointer.pixel, "", list)

    def _insertion(self) -> list[Edit]:
        """The edits that put the node into the wire."""
        graph = self.scene.graph
        place = self._places()[self.node]
        return insertion(self.workspace.project, graph, self.wire, graph.nodes[self.node], place)

    def _find_wire(self, pointer: Pointer) -> None:
        """The wire into which the node would go."""
        found = ""
        if len(self.start) == 1 and not pointer.alt and not self.scene.wires_at.get(self.node):
            found = wire_for(
                self.scene, self.scene.nodes[self.node].body.center(), self.scene.graph.nodes[self.node]
            )
        if found != self.wire:
            self.view.light_wire(self.wire, False)
            self.view.light_wire(found, True)
            self.wire = found

    def release(self, pointer: Pointer) -> None:
        if self.moved:
            self.move(pointer)
        self.view.light_wire(self.wire, False)
        self._show_guides([])
        self.forecast.end()
        if not self.moved:
            if not (pointer.ctrl or pointer.shift):
                self.workspace.select([self.node])
            return
        if not self.start or self.shift.isNull():
            self.scene.settle(self.start)
            return
        if self.copying:
            self._copy()
        elif self.into:
            if not self.view.blocks.take_in(self.into, list(self.start)):
                self.scene.settle(self.start)
        elif self.wire:
            self._insert()
        else:
            graph = self.scene.graph
            name = several(graph, self.start, tr("Move {}"), tr("Move {} nodes"))
            if not self.workspace.perform(name, [Move(graph.id, self._places())]):
                self.scene.settle(self.start)

    def _copy(self) -> None:
        graph = self.scene.graph
        corner = (
            min(x for x, _ in self.start.values()) + self.shift.x(),
            min(y for _, y in self.start.values()) + self.shift.y(),
        )
        edits = operations.duplicate(self.workspace.project, graph, self.start, corner)
        name = several(graph, self.start, tr("Duplicate {}"), tr("Duplicate {} nodes"))
        self.view.perform_and_select(name, edits)
        self.view.viewport().update()

    def _insert(self) -> None:
        graph = self.scene.graph
        node, edge = graph.nodes[self.node], graph.edges[self.wire]
        try:
            edits = self._insertion()
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            edits = [Move(graph.id, self._places())]
        name = tr("Insert {} before {}").format(node.name, graph.nodes[edge.target].name)
        if not self.workspace.perform(name, edits):
            self.scene.settle(self.start)

    def cancel(self) -> None:
        self.forecast.end()
        self.view.light_wire(self.wire, False)
        self._show_guides([])
        self.scene.settle(self.start)
        graph = self.scene.graph
        self.workspace.select(key for key in self.before if key in graph.nodes or key in graph.edges)
        self.copying = False
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """The lines that are met; while copying, outlines where the copies will be."""
        if self.lines:
            pen = QPen(theme().accent, 1.0, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(self.lines)
        if not self.copying:
            return
        fill = QColor(theme().accent)
        painter.setPen(QPen(fill, 1.5))
        fill.setAlpha(28)
        painter.setBrush(fill)
        for key in self.start:
            body: QRectF = self.scene.nodes[key].body.translated(self.shift)
            painter.drawRoundedRect(body, RADIUS, RADIUS)

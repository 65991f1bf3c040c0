"""Dragging a layer from the palette onto the canvas."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPen

from graph import operations
from graph.edits import EditError
from graph.palette import Entry
from gui.blocks.shelf import Brought, all_entries, bring
from gui.canvas.forecast import Forecast
from gui.canvas.geometry import HEIGHT, WIDTH
from gui.canvas.insertion import wire_for
from gui.canvas.lettering import write
from gui.canvas.painting import RADIUS, TEXT
from gui.canvas.words import tr
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

LAYER_MIME = "application/x-torchloom-layer"


def layer_mime(type: str, block: str | None = None, origin: str = "") -> QMimeData:
    """What a palette drags: ``{"type": "Conv2d"}`` or ``{"type": "Block", "block": "b1"}``; a block from
    outside the project has an ``origin`` instead of an id."""
    data = QMimeData()
    payload = {"type": type} if block is None else {"type": type, "block": block}
    if origin:
        payload["origin"] = origin
    data.setData(LAYER_MIME, json.dumps(payload).encode())
    return data


class Drops:
    """Shows where a dragged layer would come to lie, and adds it there."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.entry: Entry | None = None
        self.brought: Brought | None = None
        """The project as it would be with the entry, for as long as it is dragged over the canvas."""
        self.at = QPointF()
        self.wire = ""
        self.forecast: Forecast | None = None

    def _read(self, data: QMimeData) -> Entry | None:
        """The palette's entry; ``None`` for data that is not ours or names something that is not there."""
        if not data.hasFormat(LAYER_MIME):
            return None
        try:
            payload = json.loads(bytes(data.data(LAYER_MIME).data()))
        except ValueError:
            return None
        if not isinstance(payload, dict):
            return None
        wanted = (payload.get("type"), payload.get("block"), payload.get("origin", ""))
        for entry in all_entries(self.view.workspace.project):
            if (entry.type, entry.block, entry.origin) == wanted:
                return entry
        return None

    def enter(self, event: QDragEnterEvent) -> None:
        self.entry = self._read(event.mimeData())
        if self.entry is None:
            event.ignore()
            return
        workspace = self.view.workspace
        try:
            self.brought = bring(workspace.project, workspace.graph_id, self.entry)
        except EditError:
            self.brought = None  # said when it is dropped
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._follow(self.view.mapToScene(event.position().toPoint()))

    def move(self, event: QDragMoveEvent) -> None:
        if self.entry is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._follow(self.view.mapToScene(event.position().toPoint()))

    def _follow(self, at: QPointF) -> None:
        assert self.entry is not None
        old = self._ghost()
        self.at = at
        self.view.repaint_scene(old.united(self._ghost()))
        workspace = self.view.workspace
        try:
            brought = bring(workspace.project, workspace.graph_id, self.entry)
            node = operations.new_node(brought.project, workspace.graph, self.entry.type, block=brought.block)
        except EditError:
            return
        self._light(wire_for(self.view.canvas, at, node, brought.project))
        if self.forecast is None:
            self.forecast = Forecast(self.view)
        graph = workspace.graph
        hint = tr("Before {}").format(graph.nodes[graph.edges[self.wire].target].name) if self.wire else ""
        make = partial(self.view.adding.planned, self.entry, at)
        self.forecast.over(self.wire, self.view.mapFromScene(at), hint, make)

    def _light(self, wire: str) -> None:
        if wire != self.wire:
            self.view.light_wire(self.wire, False)
            self.view.light_wire(wire, True)
            self.wire = wire

    def leave(self) -> None:
        """The drag went elsewhere: forget it."""
        self._light("")
        if self.forecast is not None:
            self.forecast.end()
            self.forecast = None
        self.entry = self.brought = None
        self.view.repaint_scene(self._ghost())

    def drop(self, event: QDropEvent) -> None:
        entry = self._read(event.mimeData())
        self.leave()
        if entry is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.view.adding.add(entry, self.view.mapToScene(event.position().toPoint()))
        self.view.setFocus(Qt.FocusReason.MouseFocusReason)

    def _ghost(self) -> QRectF:
        return QRectF(self.at.x() - WIDTH / 2, self.at.y() - HEIGHT / 2, WIDTH, HEIGHT)

    def paint(self, painter: QPainter) -> None:
        """The outline of the node to come."""
        if self.entry is None:
            return
        color = theme().category(self.entry.category)
        fill = QColor(color)
        fill.setAlpha(50)
        painter.setPen(QPen(color, 1.6, Qt.PenStyle.DashLine))
        painter.setBrush(fill)
        ghost = self._ghost()
        painter.drawRoundedRect(ghost, RADIUS, RADIUS)
        place = QPointF(ghost.x() + TEXT, ghost.center().y() - 9)
        write(painter, place, self.entry.title, 13, theme().node_text, WIDTH - TEXT - 8, True)

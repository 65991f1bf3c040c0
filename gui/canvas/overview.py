"""Everything in a few calls, for a view so far away that single items would only cost time.

The lists are built once and follow single moves in place; Qt's items stay for hit tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gui.canvas.painting import mark_radius, paint_mark
from gui.colors import mixed
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.wire_item import WireItem

FEW = 600
"""Up to so many wires are drawn with smooth edges."""


class Overview:
    """Flat pictures of nodes by category, and wires as straight lines; one that leads back is several."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._fresh = False
        self._boxes: dict[str, list[QRectF]] = {}
        self._box_at: dict[str, tuple[list[QRectF], int]] = {}
        self._lines: dict[str, list[QLineF]] = {}
        self._line_at: dict[str, tuple[list[QLineF], int, int]] = {}
        """Of each wire the list that its lines are in, the first of them, and how many there are."""
        self._marked: list[tuple[str, str]] = []

    def forget(self) -> None:
        """Something else than a place changed: build anew before the next picture."""
        self._fresh = False

    def moved(self, nodes: Iterable[str], wires: Iterable[str]) -> None:
        """Follow nodes and wires to their new places."""
        if not self._fresh:
            return
        for key in nodes:
            boxes, number = self._box_at[key]
            boxes[number] = self._scene.nodes[key].body
        for key in wires:
            lines, first, count = self._line_at[key]
            course = _course(self._scene.wires[key])
            if len(course) != count:  # it leads back now, or no longer
                self._fresh = False
                return
            lines[first : first + count] = course

    def _build(self) -> None:
        self._boxes, self._box_at, self._lines, self._line_at, self._marked = {}, {}, {}, {}, []
        for key, item in self._scene.nodes.items():
            look = item.look
            boxes = self._boxes.setdefault("" if look.unknown else look.category, [])
            self._box_at[key] = (boxes, len(boxes))
            boxes.append(item.body)
            if look.mark in ("error", "warning"):
                self._marked.append((key, look.mark))
        for key, wire in self._scene.wires.items():
            lines = self._lines.setdefault("error" if wire.tone == "error" else "", [])
            course = _course(wire)
            self._line_at[key] = (lines, len(lines), len(course))
            lines += course
        self._fresh = True

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw in scene coordinates."""
        if not self._fresh:
            self._build()
        colors = theme()
        smooth = len(self._scene.wires) <= FEW
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        for kind, lines in self._lines.items():
            pen = QPen(colors.error if kind == "error" else colors.wire, 2.0 if kind == "error" else 1.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, boxes in self._boxes.items():
            tint = colors.category(category) if category else colors.node_border
            painter.setBrush(mixed(tint, colors.node, 0.25))
            painter.drawRects(boxes)
        self._chosen(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        radius = mark_radius(scale) if scale > 0.3 else 6.5 / scale
        for key, mark in self._marked:
            body = self._scene.nodes[key].body
            paint_mark(painter, QPointF(body.right() - 4, body.top() + 4), radius, mark)

    def _chosen(self, painter: QPainter) -> None:
        pen = QPen(theme().accent, 2.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        chosen = [self._scene.nodes[key].body for key in self._scene.chosen if key in self._scene.nodes]
        if chosen:
            painter.drawRects(chosen)
        lines = [
            line
            for key in self._scene.chosen
            if key in self._scene.wires
            for line in _course(self._scene.wires[key])
        ]
        if lines:
            painter.drawLines(lines)


def _course(wire: WireItem) -> list[QLineF]:
    """The ends of a wire's parts, joined: one line, or three where it leads back to another row."""
    path = wire.path()
    if path.elementCount() <= 4:  # one curve, or one line
        return [QLineF(wire.start, wire.end)]
    points, number = [wire.start], 1
    while number < path.elementCount():
        number += 2 if path.elementAt(number).isCurveTo() else 0
        points.append(QPointF(path.elementAt(number)))
        number += 1
    return [QLineF(one, other) for one, other in pairwise(points)]

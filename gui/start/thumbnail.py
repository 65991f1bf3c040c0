"""A small picture of a graph: boxes in the colours of their categories, and lines."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph.geometry import HEIGHT, PORT_Y, WIDTH, wire
from graph.model import Graph
from gui.summary_model import category_of
from gui.theme import theme


class Thumbnail(QWidget):
    """Draws a graph to fit; shows a plain ground until :meth:`show_graph` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graph: Graph | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(96)

    def sizeHint(self) -> QSize:
        return QSize(220, 96)

    def show_graph(self, graph: Graph) -> None:
        self.graph = graph
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().canvas)
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        if self.graph is not None and self.graph.nodes:
            self._draw(painter, self.graph)
        painter.end()

    def _draw(self, painter: QPainter, graph: Graph) -> None:
        nodes = list(graph.nodes.values())
        left, top = min(node.x for node in nodes), min(node.y for node in nodes)
        right = max(node.x for node in nodes) + WIDTH
        bottom = max(node.y for node in nodes) + HEIGHT
        inside = QRectF(self.rect()).adjusted(10, 10, -10, -10)
        scale = min(inside.width() / (right - left), inside.height() / (bottom - top), 0.35)
        dx = inside.center().x() - scale * (left + right) / 2
        dy = inside.center().y() - scale * (top + bottom) / 2

        def at(x: float, y: float) -> QPointF:
            return QPointF(x * scale + dx, y * scale + dy)

        painter.setPen(QPen(theme().wire, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for edge in graph.edges.values():
            start, end = graph.nodes[edge.source], graph.nodes[edge.target]
            path = QPainterPath(at(start.x + WIDTH, start.y + PORT_Y))
            for first, second, last in wire((start.x + WIDTH, start.y + PORT_Y), (end.x, end.y + PORT_Y)):
                path.cubicTo(at(*first), at(*second), at(*last))
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        width, height = max(WIDTH * scale, 2.5), max(HEIGHT * scale, 2.5)
        radius = min(3.0, height / 3)
        for node in nodes:
            painter.setBrush(theme().category(category_of(node)))
            corner = at(node.x, node.y)
            painter.drawRoundedRect(QRectF(corner.x(), corner.y(), width, height), radius, radius)

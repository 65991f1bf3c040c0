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
    """Draws graphs to fit; shows a plain ground until :meth:`show_graphs` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graphs: list[Graph] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(96)

    def sizeHint(self) -> QSize:
        return QSize(220, 96)

    def show_graphs(self, graphs: list[Graph]) -> None:
        """Networks below each other, in two columns when there are more than two."""
        self.graphs = [graph for graph in graphs if graph.nodes]
        self.update()

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().canvas)
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        for graph, cell in zip(self.graphs, self._cells(), strict=True):
            self._draw(painter, graph, cell)
        painter.end()

    def _cells(self) -> list[QRectF]:
        """The places of the graphs, row by row."""
        inside = QRectF(self.rect()).adjusted(10, 10, -10, -10)
        columns = 2 if len(self.graphs) > 2 else 1
        rows = -(-len(self.graphs) // columns)
        gap = 8.0
        width = (inside.width() - gap * (columns - 1)) / columns
        height = (inside.height() - gap * (rows - 1)) / max(rows, 1)
        return [
            QRectF(
                inside.x() + (number % columns) * (width + gap),
                inside.y() + (number // columns) * (height + gap),
                width,
                height,
            )
            for number in range(len(self.graphs))
        ]

    def _draw(self, painter: QPainter, graph: Graph, inside: QRectF) -> None:
        nodes = list(graph.nodes.values())
        left, top = min(node.x for node in nodes), min(node.y for node in nodes)
        right = max(node.x for node in nodes) + WIDTH
        bottom = max(node.y for node in nodes) + HEIGHT
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

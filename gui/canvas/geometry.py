"""Where things are, in scene units: sizes of nodes, places of ports, curves of wires."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from graph import geometry
from graph.geometry import HEIGHT, NAMES, PORT_Y, ROW, WIDTH, Flow, node_size, port_y, wire

__all__ = ["HEIGHT", "NAMES", "PORT_Y", "ROW", "WIDTH", "Flow", "node_size", "port_y"]

GRID = 16.0
PORT_RADIUS = 5.0
MARGIN = 14.0
"""How far ports, marks and outlines reach beyond the body."""


def wire_path(start: QPointF, end: QPointF, flow: Flow) -> QPainterPath:
    """The curve of a wire between two ports; see :func:`graph.geometry.wire`. What is straight of it becomes a
    line, which costs Qt far less to draw."""
    path = QPainterPath(start)
    here = (start.x(), start.y())
    side = 0 if flow == "down" else 1
    for first, second, last in wire(here, (end.x(), end.y()), flow):
        if here[side] == first[side] == second[side] == last[side]:
            path.lineTo(*last)
        else:
            path.cubicTo(*first, *second, *last)
        here = last
    return path


def wire_points(start: QPointF, end: QPointF, flow: Flow, count: int = 24) -> list[tuple[float, float]]:
    """Points along a wire, for telling how far the mouse is from it."""
    return geometry.wire_points((start.x(), start.y()), (end.x(), end.y()), count, flow)


def distance(position: QPointF, start: QPointF, end: QPointF, flow: Flow) -> float:
    """How far a position is from a wire."""
    points = wire_points(start, end, flow)
    x, y = position.x(), position.y()
    return min(_to_segment(x, y, *first, *second) for first, second in pairwise(points))


def _to_segment(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / length))
    return hypot(x - ax - t * dx, y - ay - t * dy)


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return round(value / GRID) * GRID


def around(rects: list[QRectF]) -> QRectF:
    """The smallest rectangle that holds all of them."""
    result = QRectF()
    for rect in rects:
        result = result.united(rect)
    return result

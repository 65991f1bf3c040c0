"""Bringing selected nodes into line: edges or middles level, gaps equal; and the lines nodes snap to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QLineF, QPointF, QRectF

Way = Literal["left", "centre", "right", "top", "middle", "bottom", "across", "down"]
Places = dict[str, tuple[float, float]]

NEAR = 7.0
"""Screen pixels within which a dragged node snaps to a line."""


def aligned(bodies: Mapping[str, QRectF], way: Way) -> Places:
    """Where the nodes go. ``across`` and ``down`` keep the outermost two and make the gaps between all equal."""
    if len(bodies) < 2:
        return {}
    if way in ("across", "down"):
        return _spread(bodies, way == "across")
    whole = QRectF()
    for body in bodies.values():
        whole = whole.united(body)
    found: Places = {}
    for key, body in bodies.items():
        x, y = body.x(), body.y()
        if way == "left":
            x = whole.left()
        elif way == "right":
            x = whole.right() - body.width()
        elif way == "centre":
            x = whole.center().x() - body.width() / 2
        elif way == "top":
            y = whole.top()
        elif way == "bottom":
            y = whole.bottom() - body.height()
        else:
            y = whole.center().y() - body.height() / 2
        found[key] = (x, y)
    return found


def _spread(bodies: Mapping[str, QRectF], across: bool) -> Places:
    def start(body: QRectF) -> float:
        return body.x() if across else body.y()

    def size(body: QRectF) -> float:
        return body.width() if across else body.height()

    order = sorted(bodies, key=lambda key: (start(bodies[key]), key))
    first, last = bodies[order[0]], bodies[order[-1]]
    room = start(last) + size(last) - start(first) - sum(size(bodies[key]) for key in order)
    gap = room / (len(order) - 1)
    at, found = start(first), {}
    for key in order:
        body = bodies[key]
        found[key] = (at, body.y()) if across else (body.x(), at)
        at += size(body) + gap
    return found


@dataclass(slots=True)
class Guides:
    """Lines through the nodes in sight that are not dragged: their rims and their middles."""

    across: list[tuple[float, QRectF]] = field(default_factory=list)
    """x positions, each with the node it comes from."""
    down: list[tuple[float, QRectF]] = field(default_factory=list)

    @classmethod
    def of(cls, others: Iterable[QRectF]) -> Guides:
        made = cls()
        for body in others:
            made.across += [(body.left(), body), (body.center().x(), body), (body.right(), body)]
            made.down += [(body.top(), body), (body.center().y(), body), (body.bottom(), body)]
        return made

    def snap(self, body: QRectF, pixel: float) -> tuple[QPointF, list[QLineF]]:
        """How far a body must move to meet the nearest lines, and these lines as they are shown."""
        shift, lines = QPointF(), []
        reach = min(NEAR * pixel, 14.0)
        at_x = _nearest(self.across, (body.left(), body.center().x(), body.right()), reach)
        at_y = _nearest(self.down, (body.top(), body.center().y(), body.bottom()), reach)
        if at_x is not None:
            shift.setX(at_x[0])
        if at_y is not None:
            shift.setY(at_y[0])
        moved = body.translated(shift)
        if at_x is not None:
            both = moved.united(at_x[2])
            lines.append(QLineF(at_x[1], both.top() - 10, at_x[1], both.bottom() + 10))
        if at_y is not None:
            both = moved.united(at_y[2])
            lines.append(QLineF(both.left() - 10, at_y[1], both.right() + 10, at_y[1]))
        return shift, lines


def _nearest(
    lines: list[tuple[float, QRectF]], wanted: tuple[float, ...], reach: float
) -> tuple[float, float, QRectF] | None:
    """The smallest step to a line: (step, the line, the body it comes from)."""
    best: tuple[float, float, QRectF] | None = None
    for number, value in enumerate(wanted):
        for line, body in lines:
            step = line - value
            if abs(step) <= reach and (best is None or abs(step) < abs(best[0]) - 1e-9):
                best = (step, line, body)
                reach = abs(step)
        if best is not None and abs(best[0]) < 1e-9 and number == 0:
            break
    return best

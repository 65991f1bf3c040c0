"""What of a wire is drawn as one: all of it, or, where only a little is in view, its straight and bent parts.

Qt would clip and stroke the whole course each time; of a wire that leads back over a thousand nodes just a piece of
its straight part can be seen, and perhaps one of its bends.
"""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QLineF, QPoint, QPointF
from PySide6.QtGui import QPainterPath, QPixmap

MARGIN = 4.0
"""Half of the widest pen, and what smoothing adds."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Stroke:
    """A path in the scene, and the picture of it that was used last."""

    __slots__ = ("course", "held", "path", "x", "y")

    def __init__(self, path: QPainterPath, start: QPointF, course: tuple[object, ...]) -> None:
        self.path = path
        self.x, self.y = start.toTuple()
        self.course = course
        """What its form depends on, wherever it begins; empty for a straight wire."""
        self.held: Held | None = None


class Held:
    """A picture with what it was made for. ``picture`` is ``None`` where one would be too large."""

    __slots__ = ("corner", "phase", "picture", "round", "scale")

    def __init__(
        self, round: object, scale: float, phase: int, picture: QPixmap | None, corner: QPoint
    ) -> None:
        self.round, self.scale, self.phase = round, scale, phase
        self.picture = picture
        self.corner = corner.x(), corner.y()
        """Where its corner is, from the pixel that the stroke starts on."""


class Part(Stroke):
    """A piece of a wire. ``box``: where it stays; ``line``: the same when it is straight (level or upright)."""

    __slots__ = ("box", "line")

    def __init__(self, start: QPointF, points: list[QPointF]) -> None:
        path = QPainterPath(start)
        if len(points) == 1:
            path.lineTo(points[0])
        else:
            path.cubicTo(*points)
        super().__init__(
            path, start, tuple(round(each, 3) for point in points for each in (point - start).toTuple())
        )
        self.line = (start.toTuple(), points[0].toTuple()) if len(points) == 1 else None
        self.box: Box = path.boundingRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).getCoords()

    def in_view(self, seen: Box) -> bool:
        left, top, right, bottom = self.box
        return left < seen[2] and right > seen[0] and top < seen[3] and bottom > seen[1]

    def within(self, seen: Box) -> QLineF:
        """What can be seen of a straight part."""
        assert self.line is not None
        left, top, right, bottom = seen
        (x0, y0), (x1, y1) = self.line
        return QLineF(
            min(max(x0, left), right),
            min(max(y0, top), bottom),
            min(max(x1, left), right),
            min(max(y1, top), bottom),
        )


def parts_of(path: QPainterPath) -> list[Part]:
    """The parts of a wire's path, in order."""
    found: list[Part] = []
    here, number = QPointF(), 0
    while number < path.elementCount():
        element = path.elementAt(number)
        points = [QPointF(element)]
        if element.isCurveTo():
            points += [QPointF(path.elementAt(number + more)) for more in (1, 2)]
        number += len(points)
        if not element.isMoveTo():
            found.append(Part(here, points))
        here = points[-1]
    return found

"""Bent wires drawn once and kept as pictures: stroking a curve costs several times what copying it does.

A picture belongs to the wire's course, its look, the view's scale and where on a pixel the wire starts, so that it
looks as if it were drawn each time. Wires that have just changed (one is being dragged) are drawn directly. Of a wire
too large for a picture the parts in view are drawn: bends as pictures of their own, straight parts as lines.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QTransform

from gui.canvas.wire_parts import MARGIN, Box, Held, Stroke, parts_of

if TYPE_CHECKING:
    from gui.canvas.wire_item import WireItem

LARGEST = 80_000
"""Pixels of a picture at most."""
BUDGET = 16_000_000
"""Pixels kept at most (four bytes each)."""
PHASES = 8
"""In so many steps of a pixel the start of a wire is told apart."""
Look = tuple[str, bool, bool]
PLAIN = QTransform()


class Lens:
    """How the scene is seen while it is painted: device pixel = ``scale`` · place + (``dx``, ``dy``)."""

    __slots__ = ("dx", "dy", "level", "ratio", "scale", "seen", "world")

    def __init__(self, world: QTransform, seen: QRectF, ratio: float) -> None:
        self.world = world
        self.seen: Box = seen.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).getCoords()
        """What of the scene is being painted, with room for a pen."""
        self.ratio = ratio
        """Device pixels for a pixel of the window."""
        self.scale = world.m11() * ratio
        self.dx, self.dy = world.dx() * ratio, world.dy() * ratio
        self.level = self.scale == 1.0 == ratio
        """Whether a picture can be put down as it is, without another transformation."""


class WirePictures:
    """The pictures of the wires of one scene."""

    def __init__(self) -> None:
        self.lens = Lens(QTransform(), QRectF(), 1.0)
        self._kept: dict[tuple[object, ...], Held] = {}
        self._pixels = 0
        self._round = object()
        """What pictures that wires hold must have been made in."""
        self.made = 0
        """How many were drawn, for tests that count."""

    def forget(self) -> None:
        """The colours are others."""
        self._kept.clear()
        self._pixels = 0
        self._round = object()

    def draw(self, painter: QPainter, item: WireItem) -> bool:
        """Copy the wire's picture to where it belongs; ``False`` when it is to be drawn directly."""
        stroke, lens = item.stroke, self.lens
        x, y, phase = self._spot(stroke)
        held = stroke.held
        if held is None or held.phase != phase or held.scale != lens.scale or held.round is not self._round:
            drawn = (stroke, item.look, lens.scale, phase)
            if drawn != item.drawn:
                item.drawn = drawn
                return False
            held = self._find(stroke, item.look, item.pen(), phase)
        if held.picture is not None:
            self._copy(painter, held, held.picture, x, y)
        elif item.pen().style() == Qt.PenStyle.SolidLine:
            self._draw_parts(painter, item)
        else:
            return False
        return True

    def _draw_parts(self, painter: QPainter, item: WireItem) -> None:
        """Draw what is in view of a wire too large for a picture."""
        if item.parts is None:
            item.parts = parts_of(item.stroke.path)
        lens = self.lens
        pen = item.pen()
        painter.setPen(pen)
        for part in item.parts:
            if not part.in_view(lens.seen):
                continue
            if part.line is not None:
                painter.drawLine(part.within(lens.seen))
                continue
            x, y, phase = self._spot(part)
            held = part.held
            if (
                held is None
                or held.phase != phase
                or held.scale != lens.scale
                or held.round is not self._round
            ):
                held = self._find(part, item.look, pen, phase)
            if held.picture is not None:
                self._copy(painter, held, held.picture, x, y)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(part.path)

    def _spot(self, stroke: Stroke) -> tuple[int, int, int]:
        """The device pixel that a stroke starts on, and where on it."""
        lens = self.lens
        x, y = stroke.x * lens.scale + lens.dx, stroke.y * lens.scale + lens.dy
        column, row = floor(x), floor(y)
        return column, row, round((x - column) * PHASES) * (PHASES + 1) + round((y - row) * PHASES)

    def _copy(self, painter: QPainter, held: Held, picture: QPixmap, x: int, y: int) -> None:
        """Put a picture where it belongs when its stroke starts on a pixel."""
        lens = self.lens
        x, y = x + held.corner[0], y + held.corner[1]
        if lens.level:
            painter.drawPixmap(QPointF(x - lens.dx, y - lens.dy), picture)
            return
        painter.setWorldTransform(PLAIN)
        painter.drawPixmap(QPointF(x / lens.ratio, y / lens.ratio), picture)
        painter.setWorldTransform(lens.world)

    def _find(self, stroke: Stroke, look: Look, pen: QPen, phase: int) -> Held:
        """The picture of a stroke, drawn when there is none yet."""
        key = (stroke.course, look, self.lens.scale, phase)
        held = self._kept.get(key)
        if held is None:
            if self._pixels > BUDGET:
                self.forget()
            held = self._kept[key] = self._make(stroke, pen, phase)
        stroke.held = held
        return held

    def _make(self, stroke: Stroke, pen: QPen, phase: int) -> Held:
        scale = self.lens.scale
        across, down = divmod(phase, PHASES + 1)
        move = QTransform(scale, 0, 0, scale, across / PHASES, down / PHASES).translate(-stroke.x, -stroke.y)
        margin = pen.widthF() * scale
        box = move.mapRect(stroke.path.boundingRect()).adjusted(-margin, -margin, margin, margin)
        left, top = floor(box.left()), floor(box.top())
        wide, high = ceil(box.right()) - left, ceil(box.bottom()) - top
        if wide * high > LARGEST:
            return Held(self._round, scale, phase, None, QPoint())
        picture = QPixmap(wide, high)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setWorldTransform(move * QTransform.fromTranslate(-left, -top))
        painter.drawPath(stroke.path)
        painter.end()
        picture.setDevicePixelRatio(self.lens.ratio)
        self._pixels += wide * high
        self.made += 1
        return Held(self._round, scale, phase, picture, QPoint(left, top))

"""Bent wires drawn once and kept as pictures: stroking a curve costs several times what copying it does.

A picture belongs to the wire's course, its look, the view's scale and where on a pixel the wire starts, so that it
looks as if it were drawn each time. Wires that have just changed (one is being dragged) are drawn directly.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

if TYPE_CHECKING:
    from gui.canvas.wire_item import WireItem

LARGEST = 80_000
"""Pixels of a picture at most: longer wires are drawn directly."""
BUDGET = 16_000_000
"""Pixels kept at most (four bytes each)."""
PHASES = 8
"""In so many steps of a pixel the start of a wire is told apart."""
Kept = tuple[QPixmap, QPoint]


class WirePictures:
    """The pictures of the wires of one scene."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], Kept] = {}
        self._pixels = 0
        self.made = 0
        """How many were drawn, for tests that count."""

    def forget(self) -> None:
        """The colours are others."""
        self._kept.clear()
        self._pixels = 0

    def draw(self, painter: QPainter, item: WireItem, ratio: float) -> bool:
        """Copy the wire's picture to where it belongs; ``False`` when it is to be drawn directly. ``ratio`` is device
        pixels for a pixel of the window."""
        world = painter.worldTransform()
        scale = world.m11() * ratio
        start = world.map(item.start) * ratio
        x, y = floor(start.x()), floor(start.y())
        phase = (round((start.x() - x) * PHASES), round((start.y() - y) * PHASES))
        key = (item.course, item.tone, item.selected, item.hovered, scale, phase)
        if key != item.drawn:
            item.drawn = key
            return False
        kept = self._kept.get(key)
        if kept is None:
            if self._pixels > BUDGET:
                self.forget()
            kept = self._kept[key] = self._make(item, scale, phase, ratio)
        picture, corner = kept
        if picture.isNull():
            return False
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(QPointF((x + corner.x()) / ratio, (y + corner.y()) / ratio), picture)
        painter.setWorldTransform(world)
        return True

    def _make(self, item: WireItem, scale: float, phase: tuple[int, int], ratio: float) -> Kept:
        """The picture, and where its corner is from the pixel that the wire starts on. One too large is empty."""
        move = QTransform(scale, 0, 0, scale, phase[0] / PHASES, phase[1] / PHASES)
        move.translate(-item.start.x(), -item.start.y())
        margin = item.pen().widthF() * scale
        box = move.mapRect(item.path().boundingRect()).adjusted(-margin, -margin, margin, margin)
        left, top = floor(box.left()), floor(box.top())
        wide, high = ceil(box.right()) - left, ceil(box.bottom()) - top
        if wide * high > LARGEST:
            return QPixmap(), QPoint()
        picture = QPixmap(wide, high)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(item.pen())
        painter.setWorldTransform(move * QTransform.fromTranslate(-left, -top))
        painter.drawPath(item.path())
        painter.end()
        picture.setDevicePixelRatio(ratio)
        self._pixels += wide * high
        self.made += 1
        return picture, QPoint(left, top)

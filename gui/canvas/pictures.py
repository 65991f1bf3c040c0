"""Nodes drawn once and kept as pictures: drawing a node from Python costs far more than copying one.

A picture belongs to a look, its state and the view's scale. It is made at device pixels and put on whole
ones, so that text stays as sharp as if it were drawn each time.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from gui.canvas import painting
from gui.canvas.geometry import MARGIN

if TYPE_CHECKING:
    from gui.canvas.node_item import NodeItem

LARGEST = 2.5
"""Above this many device pixels for a scene unit few nodes are in view: they are drawn directly."""
BUDGET = 24_000_000
"""Pixels kept at most (four bytes each)."""


CORNER = QPointF(-MARGIN, -MARGIN)


class Pictures:
    """The pictures of one scale. Another scale, theme or budget starts anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], QPixmap] = {}
        self._scale = (0.0, 0.0)
        self._pixels = 0
        self._round = object()
        """What pictures that items hold must have been made for."""
        self.made = 0
        """How many were drawn, for tests that count."""

    def forget(self) -> None:
        self._kept.clear()
        self._pixels = 0
        self._round = object()

    def draw(self, painter: QPainter, item: NodeItem, scale: float, ratio: float) -> None:
        """Draw a node at the painter's origin. ``ratio`` is device pixels for a pixel of the window."""
        if scale * ratio > LARGEST:
            painting.paint_node(painter, item, scale)
            return
        if self._scale != (scale, ratio) or self._pixels > BUDGET:
            self.forget()
            self._scale = (scale, ratio)
        state = (item.selected, item.hovered, item.flashing, item.partner)
        held = item.picture
        if held is not None and held[0] is self._round and held[1] == state:
            picture = held[2]
        else:
            key = (item.look, *state)
            picture = self._kept.get(key) or self._make(item, scale, ratio)
            self._kept[key] = picture
            item.picture = (self._round, state, picture)
        if scale == 1.0 == ratio:
            painter.drawPixmap(CORNER, picture)  # put on whole pixels by Qt
            return
        world = painter.worldTransform()
        left = round((world.dx() - MARGIN * scale) * ratio) / ratio
        top = round((world.dy() - MARGIN * scale) * ratio) / ratio
        painter.setWorldTransform(QTransform())
        painter.drawPixmap(QPointF(left, top), picture)
        painter.setWorldTransform(world)

    def _make(self, item: NodeItem, scale: float, ratio: float) -> QPixmap:
        wide = ceil((item.width + 2 * MARGIN) * scale * ratio) + 1
        high = ceil((item.height + 2 * MARGIN) * scale * ratio) + 1
        picture = QPixmap(wide, high)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.translate(MARGIN, MARGIN)
        painting.paint_node(painter, item, scale)
        painter.end()
        self._pixels += wide * high
        self.made += 1
        return picture

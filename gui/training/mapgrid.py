"""All channels of one activation side by side, and the one under the mouse enlarged."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme
from gui.training.arrays import levels, painted

GAP = 3


def planes_of(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """An activation as planes (C, H, W): a (T, F) map is one plane, a vector one row of it."""
    if values.ndim == 3:
        return values
    if values.ndim == 2:
        return values[None].transpose(0, 2, 1)
    return values.reshape(1, 1, -1)


class MapGrid(QWidget):
    """Paints planes as tiles as large as they fit. ``hovered`` carries the channel, or -1."""

    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 80)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Feature maps"))
        self.planes: NDArray[np.float32] = np.zeros((0, 1, 1), dtype=np.float32)
        self.tiles: list[QImage] = []
        self.channel = -1
        self.empty_text = ""
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(420, 180)

    def show_planes(self, planes: NDArray[np.float32], color_map: str, together: bool) -> None:
        """Show new values. ``together`` uses one scale for all channels, else each has its own."""
        self.planes = planes
        low, high = levels(planes, color_map)
        self.tiles = []
        for plane in planes:
            ends = (low, high) if together else levels(plane, color_map)
            self.tiles.append(painted(plane, color_map, *ends))
        count = planes.shape[2] if planes.shape[:2] == (1, 1) else len(self.tiles)
        self.channel = min(self.channel, count - 1)
        self.update()

    def clear(self, text: str) -> None:
        """Nothing to show; says why."""
        self.tiles, self.channel, self.empty_text = [], -1, text
        self.update()

    def _layout(self) -> tuple[int, float, float]:
        """Columns, and a tile's width and height, so that the tiles are as large as possible."""
        count = max(1, len(self.tiles))
        height, width = self.planes.shape[1:] if len(self.tiles) else (1, 1)
        ratio = min(max(height / width, 0.04), 8.0)
        best = (1, 0.0, 0.0)
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            wide = (self.width() - GAP * (columns + 1)) / columns
            wide = min(wide, (self.height() - GAP * (rows + 1)) / rows / ratio)
            if wide > best[1]:
                best = (columns, wide, wide * ratio)
        return best

    def tile_rect(self, number: int) -> QRectF:
        """Where a channel is painted."""
        columns, wide, high = self._layout()
        row, column = divmod(number, columns)
        return QRectF(GAP + column * (wide + GAP), GAP + row * (high + GAP), wide, high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.tiles:
            painter.setPen(theme().muted)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 8, -16, -8), int(flags), self.empty_text)
            return
        if self.planes.shape[:2] == (1, 1):
            self._paint_bars(painter)
            return
        for number, tile in enumerate(self.tiles):
            rect = self.tile_rect(number)
            painter.drawImage(rect, tile)
            if number == self.channel:
                painter.setPen(theme().accent)
                painter.drawRect(rect)

    def _bar(self, number: int) -> tuple[float, float]:
        """Left edge and width of a number's bar."""
        wide = (self.width() - 2 * GAP) / self.planes.shape[2]
        return GAP + number * wide, wide

    def _paint_bars(self, painter: QPainter) -> None:
        """A vector is read more easily as bars that stand on zero."""
        values = np.nan_to_num(self.planes[0, 0])
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        scale = (self.height() - 2 * GAP) / ((high - low) or 1.0)
        ground = GAP + high * scale
        for number, value in enumerate(values):
            left, wide = self._bar(number)
            top = ground - float(value) * scale
            body = QRectF(left, min(top, ground), max(1.0, wide - 1), max(1.0, abs(ground - top)))
            painter.fillRect(body, self.tiles[0].pixelColor(number, 0))
            if number == self.channel:
                painter.setPen(theme().accent)
                painter.drawRect(body)
        painter.setPen(theme().muted)
        painter.drawLine(QPointF(GAP, ground), QPointF(self.width() - GAP, ground))

    def _at(self, position: QPointF) -> int:
        if self.tiles and self.planes.shape[:2] == (1, 1):
            number = int((position.x() - GAP) // self._bar(0)[1])
            return number if 0 <= number < self.planes.shape[2] else -1
        for number in range(len(self.tiles)):
            if self.tile_rect(number).contains(position):
                return number
        return -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def _point_at(self, channel: int) -> None:
        if channel != self.channel:
            self.channel = channel
            self.hovered.emit(channel)
            self.update()


class Magnifier(QWidget):
    """One channel, large, with what its values are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(190)
        self.image = QImage()
        self.text = ""

    def show_image(self, image: QImage, text: str) -> None:
        self.image, self.text = image, text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        lines = self.text.count("\n") + 1 if self.text else 0
        below = painter.fontMetrics().lineSpacing() * lines + 6
        room = QRect(4, 4, self.width() - 8, max(20, self.height() - below - 8))
        if not self.image.isNull():
            size = self.image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left = room.left() + (room.width() - size.width()) // 2
            target = QRect(left, room.top(), max(1, size.width()), max(1, size.height()))
            painter.drawImage(target, self.image)
            room.setBottom(target.bottom())
        painter.setPen(theme().muted)
        text = QRect(4, room.bottom() + 4, self.width() - 8, below)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), self.text)

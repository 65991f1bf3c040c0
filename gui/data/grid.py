"""Samples side by side: pictures, or series as small curves, each with its label."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.data.loader import Loaded
from gui.theme import theme

if TYPE_CHECKING:
    import numpy as np

GAP, LABEL = 6, 16
SERIES = ("training", "validation", "third", "fourth", "fifth")


class SampleGrid(QWidget):
    """A grid as wide as it gets; put it into a scroll area. ``place`` is how one cell is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self.cell = (64, 64)
        self._place: Callable[[QPainter, QRect, int], None] | None = None
        self._images: list[QImage] = []
        theme().changed.connect(self.update)

    def show_pictures(self, found: Loaded) -> None:
        """Pictures (K, C, H, W), all stretched alike; pixels stay sharp when they are enlarged."""
        self._images = pictures(found.inputs)
        height, width = found.inputs.shape[-2:]
        edge = 56 if max(height, width) <= 32 else 96
        self.cell = (edge, edge)

        def place(painter: QPainter, rect: QRect, number: int) -> None:
            image = self._images[number]
            smooth = image.width() > rect.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(rect, image)

        self._show(place, found.labels)

    def show_series(self, found: Loaded) -> None:
        """Series (K, T, F) as curves over time, one for each feature, on one scale for each feature."""
        values = found.inputs.reshape(found.inputs.shape[0], found.inputs.shape[1], -1)
        low, high = values.min(axis=(0, 1)), values.max(axis=(0, 1))
        self.cell = (150, 64)

        def place(painter: QPainter, rect: QRect, number: int) -> None:
            painter.fillRect(rect, theme().field)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for feature in range(min(values.shape[2], len(SERIES))):
                painter.setPen(QPen(theme().series(SERIES[feature]), 1.2))
                painter.drawPolyline(_curve(values[number, :, feature], low[feature], high[feature], rect))

        self._show(place, found.labels)

    def _show(self, place: Callable[[QPainter, QRect, int], None], labels: tuple[str, ...]) -> None:
        self._place, self.labels = place, labels
        self._fit()
        self.update()

    @property
    def columns(self) -> int:
        return max(1, (self.width() - GAP) // (self.cell[0] + GAP))

    def _fit(self) -> None:
        rows = -(-len(self.labels) // self.columns)
        self.setMinimumHeight(GAP + rows * (self.cell[1] + LABEL + GAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._place is None:
            return
        painter = QPainter(self)
        width, height = self.cell
        for number, label in enumerate(self.labels):
            row, column = divmod(number, self.columns)
            rect = QRect(GAP + column * (width + GAP), GAP + row * (height + LABEL + GAP), width, height)
            if not rect.adjusted(0, 0, 0, LABEL).intersects(event.rect()):
                continue
            self._place(painter, rect, number)
            painter.setPen(theme().muted)
            shown = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, width)
            below = QRectF(rect.left(), rect.bottom() + 1, width, LABEL)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)


def pictures(values: np.ndarray) -> list[QImage]:
    """Pictures (K, C, H, W) with one or three channels, from the lowest value of all to the highest."""
    import numpy as np

    low, high = float(values.min()), float(values.max())
    scaled = ((values - low) * (255.0 / ((high - low) or 1.0))).astype(np.uint8)
    images = []
    for sample in scaled:
        if len(sample) != 3:
            flat = np.ascontiguousarray(sample[0])
            kind, bytes_per_line = QImage.Format.Format_Grayscale8, flat.shape[1]
        else:
            flat = np.ascontiguousarray(sample.transpose(1, 2, 0))
            kind, bytes_per_line = QImage.Format.Format_RGB888, 3 * flat.shape[1]
        images.append(QImage(flat.data, flat.shape[1], flat.shape[0], bytes_per_line, kind).copy())
    return images


def _curve(values: np.ndarray, low: float, high: float, rect: QRect) -> QPolygonF:
    span = float(high - low) or 1.0
    step = (rect.width() - 6) / max(1, len(values) - 1)
    bottom, room = rect.bottom() - 4, rect.height() - 8
    return QPolygonF(
        [
            QPointF(rect.left() + 3 + number * step, bottom - room * (float(value) - float(low)) / span)
            for number, value in enumerate(values)
        ]
    )

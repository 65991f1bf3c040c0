"""Samples as pictures of Qt: pixels, masks in colours, and where the boxes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from gui.colors import CATEGORIES, SERIES
from gui.theme import theme
from runtime.data.schema import IGNORED

if TYPE_CHECKING:
    import numpy as np

VEIL = 140
"""How opaque a mask is over its picture, of 255."""
_LINES = tuple(SERIES)
_MORE = tuple(CATEGORIES)


def class_color(number: int) -> QColor:
    """The colour of a class wherever classes are drawn; those of charts first, then of the layers."""
    place = number % (len(_LINES) + len(_MORE))
    return (
        theme().series(_LINES[place]) if place < len(_LINES) else theme().category(_MORE[place - len(_LINES)])
    )


def pictures(values: np.ndarray) -> list[QImage]:
    """Pictures (K, C, H, W), from the lowest value of all to the highest. Three channels or more are colours,
    one or two are shades of grey."""
    import numpy as np

    if len(values) == 0:
        return []
    values = np.nan_to_num(values.astype(np.float32, copy=False))
    return pictures_between(values, float(values.min()), float(values.max()))


def pictures_between(values: np.ndarray, low: float, high: float) -> list[QImage]:
    """The same with ``low`` black and ``high`` white."""
    import numpy as np

    scaled = ((values - low) * (255.0 / ((high - low) or 1.0))).clip(0, 255).astype(np.uint8)
    images = []
    for sample in scaled:
        if len(sample) < 3:
            flat = np.ascontiguousarray(sample[0])
            kind, bytes_per_line = QImage.Format.Format_Grayscale8, flat.shape[1]
        else:
            flat = np.ascontiguousarray(sample[:3].transpose(1, 2, 0))
            kind, bytes_per_line = QImage.Format.Format_RGB888, 3 * flat.shape[1]
        images.append(QImage(flat.data, flat.shape[1], flat.shape[0], bytes_per_line, kind).copy())
    return images


def masks(values: np.ndarray) -> list[QImage]:
    """Class numbers (K, H, W) as colours to lay over pictures. Class 0, the ground, is left clear; pixels that
    do not count are grey."""
    import numpy as np

    table, rims = np.zeros((256, 4), np.uint8), np.zeros((256, 4), np.uint8)
    for number in range(1, 255):
        color = class_color(number - 1)
        # premultiplied, in the order of bytes that ARGB32 has on machines that store the low byte first
        rims[number] = (color.blue(), color.green(), color.red(), 255)
        table[number] = [part * VEIL // 255 for part in rims[number].tolist()]
    table[IGNORED] = (90, 90, 90, VEIL)
    images = []
    for mask in values:
        numbers = mask.astype(np.int64) % 256
        flat = np.ascontiguousarray(table[numbers])
        # the rim is opaque, so that a mask is told from what it lies on
        rim = np.zeros(numbers.shape, bool)
        for axis in (0, 1):
            for step in (1, -1):
                rim |= numbers != np.roll(numbers, step, axis)
        rim &= (numbers > 0) & (numbers != IGNORED)
        flat[rim] = rims[numbers[rim]]
        kind = QImage.Format.Format_ARGB32_Premultiplied
        images.append(QImage(flat.data, flat.shape[1], flat.shape[0], 4 * flat.shape[1], kind).copy())
    return images


def paint_boxes(
    painter: QPainter, rect: QRectF, boxes: np.ndarray, classes: tuple[str, ...], named: bool
) -> None:
    """Boxes (M, 5) of class, centre and size (0…1 of the picture) over the picture in ``rect``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetricsF(painter.font())
    for row in boxes:
        number = int(row[0])
        if number < 0:
            continue
        x, y, width, height = (float(part) for part in row[1:5])
        place = QRectF(
            rect.left() + (x - width / 2) * rect.width(), rect.top() + (y - height / 2) * rect.height(),
            width * rect.width(), height * rect.height(),
        ).intersected(rect)  # fmt: skip
        color = class_color(number)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 3.5))
        painter.drawRect(place)
        painter.setPen(QPen(color, 1.8))
        painter.drawRect(place)
        if named and number < len(classes):
            word = classes[number]
            above = place.top() - metrics.height()
            top = above if above >= rect.top() else place.top()
            label = QRectF(place.left() - 1, top, metrics.horizontalAdvance(word) + 6, metrics.height())
            if label.right() > rect.right():
                label.moveRight(max(rect.right(), rect.left() + label.width()))
            painter.fillRect(label, color)
            painter.setPen(theme().on_accent)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, word)

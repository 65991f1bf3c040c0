"""Samples side by side: pictures with their masks, boxes or partners, or series as small curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from gui.data.pictures import masks, paint_boxes, pictures
from gui.data.samples import NONE, TEST, TRAIN, VALIDATION, Page
from gui.theme import theme

if TYPE_CHECKING:
    import numpy as np

GAP, LABEL, ARROW = 8, 17, 20
SERIES = ("training", "validation", "third", "fourth", "fifth")
SMALLEST, LARGEST = 40, 320
"""Edge of a picture in the grid, in pixels."""

Place = Callable[[QPainter, QRect, int], None]


class SampleGrid(QWidget):
    """A grid as wide as it gets; put it into a scroll area. A click or the arrow keys choose a sample."""

    chosen = Signal(int)
    """The place on the page of the sample that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Samples"))
        self.labels: tuple[str, ...] = ()
        self.cell = (64, 64)
        self.edge = 0
        """Edge of a picture as the person chose it; 0 leaves it to the pictures' own size."""
        self.overlay = True
        """Whether masks and boxes are drawn over the pictures."""
        self.current = -1
        self._page: Page | None = None
        self._place: Place | None = None
        self._images: list[QImage] = []
        self._others: list[QImage] = []
        theme().changed.connect(self._recolored)

    # -- what is shown -------------------------------------------------------------------------------

    def show_page(self, page: Page) -> None:
        """The samples of a page: pictures (K, C, H, W) or series (K, T, F)."""
        self._page, self.labels, self.current = page, page.labels, -1
        if page.schema.kind == "image":
            self._show_pictures(page)
        else:
            self._show_series(page)
        self._fit()
        self.update()

    def set_edge(self, edge: int) -> None:
        """Make the pictures larger or smaller."""
        self.edge = edge
        if self._page is not None:
            current = self.current
            self.show_page(self._page)
            self.current = current

    def set_overlay(self, seen: bool) -> None:
        """Show masks and boxes over the pictures, or the pictures alone."""
        self.overlay = seen
        self.update()

    @property
    def in_pairs(self) -> bool:
        """Whether the targets are pictures too."""
        return bool(self._others) and self._page is not None and self._page.schema.task != "segmentation"

    def _show_pictures(self, page: Page) -> None:
        """All stretched alike; pixels stay sharp when they are enlarged."""
        task = page.schema.task
        self._images = pictures(page.inputs)
        self._others = []
        if task == "segmentation":
            self._others = masks(page.targets)
        elif task in ("image-to-image", "unpaired-images", "regression") and page.targets.ndim == 4:
            self._others = pictures(page.targets)
        height, width = page.inputs.shape[-2:]
        rich = bool(self._others) or task == "detection"
        edge = self.edge or (56 if max(height, width) <= 16 else 72 if max(height, width) <= 32 else 96)
        if rich and not self.edge:
            edge = max(edge, 112)
        shape = (edge, max(8, round(edge * height / width))) if width >= height else (
            max(8, round(edge * width / height)), edge
        )  # fmt: skip
        self.cell = (2 * shape[0] + ARROW, shape[1]) if self.in_pairs else shape
        self._place = self._place_pair if self.in_pairs else self._place_picture

    def _place_picture(self, painter: QPainter, rect: QRect, number: int) -> None:
        page = self._page
        assert page is not None
        _draw(painter, rect, self._images[number])
        if not self.overlay:
            return
        if self._others:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(rect, self._others[number])
        elif page.schema.task == "detection":
            named = rect.width() >= 90
            paint_boxes(painter, QRectF(rect), page.targets[number], page.schema.classes or (), named)

    def _place_pair(self, painter: QPainter, rect: QRect, number: int) -> None:
        width = (rect.width() - ARROW) // 2
        left = QRect(rect.left(), rect.top(), width, rect.height())
        _draw(painter, left, self._images[number])
        _draw(painter, left.translated(width + ARROW, 0), self._others[number])
        assert self._page is not None
        sign = "+" if self._page.schema.task == "unpaired-images" else "→"
        painter.setPen(theme().muted)
        between = QRect(left.right() + 1, rect.top(), ARROW, rect.height())
        painter.drawText(between, Qt.AlignmentFlag.AlignCenter, sign)

    def _show_series(self, page: Page) -> None:
        """Series as curves over time, one for each feature, on one scale for each feature of the page."""
        import numpy as np

        self._images, self._others = [], []
        shape = page.inputs.shape
        values = (
            np.nan_to_num(page.inputs.reshape(shape[0], shape[1], -1)) if len(page) else np.zeros((0, 1, 1))
        )
        low, high = (values.min(axis=(0, 1)), values.max(axis=(0, 1))) if len(page) else (0, 0)
        width = self.edge * 2 if self.edge else 150
        self.cell = (width, max(40, width * 3 // 7))

        def place(painter: QPainter, rect: QRect, number: int) -> None:
            painter.fillRect(rect, theme().field)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for feature in range(min(values.shape[2], len(SERIES))):
                painter.setPen(QPen(theme().series(SERIES[feature]), 1.2))
                painter.drawPolyline(_curve(values[number, :, feature], low[feature], high[feature], rect))

        self._place = place

    def _recolored(self) -> None:
        if self._page is not None:
            current = self.current
            self.show_page(self._page)  # masks carry the colours of the theme
            self.current = current
        self.update()

    # -- where things are ----------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        return max(1, (self.width() - GAP) // (self.cell[0] + GAP))

    @property
    def _labelled(self) -> int:
        """Height of the line of labels; none where no sample has one."""
        return LABEL if any(self.labels) else 0

    def rect_of(self, number: int) -> QRect:
        """Where a sample is drawn, without its label."""
        row, column = divmod(number, self.columns)
        width, height = self.cell
        return QRect(GAP + column * (width + GAP), GAP + row * (height + self._labelled + GAP), width, height)

    def at(self, point: QPoint) -> int:
        """The sample at a point; -1 between them."""
        for number in range(len(self.labels)):
            if self.rect_of(number).adjusted(0, 0, 0, self._labelled).contains(point):
                return number
        return -1

    def _fit(self) -> None:
        rows = -(-len(self.labels) // self.columns)
        self.setMinimumHeight(GAP + rows * (self.cell[1] + self._labelled + GAP))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._place is None:
            return
        painter = QPainter(self)
        for number, label in enumerate(self.labels):
            rect = self.rect_of(number)
            if not rect.adjusted(0, 0, 0, self._labelled).intersects(event.rect()):
                continue
            painter.save()
            self._place(painter, rect, number)
            painter.restore()
            if number == self.current:
                painter.setPen(QPen(theme().accent, 2))
                painter.drawRect(rect.adjusted(-2, -2, 2, 2))
            painter.setPen(theme().muted)
            shown = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, rect.width())
            below = QRectF(rect.left(), rect.bottom() + 1, rect.width(), LABEL)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)

    # -- choosing a sample ---------------------------------------------------------------------------

    def choose(self, number: int) -> None:
        """Mark a sample and say so."""
        if 0 <= number < len(self.labels) and number != self.current:
            self.current = number
            self.update()
            self.chosen.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self.at(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        step = {
            key.Key_Left: -1, key.Key_Right: 1, key.Key_Up: -self.columns, key.Key_Down: self.columns,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(min(max(0, self.current + step), len(self.labels) - 1) if self.current >= 0 else 0)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.at(event.pos())
            QToolTip.showText(event.globalPos(), self.about(number) if number >= 0 else "", self)
            return True
        return super().event(event)

    def about(self, number: int) -> str:
        """A sample in a line: its number, its split, its label."""
        page = self._page
        if page is None:
            return ""
        part = part_names()[page.parts[number]]
        text = self.tr("Sample {0:,}, for {1}").format(page.rows[number] + 1, part)
        return f"{text}\n{page.labels[number]}".strip()


def part_names() -> dict[int, str]:
    """What the splits are called."""
    from PySide6.QtCore import QCoreApplication

    return {
        TRAIN: QCoreApplication.translate("Samples", "training"),
        VALIDATION: QCoreApplication.translate("Samples", "validation"),
        TEST: QCoreApplication.translate("Samples", "test"),
        NONE: QCoreApplication.translate("Samples", "no split: it overlaps with the next"),
    }


def _draw(painter: QPainter, rect: QRect, image: QImage) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > rect.width())
    painter.drawImage(rect, image)
    # a white picture on a white page still has an edge
    painter.setPen(theme().border)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0, 0, -1, -1))


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

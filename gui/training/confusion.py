"""The confusion matrix: rows are the truth, columns what the network said."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.colors import mixed
from gui.theme import theme

SMALLEST = 8
"""Pixels of a row's height below which nothing is written into it."""


class ConfusionMatrix(QWidget):
    """Cells shaded by their share of the row; counts are written where there is room, or else their share. A click on
    a cell tells which it was, if it is ``clickable``."""

    chosen = Signal(int, int)
    """Row (true class) and column (predicted class)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: list[list[int]] = []
        self.classes: list[str] = []
        self.unit = "samples"
        self.clickable = False
        self.last: tuple[int, int] | None = None
        """The cell that was clicked."""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 150)
        self.setAccessibleName(self.tr("Confusion matrix"))
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(340, 230)

    def show_counts(self, counts: Sequence[Sequence[int]], classes: Sequence[str]) -> None:
        self.counts = [list(row) for row in counts]
        self.classes = list(classes)
        self.last = None
        self.update()

    def _frame(self) -> tuple[float, float, float, float]:
        """Left and top edge of the cells, and width and height of one. Cells are wider than high where there is room,
        for the names above them."""
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in self.classes), default=10)
        widest += 2  # the advance is rounded, and a name that fits must not be cut
        left = min(widest, self.width() * 0.3) + 26
        top = self.fontMetrics().height() * 2 + 6.0
        count = max(1, len(self.classes))
        high = max(2.0, (self.height() - top - 6) / count)
        wide = max(2.0, (self.width() - left - 6) / count)
        # never higher than wide, and not wider than a name and a count need
        return left, top, min(wide, max(high, min(widest + 14, 4 * high))), min(high, wide)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.counts:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        left, top, wide, high = self._frame()
        count = len(self.classes)
        metrics = self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignCenter
        painter.setPen(theme().muted)
        painter.drawText(QRectF(left, 0, wide * count, metrics.height()), middle, self.tr("predicted"))
        painter.save()
        painter.translate(0, top + high * count)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, high * count, metrics.height()), middle, self.tr("true"))
        painter.restore()
        for row in range(count):
            self._name(painter, row, left, top, wide, high)
            total = sum(self.counts[row]) or 1
            for column, value in enumerate(self.counts[row]):
                cell = QRectF(left + column * wide, top + row * high, wide - 1, high - 1)
                self._cell(painter, cell, row, column, value, value / total)

    def _name(self, painter: QPainter, row: int, left: float, top: float, wide: float, high: float) -> None:
        """The name of a class, beside its row and above its column, where there is room for some of it."""
        metrics, elide = self.fontMetrics(), Qt.TextElideMode.ElideRight
        painter.setPen(theme().text)
        if high >= SMALLEST:
            name = metrics.elidedText(self.classes[row], elide, int(left - 26))
            box = QRectF(20, top + row * high - 2, left - 26, high + 4)
            painter.setFont(self._fitting(high))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
            painter.setFont(self.font())
        head = metrics.elidedText(self.classes[row], elide, int(wide))
        if len(head) > 1 or head == self.classes[row]:
            box = QRectF(left + row * wide, metrics.height(), wide, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, head)

    def _fitting(self, high: float) -> QFont:
        """The font, smaller where the rows are low."""
        font = self.font()
        if self.fontMetrics().height() > high + 3:
            font.setPixelSize(max(7, round(high)))
        return font

    def _cell(self, painter: QPainter, cell: QRectF, row: int, column: int, value: int, share: float) -> None:
        """A cell, shaded by its share of the row, with its count, or its share where that is too long."""
        metrics = self.fontMetrics()
        tint = theme().ok if row == column else theme().error
        strength = min(1.0, share * 0.85 + 0.12) if value else 0.0
        painter.fillRect(cell, mixed(theme().raised, tint, strength))
        text = f"{value:,}"
        if metrics.horizontalAdvance(text) >= cell.width() - 2:
            text = f"{share:.0%}"
        if value and metrics.horizontalAdvance(text) < cell.width() - 1 and cell.height() >= SMALLEST:
            painter.setPen(theme().panel if share > 0.45 else theme().text)
            painter.setFont(self._fitting(cell.height()))
            painter.drawText(cell.adjusted(0, -2, 0, 2), Qt.AlignmentFlag.AlignCenter, text)
            painter.setFont(self.font())
        if self.last == (row, column):
            painter.setPen(QPen(theme().text, 2))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """(true class, predicted class) under a point."""
        left, top, wide, high = self._frame()
        column, row = int((position.x() - left) // wide), int((position.y() - top) // high)
        count = len(self.classes)
        return (row, column) if 0 <= row < count and 0 <= column < count and self.counts else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self.clickable and cell is not None:
            if self.counts[cell[0]][cell[1]]:
                self.last = cell
                self.update()
                self.chosen.emit(*cell)
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position()) if self.clickable else None
        some = cell is not None and self.counts[cell[0]][cell[1]] > 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if some else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is not None:
                row, column = cell
                total = sum(self.counts[row]) or 1
                value = self.counts[row][column]
                text = self.tr("{0:,} of {1:,} {5} of “{2}” were taken for “{3}” ({4:.1%})").format(
                    value, total, self.classes[row], self.classes[column], value / total, self.unit
                )
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

"""The confusion matrix: rows are the truth, columns what the network said."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.colors import mixed
from gui.theme import theme


class ConfusionMatrix(QWidget):
    """Cells shaded by their share of the row; counts are written where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: list[list[int]] = []
        self.classes: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 150)
        self.setAccessibleName(self.tr("Confusion matrix"))
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(340, 230)

    def show_counts(self, counts: Sequence[Sequence[int]], classes: Sequence[str]) -> None:
        self.counts = [list(row) for row in counts]
        self.classes = list(classes)
        self.update()

    def _frame(self) -> tuple[float, float, float]:
        """Left and top edge of the cells, and the size of one."""
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in self.classes), default=10)
        widest += 2  # the advance is rounded, and a name that fits must not be cut
        left = min(widest, self.width() * 0.3) + 26
        top = self.fontMetrics().height() * 2 + 6.0
        count = max(1, len(self.classes))
        size = min((self.width() - left - 6) / count, (self.height() - top - 6) / count)
        return left, top, max(2.0, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.counts:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        left, top, size = self._frame()
        count = len(self.classes)
        metrics = self.fontMetrics()
        painter.setPen(theme().muted)
        painter.drawText(QRectF(left, 0, size * count, metrics.height()), Qt.AlignmentFlag.AlignCenter,
                         self.tr("predicted"))  # fmt: skip
        painter.save()
        painter.translate(0, top + size * count)
        painter.rotate(-90)
        painter.drawText(
            QRectF(0, 0, size * count, metrics.height()), Qt.AlignmentFlag.AlignCenter, self.tr("true")
        )
        painter.restore()
        for row, values in enumerate(self.counts):
            total = sum(values) or 1
            y = top + row * size
            if size >= metrics.height() * 0.8:
                name = metrics.elidedText(self.classes[row], Qt.TextElideMode.ElideRight, int(left - 26))
                painter.setPen(theme().text)
                painter.drawText(QRectF(20, y, left - 26, size), Qt.AlignmentFlag.AlignVCenter
                                 | Qt.AlignmentFlag.AlignRight, name)  # fmt: skip
                head = metrics.elidedText(self.classes[row], Qt.TextElideMode.ElideRight, int(size))
                painter.drawText(QRectF(left + row * size, metrics.height(), size, metrics.height()),
                                 Qt.AlignmentFlag.AlignCenter, head)  # fmt: skip
            for column, value in enumerate(values):
                cell = QRectF(left + column * size, y, size - 1, size - 1)
                share = value / total
                tint = theme().ok if row == column else theme().error
                painter.fillRect(
                    cell, mixed(theme().raised, tint, min(1.0, share * 0.85 + 0.12) if value else 0.0)
                )
                text = str(value)
                if value and metrics.horizontalAdvance(text) < size - 2 and size > metrics.height():
                    dark_ground = share > 0.45
                    painter.setPen(theme().panel if dark_ground else theme().text)
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def cell_at(self, position: QPointF) -> tuple[int, int] | None:
        """(true class, predicted class) under a point."""
        left, top, size = self._frame()
        column, row = int((position.x() - left) // size), int((position.y() - top) // size)
        count = len(self.classes)
        return (row, column) if 0 <= row < count and 0 <= column < count and self.counts else None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is not None:
                row, column = cell
                total = sum(self.counts[row]) or 1
                value = self.counts[row][column]
                text = self.tr("{0} of {1} samples of “{2}” were taken for “{3}” ({4:.1%})").format(
                    value, total, self.classes[row], self.classes[column], value / total
                )
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

"""How many samples each class has, as bars."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import theme

ROW = 19
NAME = 84


class BalanceBars(QWidget):
    """One row for each class: its name, a bar of training, validation and test samples, the sum."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: dict[str, tuple[int, int, int]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_counts(self, counts: dict[str, tuple[int, int, int]] | None) -> None:
        """Class -> samples to train, to validate, to test."""
        self.counts = counts or {}
        self.setFixedHeight(ROW * len(self.counts))
        self.setVisible(bool(self.counts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, ROW * len(self.counts))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        names = max((metrics.horizontalAdvance(name) for name in self.counts), default=0)
        left = min(names, NAME) + 8
        sums = [sum(parts) for parts in self.counts.values()]
        right = max((metrics.horizontalAdvance(f"{value:,}") for value in sums), default=0) + 6
        most, room = max([*sums, 1]), max(10, self.width() - left - right)
        colors = [theme().series(name) for name in ("training", "validation", "third")]
        for number, (name, parts) in enumerate(self.counts.items()):
            top = number * ROW
            if top + ROW < event.rect().top() or top > event.rect().bottom():
                continue
            painter.setPen(theme().text)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 6)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, left - 6, ROW), middle | Qt.AlignmentFlag.AlignLeft, shown)
            x = float(left)
            painter.setPen(Qt.PenStyle.NoPen)
            for count, color in zip(parts, colors, strict=True):
                width = room * count / most
                painter.setBrush(color)
                painter.drawRect(QRectF(x, top + 5, width, ROW - 9))
                x += width
            painter.setPen(theme().muted)
            painter.drawText(QRectF(x + 5, top, self.width() - x - 5, ROW), middle, f"{sum(parts):,}")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = event.pos().y() // ROW
            if 0 <= number < len(self.counts):
                name, parts = list(self.counts.items())[number]
                text = self.tr("{0}: {1:,} to train, {2:,} to validate, {3:,} to test").format(name, *parts)
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

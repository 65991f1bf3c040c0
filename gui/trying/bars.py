"""The likeliest classes as bars, the first on top."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.colors import mixed
from gui.theme import theme

MOST = 8
GAP = 4


class ClassBars(QWidget):
    """Name, bar and per cent for each of the likeliest classes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_shares(self, classes: Sequence[str], shares: Sequence[float]) -> None:
        """The largest shares (0…1) with the names of their classes."""
        named = list(zip(classes, shares, strict=False))
        self.rows = sorted(named, key=lambda row: -row[1])[:MOST]
        self.setAccessibleName(", ".join(f"{name} {share:.1%}" for name, share in self.rows[:3]))
        self.setVisible(bool(self.rows))
        self.updateGeometry()
        self.update()

    def _line(self) -> int:
        return self.fontMetrics().height() + GAP

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, len(self.rows)) * self._line())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        widest = max((metrics.horizontalAdvance(name) for name, _ in self.rows), default=0.0) + 4
        left = min(widest, self.width() * 0.45)
        right = metrics.horizontalAdvance("100.0 %") + 8
        for number, (name, share) in enumerate(self.rows):
            y, high = number * self._line(), self._line() - GAP
            painter.setPen(theme().text)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y, left, high), flags, shown)
            room = self.width() - left - right - 8
            box = QRectF(left + 8, y + 2, room, high - 4)
            painter.fillRect(box, theme().raised)
            strength = theme().accent if number == 0 else mixed(theme().accent, theme().panel, 0.45)
            painter.fillRect(QRectF(box.left(), box.top(), max(1.0, room * share), box.height()), strength)
            painter.drawText(QRectF(self.width() - right, y, right, high), flags, f"{100 * share:.1f} %")

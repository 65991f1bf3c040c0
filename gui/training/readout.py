"""One line of coloured words that changes many times a second without moving anything around it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import theme

Word = tuple[str, str, bool]
"""Text, series (or "" for the text colour, "muted" for the muted one), and whether it is bold."""


class Readout(QWidget):
    """Painted by hand: a QLabel would have the whole window laid out anew with each text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words: list[Word] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    @property
    def text(self) -> str:
        """All words as one text, for the tooltip."""
        return "  ".join(text for text, _, _ in self.words)

    def say(self, words: list[Word]) -> None:
        """Show these words."""
        if words != self.words:
            self.words = words
            self.update()

    def fits(self, words: list[Word]) -> bool:
        """Whether there is room for so many words."""
        return sum(self._width(word) for word in words) < self.width() - 6

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def _font(self, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setBold(bold)
        return font

    def _width(self, word: Word) -> float:
        return QFontMetricsF(self._font(word[2])).horizontalAdvance(word[0]) + 12

    def _color(self, series: str) -> QColor:
        if series == "muted":
            return theme().muted
        return theme().series(series) if series else theme().text

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        x = 6.0
        for text, series, bold in self.words:
            font = self._font(bold)
            painter.setFont(font)
            painter.setPen(self._color(series))
            room = self.width() - x
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(x, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
            x += self._width((text, series, bold))
            if x >= self.width():
                return

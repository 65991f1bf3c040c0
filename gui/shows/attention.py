"""Where a network looked while it wrote each word: source across, target down."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from gui.colors import mixed
from gui.shows.contents import Attention, Sentence
from gui.shows.view import Sheet, SheetView, small
from gui.theme import theme
from gui.widgets import Picker

LEAST, MOST = 13.0, 42.0
"""Pixels of a cell's edge."""
LONGEST = 110.0
"""Pixels of a word before it is cut."""


class AttentionSheet(Sheet):
    """Cells darken with the weight; the words of the source stand on end where there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence: Sentence | None = None
        self.setAccessibleName(self.tr("Attention"))

    def _room(self) -> tuple[float, float]:
        """Pixels for the words at the left and on top."""
        metrics = QFontMetricsF(small(self.font()))
        assert self.sentence is not None
        widest = [
            max((metrics.horizontalAdvance(_word(word)) for word in words), default=8.0)
            for words in (self.sentence.target, self.sentence.source)
        ]
        return min(LONGEST, widest[0]) + 10, min(LONGEST, widest[1]) + 8

    def least(self, width: float) -> QSize:
        if self.sentence is None:
            return super().least(width)
        left, top = self._room()
        rows, columns = self.sentence.weights.shape
        return QSize(ceil(left + columns * LEAST + 6), ceil(top + rows * LEAST + 6))

    def _frame(self, area: QRectF) -> tuple[float, float, float, float]:
        """Left and top edge of the cells, and the width and height of one."""
        assert self.sentence is not None
        left, top = self._room()
        rows, columns = self.sentence.weights.shape
        metrics = QFontMetricsF(small(self.font()))
        widest = max((metrics.horizontalAdvance(_word(word)) for word in self.sentence.source), default=8.0)
        wide = min(MOST * 2, (area.width() - left - 6) / max(1, columns))
        if wide >= widest + 6:  # the words fit lying down
            top = metrics.height() + 6
        high = min(MOST, (area.height() - top - 6) / max(1, rows))
        wide = min(wide, max(high * 2, widest + 6)) if wide >= widest + 6 else min(wide, high * 2)
        return left, top, max(2.0, wide), max(2.0, high)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        if self.sentence is None:
            return
        left, top, wide, high = self._frame(area)
        painter.setFont(small(self.font()))
        metrics = QFontMetricsF(painter.font())
        weights = np.nan_to_num(self.sentence.weights)
        peak = float(weights.max()) if weights.size else 1.0
        painter.setPen(theme().text)
        for row, word in enumerate(self.sentence.target):
            shown = metrics.elidedText(_word(word), Qt.TextElideMode.ElideRight, left - 8)
            box = QRectF(area.left() + 2, area.top() + top + row * high, left - 8, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        lying = top <= metrics.height() + 6
        for column, word in enumerate(self.sentence.source):
            x = area.left() + left + column * wide
            if lying:
                painter.drawText(
                    QRectF(x, area.top(), wide, top - 2), Qt.AlignmentFlag.AlignCenter, _word(word)
                )
                continue
            painter.save()
            painter.translate(x, area.top() + top - 4)
            painter.rotate(-90)
            shown = metrics.elidedText(_word(word), Qt.TextElideMode.ElideRight, top - 6)
            painter.drawText(
                QRectF(0, 0, top - 4, wide), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown
            )
            painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for (row, column), weight in np.ndenumerate(weights):
            box = QRectF(
                area.left() + left + column * wide, area.top() + top + row * high, wide - 1, high - 1
            )
            painter.fillRect(
                box, mixed(theme().raised, theme().accent, min(1.0, float(weight) / (peak or 1.0)))
            )

    def words(self, place: QPointF) -> str:
        if self.sentence is None:
            return ""
        left, top, wide, high = self._frame(QRectF(self.rect()))
        column, row = int((place.x() - left) // wide), int((place.y() - top) // high)
        rows, columns = self.sentence.weights.shape
        if not (0 <= row < rows and 0 <= column < columns):
            return ""
        return self.tr("“{0}” looked at “{1}”: {2:.1%}").format(
            self.sentence.target[row], self.sentence.source[column], float(self.sentence.weights[row, column])
        )


class AttentionView(SheetView):
    """One sentence at a time, chosen from a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(AttentionSheet(), parent)
        self.choice: QComboBox = Picker()
        self.choice.setAccessibleName(self.tr("Sentence"))
        self.choice.setToolTip(self.tr("Which sentence is shown"))
        self.choice.currentIndexChanged.connect(self._choose)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self.choice, 1)
        self.column.insertLayout(0, row)

    def take(self, content: Attention) -> None:  # type: ignore[override]
        self.content = content
        chosen = max(0, self.choice.currentIndex())
        self.choice.blockSignals(True)
        self.choice.clear()
        for row in content.rows:
            self.choice.addItem(f"{' '.join(row.source)}  →  {' '.join(row.target)}".replace("\n", "⏎"))
        self.choice.setCurrentIndex(min(chosen, len(content.rows) - 1))
        self.choice.blockSignals(False)
        self.choice.setVisible(len(content.rows) > 1)
        self._choose(self.choice.currentIndex())

    def wanted_height(self, width: int) -> int:
        controls = self.choice.sizeHint().height() + 4 if self.choice.count() > 1 else 0
        return self.sheet.least(width).height() + controls + 12

    def _choose(self, number: int) -> None:
        rows = self.content.rows if self.content is not None else ()
        self.sheet.sentence = rows[number] if 0 <= number < len(rows) else None  # type: ignore[attr-defined]
        self.area.fit()


def _word(word: str) -> str:
    """A word as it stands at an axis: a space and a line end are seen."""
    return {" ": "␣", "\n": "⏎", "": "·"}.get(word, word)

"""What was measured over the whole set: a row for each column or channel, or for each word, with small bars."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui.data.labels import shown_text
from gui.data.loader import Loaded
from gui.theme import theme

Index = QModelIndex | QPersistentModelIndex
BARS = Qt.ItemDataRole.UserRole + 1
"""Heights 0…1 of the bars of a cell."""
WORDS = 2000


class StatisticsRows(QAbstractTableModel):
    """Statistics of numbers, or how often each word is there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self._bars: list[tuple[float, ...]] = []

    def show_loaded(self, found: Loaded) -> None:
        """Statistics of what was loaded; nothing where there is nothing to measure."""
        self.beginResetModel()
        if found.vocabulary:
            self._words(found)
        else:
            self._numbers(found)
        self.endResetModel()

    def _numbers(self, found: Loaded) -> None:
        first = self.tr("channel") if found.schema.kind == "image" else self.tr("column")
        self.heads = [
            first, self.tr("spread"), self.tr("lowest"), self.tr("highest"), self.tr("mean"),
            self.tr("deviation"), self.tr("missing"),
        ]  # fmt: skip
        self.rows, self._bars = [], []
        for one in found.statistics:
            name = self.tr("{0} (target)").format(one.name) if one.target else one.name
            if one.categories > 1:
                name = self.tr("{0}: {1} categories, mostly {2}").format(name, one.categories, one.most)
            elif one.categories:
                name = self.tr("{0}: always {1}").format(name, one.most)
            numbers = [
                "–" if value is None else f"{value:.5g}"
                for value in (one.low, one.high, one.mean, one.deviation)
            ]
            self.rows.append([name, "", *numbers, f"{one.missing:,}" if one.missing else ""])
            most = max(one.bins, default=0) or 1
            self._bars.append(tuple(count / most for count in one.bins))

    def _words(self, found: Loaded) -> None:
        self.heads = [self.tr("token"), self.tr("share"), self.tr("how often")]
        most = max((count for _, count in found.vocabulary), default=0) or 1
        shown = found.vocabulary[:WORDS]
        self.rows = [[shown_text(word), "", f"{count:,}"] for word, count in shown]
        self._bars = [(count / most,) for _, count in shown]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[row][column]
        if role == BARS and column == 1:
            return self._bars[row]
        if role == Qt.ItemDataRole.TextAlignmentRole and column > 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and self.heads[column] == self.tr("missing"):
            return theme().warning
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.heads[section]
        return None


class BarsDelegate(QStyledItemDelegate):
    """Draws a histogram, or one bar as long as its share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        bars = index.data(BARS)
        if bars is None:
            super().paint(painter, option, index)
            return
        rect = QRectF(option.rect).adjusted(6, 3, -6, -3)  # type: ignore[attr-defined]
        color = theme().series("training")
        if len(bars) == 1:
            painter.fillRect(
                QRectF(rect.left(), rect.top() + 3, rect.width() * bars[0], rect.height() - 6), color
            )
            return
        each = rect.width() / max(1, len(bars))
        for place, height in enumerate(bars):
            tall = max(rect.height() * height, 1.0 if height > 0 else 0.0)
            painter.fillRect(QRectF(rect.left() + place * each, rect.bottom() - tall, each - 1, tall), color)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(130, 26) if index.data(BARS) is not None else super().sizeHint(option, index)

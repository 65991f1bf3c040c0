"""Draws the tokens of a text, each in a box of its own, special ones in a colour of their own."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.data.rows import TOKENS
from gui.theme import theme
from runtime.data.schema import CLASS, END, MASK, SEPARATOR, START, UNKNOWN

SPECIAL = frozenset((START, END, CLASS, SEPARATOR, MASK))
PAD, GAP = 4, 3
WIDEST = 900


class TokenDelegate(QStyledItemDelegate):
    """Cells without tokens are drawn as ever."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        words = index.data(TOKENS)
        if words is None:
            super().paint(painter, option, index)
            return
        painter.save()
        rect = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.setClipRect(rect)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, theme().selection)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        x, height = rect.left() + PAD, metrics.height() + 2
        top = rect.center().y() - height / 2
        for word in words:
            width = metrics.horizontalAdvance(word) + 2 * PAD
            box = QRectF(x, top, width, height)
            special, unknown = word in SPECIAL, word == UNKNOWN
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(
                theme().warning_soft if unknown else theme().window if special else theme().raised
            )
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(theme().warning if unknown else theme().muted if special else theme().text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word)
            x += width + GAP
            if x > rect.right():
                break
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        words = index.data(TOKENS)
        if words is None:
            return super().sizeHint(option, index)
        metrics = option.fontMetrics  # type: ignore[attr-defined]
        width = sum(metrics.horizontalAdvance(word) + 2 * PAD + GAP for word in words) + 2 * PAD
        return QSize(min(width, WIDEST), metrics.height() + 8)

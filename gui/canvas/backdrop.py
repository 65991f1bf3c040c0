"""What lies behind the graph: the grid, and a hint while there is nothing."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QWidget

from gui.canvas.geometry import GRID
from gui.canvas.words import tr
from gui.theme import theme


def paint_grid(painter: QPainter, rect: QRectF, scale: float) -> None:
    """Fine lines while they are far enough apart, and a stronger one every eighth."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    coarse = GRID * 8
    while coarse * scale < 40:
        coarse *= 4
    if GRID * 2 * scale >= 20:
        _lines(painter, rect, GRID * 2, theme().grid)
    _lines(painter, rect, coarse, theme().grid_strong)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _lines(painter: QPainter, rect: QRectF, step: float, color: QColor) -> None:
    pen = QPen(color, 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    left, top = floor(rect.left() / step), floor(rect.top() / step)
    lines = [
        QLineF(number * step, rect.top(), number * step, rect.bottom())
        for number in range(left, floor(rect.right() / step) + 1)
    ]
    lines += [
        QLineF(rect.left(), number * step, rect.right(), number * step)
        for number in range(top, floor(rect.bottom() / step) + 1)
    ]
    painter.drawLines(lines)


class Hint(QLabel):
    """Says how to begin, in the middle of an empty canvas; the mouse passes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.recolour()

    def recolour(self) -> None:
        """Write the text in the theme's colours."""
        colors = theme()
        head = tr("Start with a layer")
        body = tr("Press <b>Tab</b>, double-click, or drag a layer from the left.")
        self.setText(
            f'<p style="font-size:17px; font-weight:600; color:{colors.text.name()}">{head}</p>'
            f'<p style="font-size:13px; color:{colors.muted.name()}">{body}</p>'
        )
        self.setStyleSheet("background: transparent;")
        self.place()

    def place(self) -> None:
        """Into the middle of the parent."""
        self.adjustSize()
        parent = self._over
        self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)

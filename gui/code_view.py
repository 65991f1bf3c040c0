"""Python text to read: line numbers, highlighting, and some lines marked."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontDatabase,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from gui.highlight import PythonHighlighter
from gui.theme import theme


class CodeView(QPlainTextEdit):
    """Read-only code. Lines are counted from 1."""

    line_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(9.0, self.font().pointSizeF()))
        self.setFont(font)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.highlighter = PythonHighlighter(self.document())
        self.marked: tuple[int, ...] = ()
        self.numbers = _LineNumbers(self)
        self.blockCountChanged.connect(self._margin)
        self.updateRequest.connect(self._scrolled)
        theme().changed.connect(self._recolor)
        self._margin()
        self._recolor()

    def show_text(self, text: str) -> None:
        """Put another text in, keeping the scroll position."""
        if text == self.toPlainText():
            return
        bar, side = self.verticalScrollBar(), self.horizontalScrollBar()
        keep, keep_side = bar.value(), side.value()
        self.highlighter.set_text(text)
        self.setPlainText(text)
        bar.setValue(keep)
        side.setValue(keep_side)

    def set_faded(self, faded: bool) -> None:
        """Grey for a text that is out of date."""
        if faded != self.highlighter.faded:
            self.highlighter.faded = faded
            self.highlighter.rehighlight()

    def mark_lines(self, lines: Collection[int], scroll: bool = True) -> None:
        """Put a band behind these lines, and bring the first into view."""
        self.marked = tuple(sorted(lines))
        bands = []
        for line in self.marked:
            block = self.document().findBlockByNumber(line - 1)
            if block.isValid():
                band = QTextEdit.ExtraSelection()
                band.format.setBackground(theme().code_line)  # type: ignore[attr-defined]
                band.format.setProperty(QTextFormat.Property.FullWidthSelection, True)  # type: ignore[attr-defined]
                band.cursor = QTextCursor(block)  # type: ignore[attr-defined]
                bands.append(band)
        self.setExtraSelections(bands)
        self.numbers.update()
        if scroll and self.marked:
            self._reveal(self.marked[0], self.marked[-1])

    def _reveal(self, first: int, last: int) -> None:
        top = self.firstVisibleBlock().blockNumber() + 1
        rows = max(1, self.viewport().height() // self.fontMetrics().lineSpacing())
        if not (top <= first and last <= top + rows - 1):
            self.verticalScrollBar().setValue(max(0, first - 1 - rows // 3))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    # -- line numbers --------------------------------------------------------------------------------

    def number_width(self) -> int:
        digits = max(2, len(str(max(1, self.blockCount()))))
        return 18 + self.fontMetrics().horizontalAdvance("9") * digits

    def _margin(self) -> None:
        self.setViewportMargins(self.number_width(), 0, 0, 0)

    def _scrolled(self, rect: QRect, dy: int) -> None:
        if dy:
            self.numbers.scroll(0, dy)
        else:
            self.numbers.update(0, rect.y(), self.numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self.numbers.setGeometry(inside.left(), inside.top(), self.number_width(), inside.height())

    def _recolor(self) -> None:
        self.setStyleSheet("QPlainTextEdit { border: none; border-radius: 0; padding: 0; }")
        self.highlighter.rehighlight()
        self.mark_lines(self.marked, scroll=False)


class _LineNumbers(QWidget):
    """The column at the left of a :class:`CodeView`."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self.view = view

    def sizeHint(self) -> QSize:
        return QSize(self.view.number_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        view, painter = self.view, QPainter(self)
        painter.fillRect(event.rect(), theme().field)
        painter.setFont(view.font())
        block = view.firstVisibleBlock()
        top = view.blockBoundingGeometry(block).translated(view.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = view.blockBoundingRect(block).height()
            if block.isVisible() and top + height >= event.rect().top():
                number = block.blockNumber() + 1
                painter.setPen(theme().text if number in view.marked else theme().muted)
                area = QRect(0, round(top), self.width() - 10, round(height))
                painter.drawText(
                    area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number)
                )
            block = block.next()
            top += height
        painter.end()

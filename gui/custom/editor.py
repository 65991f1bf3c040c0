"""A text field for Python: what :class:`gui.code_view.CodeView` shows, to be written in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from gui.code_view import CodeView
from gui.icons import pixmap
from gui.theme import theme

INDENT = "    "
LONG = 300
"""From so many lines on, a text is coloured in a pause of the typing and not with every key."""
_NO_LEAVING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason,
               Qt.FocusReason.MenuBarFocusReason)  # fmt: skip


class CodeEditor(CodeView):
    """Tab and Return indent, Ctrl+Return applies, a wrong place is underlined and its line has a sign."""

    edited = Signal()
    """The text is another one."""
    apply_wanted = Signal()
    left = Signal()
    """The cursor has gone somewhere else in the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction)
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self.wrong: tuple[int, int] | None = None
        """Line and column (from 1) of what is wrong; column 0 means the whole line."""
        self._text = ""
        self.sign = _Sign(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(200)
        self._pause.timeout.connect(lambda: self.highlighter.follow(self._text))
        self.textChanged.connect(self._changed)
        self.updateRequest.connect(lambda *_: self.sign.place())
        theme().changed.connect(self._show_wrong)

    def number_width(self) -> int:
        return super().number_width() + 14  # room for the sign

    def set_code(self, text: str) -> None:
        """Put another text in, as not edited; what was typed before cannot be undone any more."""
        self._text = text
        self.highlighter.set_text(text)
        self.setPlainText(text)
        self.show_wrong(None)

    @property
    def code(self) -> str:
        return self.toPlainText()

    def _changed(self) -> None:
        text = self.toPlainText()
        if text == self._text:
            return  # colouring, too, counts as a change with Qt
        self._text = text
        if self.blockCount() < LONG:
            self.highlighter.follow(text)
        else:
            self._pause.start()
        self.edited.emit()

    # -- what is wrong -----------------------------------------------------------------------------

    def show_wrong(self, place: tuple[int, int] | None, sentence: str = "") -> None:
        """Underline what is wrong in a line, and put a sign beside it; nothing is wrong with ``None``."""
        self.wrong = place
        self.sign.setToolTip(sentence)
        self._show_wrong()

    def _show_wrong(self) -> None:
        bands = []
        block = self.document().findBlockByNumber(self.wrong[0] - 1) if self.wrong else None
        if self.wrong and block is not None and block.isValid():
            band = QTextEdit.ExtraSelection()
            style = QTextCharFormat()
            style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            style.setUnderlineColor(theme().error)
            style.setBackground(theme().error_soft)
            cursor = QTextCursor(block)
            start = len(block.text()) - len(block.text().lstrip())
            column = self.wrong[1] - 1
            if 0 < column < len(block.text()):
                start = column
            cursor.setPosition(block.position() + start)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            band.cursor = cursor  # type: ignore[attr-defined]
            band.format = style  # type: ignore[attr-defined]
            bands.append(band)
        self.setExtraSelections(bands)
        self.sign.place()

    def go_to(self, line: int, column: int = 1) -> None:
        """Put the cursor there."""
        block = self.document().findBlockByNumber(line - 1)
        if block.isValid():
            cursor = QTextCursor(block)
            cursor.movePosition(
                QTextCursor.MoveOperation.Right, n=min(max(0, column - 1), max(0, block.length() - 1))
            )
            self.setTextCursor(cursor)
            self.setFocus()

    # -- keys --------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _applies(event):
            event.accept()  # or the window's own Ctrl+Return would take it
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cursor = self.textCursor()
        if _applies(event):
            self.apply_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            before = cursor.block().text()[: cursor.positionInBlock()]
            indent = before[: len(before) - len(before.lstrip())]
            cursor.insertText("\n" + indent + (INDENT if before.rstrip().endswith(":") else ""))
            self.ensureCursorVisible()
        elif event.key() == Qt.Key.Key_Tab and not event.modifiers():
            self._shift(cursor, 1) if cursor.hasSelection() else cursor.insertText(
                " " * (4 - cursor.positionInBlock() % 4)
            )
        elif event.key() == Qt.Key.Key_Backtab:
            self._shift(cursor, -1)
        elif event.key() == Qt.Key.Key_Backspace and not event.modifiers() and self._in_indent(cursor):
            for _ in range((cursor.positionInBlock() - 1) % 4 + 1):
                cursor.deletePreviousChar()
        else:
            super().keyPressEvent(event)

    def _in_indent(self, cursor: QTextCursor) -> bool:
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and len(before) > 1 and not before.strip(" ")

    def _shift(self, cursor: QTextCursor, way: int) -> None:
        """Indent the selected lines, or take an indent away."""
        document = self.document()
        first = document.findBlock(cursor.selectionStart()).blockNumber()
        last = document.findBlock(max(cursor.selectionStart(), cursor.selectionEnd() - 1)).blockNumber()
        cursor.beginEditBlock()
        for number in range(first, last + 1):
            block = document.findBlockByNumber(number)
            line = QTextCursor(block)
            if way > 0:
                if block.text().strip():
                    line.insertText(INDENT)
            else:
                text = block.text()
                for _ in range(min(4, len(text) - len(text.lstrip(" ")))):
                    line.deleteChar()
        cursor.endEditBlock()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _NO_LEAVING:
            self.left.emit()


def _applies(event: QKeyEvent) -> bool:
    ctrl = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.ControlModifier
    return ctrl and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Sign(QWidget):
    """The sign in the column of line numbers, beside the wrong line."""

    def __init__(self, editor: CodeEditor) -> None:
        super().__init__(editor)
        self.editor = editor
        self.hide()

    def place(self) -> None:
        """Move beside the wrong line, or away."""
        editor = self.editor
        block = editor.document().findBlockByNumber(editor.wrong[0] - 1) if editor.wrong else None
        if block is None or not block.isValid() or not block.isVisible():
            self.hide()
            return
        box = editor.blockBoundingGeometry(block).translated(editor.contentOffset())
        if box.bottom() < 0 or box.top() > editor.viewport().height():
            self.hide()
            return
        inside = editor.contentsRect()
        self.setGeometry(QRect(inside.left(), inside.top() + round(box.top()), 18, round(box.height())))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().field)
        size = min(14, self.height())
        picture = pixmap("alert-circle", theme().error, size)
        painter.drawPixmap(2, (self.height() - size) // 2, picture)
        painter.end()

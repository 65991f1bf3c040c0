"""The field that renames a node or a network."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from gui.widgets import mark


class NameField(QLineEdit):
    """Renames on Return or when it is left. ``check`` gives a sentence for a name that cannot be used."""

    renamed = Signal(str)
    refused = Signal(str)

    def __init__(self, check: Callable[[str], str]) -> None:
        super().__init__()
        self.check = check
        self.name = ""
        self.setAccessibleName(self.tr("Name"))
        self.textEdited.connect(self._typed)
        self.returnPressed.connect(self._commit)

    def show_name(self, name: str) -> None:
        """Show the document's name, unless another one is being typed."""
        if name != self.name or not self.hasFocus():
            self.name = name
            self.setText(name)
            self._accept()

    def _typed(self, text: str) -> None:
        sentence = self.check(text) if text != self.name else ""
        mark(self, "wrong", bool(sentence))
        self.refused.emit(sentence)

    def _accept(self) -> None:
        mark(self, "wrong", False)
        self.refused.emit("")

    def _commit(self) -> None:
        text = self.text()
        if text == self.name:
            return
        if self.check(text):
            self.setText(self.name)
            self._accept()
            return
        self.name = text
        self._accept()
        self.renamed.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self.name)
            self._accept()
            self.clearFocus()
            return
        super().keyPressEvent(event)

"""Texts before and after, side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from gui.data.labels import text_of
from gui.preparation.look import Looked


class TextPairs(QTableWidget):
    """One row for each text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self.setAccessibleName(self.tr("Texts before and after the preparation"))
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.setWordWrap(True)

    def show_looked(self, looked: Looked) -> None:
        """Take over texts (K, T) or their one-hot rows (K, T, C)."""
        after = looked.draws[0] if looked.draws else looked.after
        title = self.tr("After, as it is trained on") if looked.draws else self.tr("After")
        self.setHorizontalHeaderLabels([self.tr("Before"), title])
        self.setRowCount(len(looked.before))
        for row, (old, new) in enumerate(zip(looked.before, after, strict=True)):
            self.setItem(row, 0, QTableWidgetItem(text_of(looked.schema, old)))
            self.setItem(row, 1, QTableWidgetItem(text_of(looked.prepared, new)))
        self.resizeRowsToContents()

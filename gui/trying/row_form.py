"""A row of a table to fill in: a line for each number or date, a list for each category."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

LABEL = 110
"""Pixels of a name at most; longer ones are cut off and told by their tool tip."""


class RowForm(QWidget):
    """Begins with what stands in the first row of the data. Enter, and every choice, asks for an answer."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self._questions: list[dict[str, Any]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def show_questions(self, questions: list[dict[str, Any]]) -> None:
        """Ask for these columns; what was typed stays while they are the same."""
        if questions == self._questions:
            return
        self._questions = questions
        self.fields = {}
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, question in enumerate(questions):
            name = str(question["name"])
            label = QLabel()
            label.setText(label.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LABEL))
            label.setToolTip(name)
            field = self._field(question)
            field.setAccessibleName(name)
            label.setBuddy(field)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(field, row, 1)
            self.fields[name] = field

    def _field(self, question: dict[str, Any]) -> QLineEdit | QComboBox:
        example = str(question["example"])
        if question["kind"] == "category":
            box = QComboBox()
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            for choice in question["choices"]:
                box.addItem(choice, choice)
            if question["gaps"]:
                box.addItem(self.tr("(missing)"), "")
            box.setCurrentIndex(max(0, box.findData(example)))
            box.activated.connect(lambda _: self.asked.emit())
            return box
        line = QLineEdit(example)
        missing = self.tr("missing") if question["gaps"] else ""
        line.setPlaceholderText(missing or self.tr("such as {0}").format(example))
        line.returnPressed.connect(self.asked)
        return line

    def values(self) -> dict[str, str]:
        """What is typed and chosen, by name."""
        return {
            name: str(field.currentData()) if isinstance(field, QComboBox) else field.text()
            for name, field in self.fields.items()
        }

"""Which columns a step is done with: their names or numbers typed, or ticked in a menu."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QToolButton, QWidget

from graph.catalogue.spec import Param
from graph.values import BadValue
from gui.icons import icon
from gui.inspector.editors import Editor, TextEditor
from gui.inspector.param_row import ParamRow, SetValue
from gui.theme import theme

TOLD = 5
"""So many names are told to a person who typed one that is none."""
OFFERED = 200
"""More columns are typed, not ticked."""


class ColumnsEditor(TextEditor):
    """Columns by their names, or by their numbers counted from 0; empty: all of them."""

    def __init__(self, param: Param, columns: tuple[str, ...]) -> None:
        super().__init__(param)
        self.columns = columns
        self.box.setPlaceholderText(self.tr("all columns"))
        self.button = QToolButton()
        self.button.setProperty("quiet", True)
        self.button.setIcon(icon("format-list-checks", theme().muted))
        self.button.setToolTip(self.tr("Choose columns"))
        self.button.setAccessibleName(self.tr("Choose columns"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = _StayingMenu(self.button)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        self.button.setVisible(0 < len(columns) <= OFFERED)
        self.row.addWidget(self.button)

    def read(self, text: str) -> tuple[int, ...]:
        numbers = {name.casefold(): number for number, name in enumerate(self.columns)}
        found = []
        for part in (part.strip() for part in text.split(",")):
            if part.casefold() in numbers:
                found.append(numbers[part.casefold()])
            elif part.isdecimal() and int(part) < len(self.columns):
                found.append(int(part))
            elif part:
                some = ", ".join(self.columns[:TOLD]) + (", …" if len(self.columns) > TOLD else "")
                raise BadValue(
                    self.tr("“{0}” is no column. There are {1}: {2}.").format(part, len(self.columns), some)
                )
        return tuple(found)

    def written(self, value: Any) -> str:
        known = range(len(self.columns))
        return ", ".join(
            self.columns[number] if number in known and "," not in self.columns[number] else str(number)
            for number in value or ()
        )

    def _fill(self) -> None:
        self.menu.clear()
        for number, name in enumerate(self.columns):
            action = self.menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(number in (self.value or ()))
            action.triggered.connect(lambda _=False, number=number: self._tick(number))

    def _tick(self, number: int) -> None:
        self.value = tuple(sorted({number} ^ set(self.value or ())))
        self.refused.emit("")
        self.box.setText(self.written(self.value))
        self.edited.emit(self.value)


class ColumnsRow(ParamRow):
    """The row of such an option."""

    def __init__(
        self, param: Param, columns: tuple[str, ...], set_value: SetValue, grid: QGridLayout, parent: QWidget
    ) -> None:
        self.columns = columns
        super().__init__(param, frozenset(), set_value, grid, parent)

    def new_editor(self) -> Editor:
        return ColumnsEditor(self.param, self.columns)


class _StayingMenu(QMenu):
    """Stays open while several entries are ticked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None:
            action.trigger()
        else:
            super().keyPressEvent(event)

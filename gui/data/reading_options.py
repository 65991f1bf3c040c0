"""The few options that decide how a file is read, in the preview: typed there, read anew a moment later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from graph.edits import UNSET
from gui.inspector.param_row import ParamRow
from gui.training.settings import label
from gui.widgets import Heading, clear
from runtime.data import get_source

ASKED = ("window", "horizon", "unit", "length", "image_size", "header")
"""What is asked where a source has it. Columns are chosen at the table's headers."""
WAIT = 500
"""Milliseconds after the last key until the file is read anew."""


class ReadingOptions(QWidget):
    """Rows for the options of a source; ``changed`` brings all of its options."""

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, ParamRow] = {}
        self._source = ""
        self._options: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(lambda: self.changed.emit(dict(self._options)))
        self._inside: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_choice(self, source: str, options: Mapping[str, Any]) -> None:
        """Show the options of a reading; those of the same source keep their editors, which may be typed in."""
        self._timer.stop()
        self._options = dict(options)
        if source != self._source:
            self._build(source)
        for name, row in self.rows.items():
            row.show_values(self._options.get(name, UNSET), None)

    def typed_in(self) -> bool:
        """Whether the keyboard is in one of its editors."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def hurry(self) -> bool:
        """Tell at once what was typed a moment ago; ``False`` where nothing was."""
        if not self._timer.isActive():
            return False
        self._timer.stop()
        self.changed.emit(dict(self._options))
        return True

    def _build(self, source: str) -> None:
        self._source = source
        clear(self._column)
        self.rows = {}
        declared = {option.name: option for option in get_source(source).options}
        asked = [declared[name] for name in ASKED if name in declared]
        self.setVisible(bool(asked))
        if not asked:
            return
        self._inside = QWidget()
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for param in asked:
            row = ParamRow(param, frozenset(), self._set, grid, self._inside)
            row.label.setText(label(param.name))
            self.rows[param.name] = row
        self._column.addWidget(Heading(self.tr("How")))
        self._column.addWidget(self._inside)

    def _set(self, name: str, value: Any) -> bool:
        self._options.pop(name, None)
        if value is not UNSET:
            self._options[name] = value
        self.rows[name].show_values(value, None)
        self._timer.start()
        return True

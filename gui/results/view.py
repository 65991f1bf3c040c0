"""What all widgets of the results have in common: they take a view, draw it, and ask for the samples behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

Cell = str | int | float | None


class ResultView(QWidget):
    """Shows one view. A subclass fills ``column`` and draws in :meth:`take`."""

    asked = Signal(list)
    """The samples (places in the split) that the person wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: dict[str, Any] = {}
        self.heading = QLabel()
        self.heading.setProperty("muted", True)
        self.heading.setContentsMargins(4, 0, 0, 0)
        self.heading.setMinimumWidth(40)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addWidget(self.heading)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 90)

    def take(self, view: dict[str, Any]) -> None:
        """Show a view."""
        self.view = view
        self.heading.setText(str(view.get("title", "")))
        self.heading.setVisible(bool(view.get("title")))

    def ask(self, samples: Any) -> None:
        """Ask for a sample or a list of them; for nothing where there is none."""
        found = samples if isinstance(samples, list) else [] if samples is None else [int(samples)]
        if found:
            self.asked.emit(list(found))

    def table(self) -> list[Sequence[Cell]]:
        """What it shows as rows of a table, the titles first; empty for pictures."""
        return []

"""Which colour stands for which class, in one line that wraps."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil

from PySide6.QtCore import QSize
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.flow import FlowLayout
from gui.shows.palette import class_color
from gui.theme import theme
from gui.widgets import WrappedLabel

MOST = 24
"""Classes that are named; further ones are counted."""


class ClassLegend(WrappedLabel):
    """Squares in the classes' colours, each with its name."""

    def __init__(self) -> None:
        super().__init__(muted=True)
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        self.classes: tuple[tuple[int, str], ...] = ()
        theme().changed.connect(self._write)

    def sizeHint(self) -> QSize:
        """All of it in one line."""
        document = QTextDocument()
        document.setDefaultFont(self.font())
        document.setDocumentMargin(0)
        document.setHtml(self.text())
        return QSize(ceil(document.idealWidth()) + 2, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().height())  # wrapped at its narrowest it would ask for a column

    def show_classes(self, classes: Sequence[tuple[int, str]]) -> None:
        """Numbers and names of the classes to explain."""
        if tuple(classes) != self.classes:
            self.classes = tuple(classes)
            self._write()
        self.setVisible(bool(classes))

    def _write(self) -> None:
        parts = [
            f'<span style="color:{class_color(number).name()}">■</span>&nbsp;{escape(name)}'
            for number, name in self.classes[:MOST]
        ]
        more = len(self.classes) - MOST
        if more > 0:
            parts.append(self.tr("and {0} more").format(more))
        self.setText(" &nbsp; ".join(parts))


def control_row(*widgets: QWidget) -> QWidget:
    """A legend and what is set beside it, in one row where there is room."""
    row = QWidget()
    flow = FlowLayout(row, gap=10)
    flow.setContentsMargins(6, 0, 6, 2)
    for widget in widgets:
        flow.addWidget(widget)
    return row

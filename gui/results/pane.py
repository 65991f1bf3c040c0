"""The samples that were clicked on, beside the view they belong to."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSplitter, QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.results.kinds import view_for
from gui.results.tables import TableView
from gui.results.view import ResultView
from gui.theme import theme
from gui.widgets import WrappedLabel


class CasePane(QWidget):
    """Single samples with what was wanted and what was given. It is closed until there is one."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views: list[ResultView] = []
        self.title = QLabel()
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.shut = QToolButton()
        self.shut.setAutoRaise(True)
        self.shut.setToolTip(self.tr("Close"))
        self.shut.setAccessibleName(self.tr("Close the samples"))
        self.shut.clicked.connect(self.close_pane)
        head = QHBoxLayout()
        head.setContentsMargins(6, 0, 0, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.shut)
        self.sentence = WrappedLabel(muted=True)
        self.sentence.setContentsMargins(6, 0, 6, 0)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.split, 1)
        theme().changed.connect(self._icons)
        self._icons()
        self.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 90)

    def _icons(self) -> None:
        self.shut.setIcon(icon("close"))

    def close_pane(self) -> None:
        """Close it."""
        self.hide()
        self._empty()
        self.closed.emit()

    def _empty(self) -> None:
        for view in self.views:
            view.hide()
            view.setParent(None)
            view.deleteLater()
        self.views = []

    def say(self, sentence: str) -> None:
        """Why there is nothing to see."""
        self._empty()
        self.title.setText("")
        self.sentence.setText(sentence)
        self.sentence.show()
        self.show()

    def take(self, message: dict[str, Any]) -> None:
        """Show the samples of a "cases" message."""
        if message.get("problem"):
            self.say(str(message["problem"]))
            return
        rows = [f"{row + 1:,}" for row in message["rows"]]
        text = (
            self.tr("Row {0}").format(rows[0]) if len(rows) == 1 else self.tr("{0} samples").format(len(rows))
        )
        self.title.setText(f"<b>{text}</b>")
        self.title.setToolTip(self.tr("Rows of the data: {0}").format(", ".join(rows)))
        self.sentence.hide()
        self._empty()
        wide = self.width() > 1.6 * self.height()
        self.split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        for view in message["views"]:
            made = TableView(wraps=True) if view["kind"] == "table" else view_for(view)
            self.views.append(made)
            self.split.addWidget(made)
            made.take(view)
        if len(rows) == len(self.views) == 1 and self.views[0].view.get("title"):
            self.title.setText(f"<b>{self.views[0].heading.text().capitalize()}</b>")
            self.views[0].heading.hide()
        self.show()

"""The place of one show in the panel."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.shows.contents import Content
from gui.shows.view import View


class Slot(QWidget):
    """Its view, and its title where several stand side by side."""

    def __init__(self, view: View, kind: type[Content]) -> None:
        super().__init__()
        self.kind = kind
        self.view = view
        self.title = QLabel()
        self.title.setProperty("heading", True)
        self.title.setContentsMargins(6, 2, 6, 0)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(view, 1)

"""Where a person begins: ready-made networks, recent projects, an empty one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import app_icon, icon
from gui.recent import recent_files
from gui.start.card import PresetCard
from gui.start.gallery import Gallery
from gui.theme import theme
from gui.widgets import Heading, clear
from gui.workspace import Workspace


class StartPage(QWidget):
    """Presets as cards by group, with a search; recent files and an empty network at the left."""

    preset_chosen = Signal(str)
    file_chosen = Signal(Path)
    empty_chosen = Signal()
    open_chosen = Signal()
    back_chosen = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.gallery = Gallery(workspace)
        self.gallery.preset_chosen.connect(self.preset_chosen)
        self.search, self.column = self.gallery.search, self.gallery.column
        # the page shares its place with the canvas and must not keep that from being narrow
        self.setMinimumWidth(420)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._side())
        whole.addWidget(self.gallery, 1)
        theme().changed.connect(self._recolor)

    # -- building ----------------------------------------------------------------------------------

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(250)
        column = QVBoxLayout(side)
        column.setContentsMargins(20, 22, 14, 14)
        column.setSpacing(7)
        head = QHBoxLayout()
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(40, 40))
        name = QLabel("TorchLoom")
        name.setProperty("title", True)
        head.addWidget(picture)
        head.addWidget(name, 1)
        column.addLayout(head)
        column.addSpacing(8)
        self._buttons = []
        for text, picture_name, signal in (
            (self.tr("Back to the canvas"), "arrow-left", self.back_chosen),
            (self.tr("Empty network"), "file-plus-outline", self.empty_chosen),
            (self.tr("Open a project…"), "folder-open-outline", self.open_chosen),
        ):
            button = QPushButton(text)
            button.setProperty("fix", True)
            button.clicked.connect(signal)
            self._buttons.append((button, picture_name))
            column.addWidget(button)
        column.addSpacing(6)
        column.addWidget(Heading(self.tr("Recent projects")))
        self.recent = QVBoxLayout()
        self.recent.setSpacing(1)
        column.addLayout(self.recent)
        column.addStretch(1)
        return side

    # -- filling -----------------------------------------------------------------------------------

    @property
    def cards(self) -> list[PresetCard]:
        """The presets' cards, once the page has been seen."""
        return self.gallery.cards

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        self.gallery.fill()
        clear(self.recent)
        files = recent_files()
        for path in files[:8]:
            button = QPushButton(path.name)
            button.setProperty("link", True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setToolTip(str(path))
            button.setStyleSheet("text-align: left")
            button.clicked.connect(lambda _=False, path=path: self.file_chosen.emit(path))
            self.recent.addWidget(button)
        if not files:
            label = QLabel(self.tr("None yet"))
            label.setProperty("muted", True)
            self.recent.addWidget(label)
        self._recolor()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_chosen.emit()
        else:
            super().keyPressEvent(event)

    def _recolor(self) -> None:
        for button, name in self._buttons:
            button.setIcon(icon(name))

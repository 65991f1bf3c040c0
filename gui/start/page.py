"""Where a person begins: ready-made networks, recent projects, an empty one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gui.flow import FlowLayout
from gui.icons import app_icon, icon
from gui.recent import recent_files
from gui.start.card import PresetCard
from gui.theme import theme
from gui.widgets import Column, Heading, clear
from gui.workspace import Workspace
from presets import all_presets


class StartPage(QWidget):
    """Presets as cards by group, with a search; recent files and an empty network at the left."""

    preset_chosen = Signal(str)
    file_chosen = Signal(Path)
    empty_chosen = Signal()
    open_chosen = Signal()
    back_chosen = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.cards: list[PresetCard] = []
        self._groups: list[tuple[QWidget, QWidget, list[PresetCard]]] = []
        self._drawn: list[PresetCard] = []
        self._counted: list[PresetCard] = []
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._prepare_one)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search networks"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self._lens = self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        # the page shares its place with the canvas and must not keep that from being narrow
        self.setMinimumWidth(420)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._side())
        whole.addWidget(self._main(), 1)
        workspace.torch_loaded.connect(self._start)
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

    def _main(self) -> QWidget:
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(6, 18, 6, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        title = QLabel(self.tr("Start from a network that trains at once"))
        title.setProperty("title", True)
        row.addWidget(title, 1)
        row.addWidget(self.search, 1)
        column.addLayout(row)
        self.column = Column(gap=6)
        column.addWidget(self.column, 1)
        groups: dict[str, list[PresetCard]] = {}
        for preset in all_presets():
            card = PresetCard(preset)
            card.chosen.connect(self.preset_chosen)
            self.cards.append(card)
            groups.setdefault(preset.group, []).append(card)
        for name, cards in groups.items():
            heading = Heading(name)
            box = QWidget()
            flow = FlowLayout(box, gap=12, column=228)
            for card in cards:
                flow.addWidget(card)
            self.column.layout_.addWidget(heading)
            self.column.layout_.addWidget(box)
            self._groups.append((heading, box, cards))
        self.nothing = QLabel()
        self.nothing.setProperty("muted", True)
        self.nothing.hide()
        self.column.layout_.addWidget(self.nothing)
        self.column.layout_.addStretch(1)
        return main

    # -- filling, one card at a time -----------------------------------------------------------------

    def refresh(self) -> None:
        """Show the recent files as they are now."""
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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _start(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _prepare_one(self) -> None:
        """Draw the next picture; when all are drawn and torch is there, count the next parameters."""
        for card in self.cards:
            if card not in self._drawn:
                card.picture.show_graph(card.preset.build().main)
                self._drawn.append(card)
                return
        if self.workspace.ready:
            for card in self.cards:
                if card not in self._counted:
                    shapes = self.workspace.inference.run(card.preset.build())
                    card.show_parameters(sum(network.parameters for network in shapes.networks.values()))
                    self._counted.append(card)
                    return
        self._timer.stop()

    # -- searching -----------------------------------------------------------------------------------

    def _filter(self, query: str) -> None:
        found = 0
        for heading, box, cards in self._groups:
            hits = 0
            for card in cards:
                card.setVisible(card.matches(query))
                hits += card.matches(query)
            heading.setVisible(hits > 0)
            box.setVisible(hits > 0)
            found += hits
        self.nothing.setText(self.tr("No network matches “{0}”.").format(query))
        self.nothing.setVisible(found == 0)

    def _open_first(self) -> None:
        for card in self.cards:
            if card.matches(self.search.text()):
                self.preset_chosen.emit(card.preset.id)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_chosen.emit()
        else:
            super().keyPressEvent(event)

    def _recolor(self) -> None:
        self._lens.setIcon(icon("magnify", theme().muted))
        for button, name in self._buttons:
            button.setIcon(icon(name))

"""The live code panel: what the network reads like as Python, while it is being drawn."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from graph.code import CodeError, Source, generate
from gui.code_view import CodeView
from gui.icons import SEVERITY_ICONS, icon, pixmap
from gui.theme import theme
from gui.widgets import WrappedLabel, picture_label
from gui.workspace import Workspace

DELAY = 120


class CodePanel(QWidget):
    """The code of one network. A click on a line selects its node; a selected node has its lines marked."""

    chosen = Signal(str)
    """The person clicked a line of this node (of the graph that is shown by now)."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.source: Source | None = None
        self.failed = ""
        """Why the text shown is not up to date."""
        self._stale = True
        self._own_click = False
        self.view = CodeView()
        self.network = QComboBox()
        self.network.setToolTip(self.tr("Which network's code is shown"))
        self.sentence = WrappedLabel()
        self.sign = picture_label(pixmap(SEVERITY_ICONS["error"], theme().error))
        self.copy = QToolButton(self.view)
        self.copy.setToolTip(self.tr("Copy the whole module"))
        self.copy.setAccessibleName(self.tr("Copy the whole module"))
        self.copy.clicked.connect(self.copy_all)
        self.head = QWidget()
        head = QHBoxLayout(self.head)
        head.setContentsMargins(10, 6, 10, 6)
        head.addWidget(self.network)
        head.addWidget(self.sign)
        head.addWidget(self.sentence, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.view, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.refresh)
        self.network.activated.connect(self._other_network)
        self.view.line_clicked.connect(self.go_to_line)
        workspace.shapes_changed.connect(self._later)
        workspace.selection_changed.connect(self.mark)
        workspace.place_changed.connect(self._place_changed)
        theme().changed.connect(self._recolor)
        self._recolor()
        self._say("")

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 90)  # a wrapped sentence would make the dock, and the window with it, grow

    # -- text ----------------------------------------------------------------------------------------

    def _later(self) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self._place_copy)

    def _place_copy(self) -> None:
        # over the text, in the corner: a row of its own would cost the panel two lines of code
        viewport = self.view.viewport().geometry()
        size = self.copy.sizeHint()
        self.copy.move(viewport.right() - size.width() - 6, viewport.top() + 6)
        self.copy.raise_()

    def refresh(self) -> None:
        """Generate the code now."""
        workspace = self.workspace
        if not workspace.ready or workspace.behind:
            return  # shapes_changed brings us back
        self._stale = False
        self._list_networks()
        wanted = self.network.currentData()
        try:
            self.source = generate(workspace.project, workspace.shapes, wanted)
        except CodeError as error:
            if self.source is not None and self.source.network != wanted:
                self.source = None
                self.view.show_text("")
            self._say(str(error))
        else:
            self.view.show_text(self.source.text)
            self._say("")
        self.mark()

    def _say(self, sentence: str) -> None:
        self.failed = sentence
        if sentence and self.source is not None:
            sentence = self.tr("{0} Below is the last code that worked.").format(sentence)
        self.sentence.setText(sentence)
        self.sign.setVisible(bool(sentence))
        self.view.set_faded(bool(sentence))
        self.copy.setEnabled(self.source is not None and not sentence)
        self.head.setVisible(bool(sentence) or self.network.count() > 1)

    def _list_networks(self) -> None:
        networks = self.workspace.project.networks
        items = [(network.name, network.id) for network in networks.values()]
        present = [
            (self.network.itemText(row), self.network.itemData(row)) for row in range(self.network.count())
        ]
        if items != present:
            chosen = self.network.currentData()
            self.network.clear()
            for name, network_id in items:
                self.network.addItem(name, network_id)
            if chosen not in networks:
                chosen = self.workspace.place[0]
            self.network.setCurrentIndex(max(0, self.network.findData(chosen)))
        self.network.setVisible(len(items) > 1)
        self.head.setVisible(len(items) > 1 or bool(self.failed))

    def _other_network(self) -> None:
        self.refresh()
        self.workspace.go((self.network.currentData(),))

    def _place_changed(self) -> None:
        row = self.network.findData(self.workspace.place[0])
        if row >= 0 and row != self.network.currentIndex():
            self.network.setCurrentIndex(row)
            self._later()
        self.mark()

    def copy_all(self) -> None:
        """Put the module on the clipboard."""
        if self.source is not None:
            QGuiApplication.clipboard().setText(self.source.text)
            self.workspace.message.emit("info", self.tr("The code is on the clipboard."))

    # -- node <-> line -------------------------------------------------------------------------------

    def mark(self) -> None:
        """Mark the lines of the selected nodes."""
        if self.source is None:
            return
        lines: set[int] = set()
        for node in self.workspace.selected_nodes:
            lines |= set(self.source.lines_of(self.workspace.place, node))
        self.view.mark_lines(lines, scroll=not self._own_click)

    def go_to_line(self, line: int) -> None:
        """Select the node a line stands for, looking inside its block if need be."""
        place = self.source.node_at(line) if self.source is not None and not self.failed else None
        if not place:
            return
        self._own_click = True
        try:
            self.workspace.go(place[:-1], place[-1])
        finally:
            self._own_click = False
        self.chosen.emit(place[-1])

    def _recolor(self) -> None:
        self.copy.setIcon(icon("content-copy"))
        self.sign.setPixmap(pixmap(SEVERITY_ICONS["error"], theme().error))

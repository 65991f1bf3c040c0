"""The live code panel: what the network reads like as Python, while it is being drawn, and a way to write in it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from graph.code import CodeError, Source, generate
from gui.code_editing import CodeEditing
from gui.code_view import CodeView
from gui.icons import SEVERITY_ICONS, icon, pixmap
from gui.theme import theme
from gui.widgets import WrappedLabel, picture_label
from gui.workspace import Workspace

DELAY = 120


class CodePanel(QWidget):
    """The code of one network. A click on a line selects its node; a selected node has its lines marked.

    A double click, the pencil or a key begins writing; what is applied becomes part of the drawing.
    """

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
        self.view.setAccessibleName(self.tr("Code of the network"))
        self.editing = CodeEditing(workspace)
        self.editing.hide()
        self.editing.done.connect(self._written)
        self.network = QComboBox()
        self.network.setToolTip(self.tr("Which network's code is shown"))
        self.sentence = WrappedLabel()
        self.sign = picture_label(pixmap(SEVERITY_ICONS["error"], theme().error))
        self.copy = QToolButton(self.view)
        self.copy.setToolTip(self.tr("Copy the whole module"))
        self.copy.setAccessibleName(self.tr("Copy the whole module"))
        self.copy.clicked.connect(self.copy_all)
        self.edit = QToolButton(self.view)
        self.edit.setToolTip(self.tr("Write in the code"))
        self.edit.setAccessibleName(self.tr("Write in the code"))
        self.edit.clicked.connect(lambda: self.write())
        self.back = QToolButton(self.view)
        self.back.setToolTip(self.tr("Bring back the text that was reverted"))
        self.back.setAccessibleName(self.tr("Bring back the text that was reverted"))
        self.back.clicked.connect(lambda: self.write(self.editing.dropped))
        self.back.hide()
        self.view.installEventFilter(self)
        self.view.viewport().installEventFilter(self)
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
        column.addWidget(self.editing, 1)
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
        right = viewport.right() - 6
        for button in (self.copy, self.edit, self.back):
            if not button.isHidden():
                size = button.sizeHint()
                right -= size.width()
                button.setGeometry(right, viewport.top() + 6, size.width(), size.height())
                button.raise_()
                right -= 4

    def refresh(self) -> None:
        """Generate the code now."""
        workspace = self.workspace
        if not workspace.ready or workspace.behind or self.editing.active:
            return  # shapes_changed, or the end of the writing, brings us back
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
        self.edit.setEnabled(self.copy.isEnabled())
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
        if self.editing.active:  # the text that is being written is of the network before
            self.network.setCurrentIndex(max(0, self.network.findData(self.editing.source.network)))
            return
        self.refresh()
        self.workspace.go((self.network.currentData(),))

    def _place_changed(self) -> None:
        row = -1 if self.editing.active else self.network.findData(self.workspace.place[0])
        if row >= 0 and row != self.network.currentIndex():
            self.network.setCurrentIndex(row)
            self._later()
        self.mark()

    def copy_all(self) -> None:
        """Put the module on the clipboard."""
        if self.source is not None:
            QGuiApplication.clipboard().setText(self.source.text)
            self.workspace.message.emit("info", self.tr("The code is on the clipboard."))

    # -- writing ---------------------------------------------------------------------------------------

    @property
    def writable(self) -> bool:
        """Whether the text shown is the drawing's, so that one can write in it."""
        return self.source is not None and not (self.failed or self._stale or self.workspace.behind)

    def write(self, text: str = "") -> None:
        """Begin to write, where the text cursor is; ``text`` is one that was reverted."""
        if self.source is None or not self.writable or self.editing.active:
            return
        position, scrolled = self.view.textCursor().position(), self.view.verticalScrollBar().value()
        self.editing.begin(self.source, text)
        self.view.hide()
        self.editing.show()
        cursor = QTextCursor(self.editing.editor.document())
        cursor.setPosition(min(position, len(self.editing.editor.code)))
        self.editing.editor.setTextCursor(cursor)
        self.editing.editor.verticalScrollBar().setValue(scrolled)
        self.editing.editor.setFocus()

    def _written(self) -> None:
        editor = self.editing.editor
        scrolled, focused = editor.verticalScrollBar().value(), editor.hasFocus()
        position = editor.textCursor().position()
        if self.editing.applied:
            self.view.show_text(self.editing.applied)  # until the drawing's own code is there
        self.editing.hide()
        self.view.show()
        self.back.setVisible(bool(self.editing.dropped))
        self._place_copy()
        self._stale = True
        self.refresh()
        cursor = QTextCursor(self.view.document())
        cursor.setPosition(min(position, max(0, self.view.document().characterCount() - 1)))
        self.view.setTextCursor(cursor)
        self.view.verticalScrollBar().setValue(scrolled)
        if focused:
            self.view.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.view and isinstance(event, QKeyEvent) and self.writable and _writes(event):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.write()
                QCoreApplication.sendEvent(self.editing.editor, event)
                return True
        double = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick
        if watched is self.view.viewport() and double and self.writable:
            assert isinstance(event, QMouseEvent)
            self.view.setTextCursor(self.view.cursorForPosition(event.position().toPoint()))
            self.write()
            return True
        return super().eventFilter(watched, event)

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
        self.edit.setIcon(icon("pencil-outline"))
        self.back.setIcon(icon("restore"))
        self.sign.setPixmap(pixmap(SEVERITY_ICONS["error"], theme().error))


def _writes(event: QKeyEvent) -> bool:
    """Whether a key is one that writes something."""
    command = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier)
    if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return not command
    return not command and bool(event.text()) and event.text().isprintable()

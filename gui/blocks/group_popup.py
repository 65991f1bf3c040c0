"""Ctrl+G: the names of a new block and of its use, asked where the selection is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from graph.blocks import Group, GroupError, group
from graph.blocks.turning import lying, upright
from graph.edits import EditError
from gui.blocks.words import tr
from gui.theme import theme
from gui.widgets import mark

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

WIDTH = 330


class GroupPopup(QFrame):
    """A small panel over the canvas. Enter groups in one undo step, Esc leaves everything as it was."""

    closed = Signal()

    def __init__(self, view: CanvasView, ids: Iterable[str], beside: QRect) -> None:
        super().__init__(view)
        self.view = view
        self.workspace = view.workspace
        self.ids = set(ids)
        self.beside = beside
        self.found: Group | None = None
        self.missing: tuple[str, ...] = ()
        self._own_use = False
        self._closed = False
        self.setObjectName("groupPopup")
        self.setAccessibleName(tr("Group into a block"))
        colors = theme()
        self.setStyleSheet(
            f"#groupPopup {{ background: {colors.panel.name()}; border: 1px solid {colors.accent.name()};"
            f" border-radius: 10px; }} #groupPopup QLabel {{ background: transparent; }}"
        )
        self._build()
        self.setFixedWidth(WIDTH)
        self._remake(True)
        self.workspace.changed.connect(self.close_popup)
        self.workspace.place_changed.connect(self.close_popup)
        self.show()
        self.raise_()
        self._place()
        first = self.name if self.found is not None else self.more
        first.setFocus(Qt.FocusReason.PopupFocusReason)
        self.name.selectAll()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        self.title = QLabel(self)
        self.title.setProperty("heading", True)
        column.addWidget(self.title)
        self.name, self.use = QLineEdit(self), QLineEdit(self)
        self.name.setAccessibleName(tr("Name of the block"))
        self.name.setToolTip(tr("The name of the class in the code"))
        self.use.setAccessibleName(tr("Name of this use"))
        self.use.setToolTip(tr("The name of the node, and of the attribute in the code"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        self.labels = []
        for row, (text, field) in enumerate(((tr("Block"), self.name), (tr("This use"), self.use))):
            label = QLabel(text, self)
            label.setBuddy(field)
            self.labels.append(label)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        column.addLayout(grid)
        self.ports = QLabel(self)
        self.ports.setProperty("muted", True)
        self.ports.setWordWrap(True)
        column.addWidget(self.ports)
        self.sentence = QLabel(self)
        self.sentence.setProperty("sentence", "error")
        self.sentence.setWordWrap(True)
        column.addWidget(self.sentence)
        self.more = QPushButton(self)
        self.more.clicked.connect(self._take_in)
        self.done = QPushButton(tr("Group"), self)
        self.done.setProperty("primary", True)
        self.done.clicked.connect(self.commit)
        self.cancel = QPushButton(tr("Cancel"), self)
        self.cancel.clicked.connect(self.close_popup)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.cancel, self.more, self.done):
            row.addWidget(button)
        column.addLayout(row)
        self.name.textEdited.connect(lambda *_: self._remake(False))
        self.use.textEdited.connect(self._use_typed)

    def _use_typed(self, text: str) -> None:
        self._own_use = bool(text)
        self._remake(False)

    def _remake(self, fresh: bool) -> None:
        """Work out the group anew; ``fresh`` also chooses the names."""
        project, graph = self.workspace.project, self.workspace.graph
        self.missing, self.found = (), None
        sentence = ""
        name = "" if fresh else self.name.text().strip()
        try:
            if not fresh and not name:
                raise EditError(tr("A block needs a name."))
            flat = lying(project)
            use = self.use.text().strip() if self._own_use else ""
            found = group(flat, flat.graph(graph.id), self.ids, name, use)
            found = replace(found, edits=upright(project, found.edits, graph.id))
            self.workspace.document.check(found.edits)
            self.found = found
        except GroupError as error:
            self.missing, sentence = error.missing, str(error)
        except EditError as error:
            sentence = str(error)
        if self.found is not None:
            if fresh:
                self.name.setText(self.found.block.name)
            if not self._own_use:
                self.use.setText(self.found.use.name)
            inputs = ", ".join(node.name for node in self.found.block.inputs) or tr("no input")
            outputs = ", ".join(node.name for node in self.found.block.outputs) or tr("no output")
            self.ports.setText(f"{inputs}  →  {outputs}")
        self._show(sentence, fresh)

    def _show(self, sentence: str, fresh: bool) -> None:
        count = len([key for key in self.ids if key in self.workspace.graph.nodes])
        one = tr("Group one node into a block")
        self.title.setText(tr("Group {0} nodes into a block").format(count) if count != 1 else one)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        impossible = bool(sentence) and fresh
        for widget in (self.name, self.use, self.ports, self.done, *self.labels):
            widget.setVisible(not impossible)
        self.done.setEnabled(self.found is not None)
        mark(self.name, "wrong", bool(sentence))
        names = [f"“{self.workspace.graph.nodes[key].name}”" for key in self.missing]
        self.more.setText(
            tr("Take in {0} too").format(names[0])
            if len(names) == 1
            else tr("Take in all {0}").format(len(names))
        )
        self.more.setVisible(bool(names))
        self._place()

    def _take_in(self) -> None:
        self.ids |= set(self.missing)
        self.workspace.select(self.ids)
        self._remake(True)
        if self.found is not None:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.name.selectAll()

    def _place(self) -> None:
        """Below the selection if there is room, else above; never outside of the view."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        inner = WIDTH - 28
        for label in (self.sentence, self.ports):
            label.setFixedWidth(inner)
            label.setFixedHeight(max(0, label.heightForWidth(inner)))
        self.setFixedHeight(layout.sizeHint().height())
        room = self.view.rect()
        middle = self.beside.center().x() - WIDTH // 2
        x = max(6, min(middle, room.width() - WIDTH - 6))
        y = self.beside.bottom() + 12
        if y + self.height() > room.height() - 6:
            y = self.beside.top() - self.height() - 12
        self.move(x, max(6, min(y, room.height() - self.height() - 6)))

    def commit(self) -> None:
        """Group, in one undo step, and select the use."""
        if self.found is None:
            return
        found, view = self.found, self.view
        self.close_popup()
        name = tr("Group into {0}").format(found.block.name)
        if view.workspace.perform(name, found.edits):
            view.workspace.select([found.use.id])
            view.show_node(found.use.id)

    def close_popup(self, *_: object) -> None:
        """Leave everything as it is; the canvas has the keyboard again."""
        if self._closed:
            return
        self._closed = True
        self.workspace.changed.disconnect(self.close_popup)
        self.workspace.place_changed.disconnect(self.close_popup)
        self.closed.emit()
        self.hide()
        self.view.setFocus(Qt.FocusReason.PopupFocusReason)
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_popup()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = self.focusWidget()
            if self.cancel.hasFocus():
                self.close_popup()
            elif focus is self.more and self.more.isVisible():
                self._take_in()
            else:
                self.commit()
        else:
            super().keyPressEvent(event)
        event.accept()

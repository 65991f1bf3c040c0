"""A layer's parameter becomes one of the block: its name and default are asked, or it stops being one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from graph.blocks import expose, free_name, stop_following
from graph.catalogue.spec import Param
from graph.edits import Edit, EditError
from graph.model import Graph
from gui.blocks.words import tr
from gui.inspector.editors import editor_for
from gui.inspector.values import shown
from gui.widgets import WrappedLabel, mark
from gui.workspace import Workspace


class ExposeDialog(QDialog):
    """Asks what the block's parameter is called and what it is by default; says at once what cannot be."""

    def __init__(self, workspace: Workspace, graph_id: str, node_id: str, param: Param, value: Any,
                 parent: QWidget) -> None:  # fmt: skip
        super().__init__(parent)
        self.workspace, self.graph_id, self.node_id, self.param = workspace, graph_id, node_id, param
        self.value = value
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        node = self.block.nodes[node_id]
        self.setWindowTitle(tr("Expose {0} of {1}").format(param.name, node.name))
        intro = tr("Every use of {0} can then set it. Uses that do not set it have the default.")
        self.intro = WrappedLabel(intro.format(self.block.name), muted=True)
        self.name = QLineEdit(free_name(self.block, param.name))
        self.name.setAccessibleName(tr("Name of the block's parameter"))
        names = [item.name for item in self.block.parameters]
        if names:
            completer = QCompleter(names, self)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            self.name.setCompleter(completer)
            self.name.setToolTip(tr("The name of one that is there already lets this follow it"))
        self.editor = editor_for(param)
        self.editor.show_value(value)
        self.editor.edited.connect(self._edited)
        self.editor.refused.connect(self._refused)
        self.wrong = ""
        self.sentence = WrappedLabel()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.done_button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.done_button.setText(tr("Expose"))
        self.buttons.accepted.connect(self.commit)
        self.buttons.rejected.connect(self.reject)
        grid = QGridLayout()
        grid.addWidget(QLabel(tr("name")), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(QLabel(tr("default")), 1, 0)
        grid.addWidget(self.editor, 1, 1)
        column = QVBoxLayout(self)
        column.addWidget(self.intro)
        column.addLayout(grid)
        column.addWidget(self.sentence)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.setMinimumWidth(340)
        self.name.textChanged.connect(lambda *_: self.check())
        self.name.selectAll()
        self.check()

    @property
    def block(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    def _edited(self, value: Any) -> None:
        self.value, self.wrong = value, ""
        self.check()

    def _refused(self, sentence: str) -> None:
        self.wrong = sentence
        self.check()

    def edits(self) -> list[Edit]:
        name = self.name.text().strip()
        if not name:
            raise EditError(tr("The parameter needs a name."))
        return expose(self.workspace.project, self.block, self.node_id, self.param.name, name, self.value)

    def check(self) -> None:
        """Say what would happen, or why it cannot."""
        name = self.name.text().strip()
        there = next((item for item in self.block.parameters if item.name == name), None)
        self.editor.setEnabled(there is None)
        sentence, wrong = self.wrong if there is None else "", bool(self.wrong) and there is None
        if not wrong:
            try:
                self.workspace.document.check(self.edits())
            except EditError as error:
                sentence, wrong = str(error), True
        if there is not None and not wrong:
            sentence = tr("{0} is there already, with the default {1}: this will follow it.").format(
                name, shown(there.default)
            )
        self.sentence.setText(sentence)
        mark(self.sentence, "sentence", "error" if wrong else "")
        mark(self.sentence, "muted", not wrong)
        self.sentence.setVisible(bool(sentence))
        mark(self.name, "wrong", wrong and not self.wrong)
        self.done_button.setEnabled(not wrong)
        self.adjustSize()

    def commit(self) -> None:
        """Expose, in one undo step."""
        try:
            edits = self.edits()
        except EditError:
            return
        text = tr("Expose {0} of {1}").format(self.param.name, self.block.nodes[self.node_id].name)
        if self.workspace.perform(text, edits):
            self.accept()


def ask_to_expose(workspace: Workspace, graph_id: str, node_id: str, param: Param, value: Any,
                  parent: QWidget) -> ExposeDialog:  # fmt: skip
    """Open the dialog for one parameter. ``value`` is the one in use, the first default."""
    dialog = ExposeDialog(workspace, graph_id, node_id, param, value, parent)
    dialog.open()
    dialog.name.setFocus()
    return dialog


def stop_to_follow(workspace: Workspace, graph_id: str, node_id: str, param: str) -> bool:
    """Give a parameter its value back; the block's parameter goes when nothing follows it any more."""
    block = workspace.project.graph(graph_id)
    try:
        edits = stop_following(workspace.project, block, node_id, param)
    except EditError as error:
        workspace.message.emit("warning", str(error))
        return False
    name = tr("Stop exposing {0} of {1}").format(param, block.nodes[node_id].name)
    return workspace.perform(name, edits)

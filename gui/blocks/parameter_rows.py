"""The parameters of a block: name, default, help, order; each can be changed or taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.blocks import (
    change_parameter,
    followers,
    move_parameter,
    others_than_default,
    stop_exposing,
)
from graph.catalogue.spec import Param
from graph.edits import Edit, EditError
from graph.model import Exposed, Graph
from graph.values import BadValue
from gui.blocks.words import tr
from gui.icons import icon
from gui.inspector.block_params import exposed_param
from gui.inspector.editors import Editor, TextEditor, editor_for
from gui.inspector.name_field import NameField
from gui.inspector.values import FLOAT, NUMBER, shown
from gui.theme import theme
from gui.widgets import WrappedLabel, clear
from gui.workspace import Workspace


class LiteralEditor(TextEditor):
    """Any plain value, for a parameter that no layer follows yet: ``3``, ``0.5``, ``true``, ``3, 3``, a word."""

    def read(self, text: str) -> Any:
        text = text.strip()
        if not text:
            raise BadValue(
                tr("{0} needs a default: a number, true or false, or a word.").format(self.param.name)
            )
        if "," in text:
            return tuple(_plain(part.strip()) for part in text.strip("()").split(",") if part.strip())
        return _plain(text)


def _plain(text: str) -> Any:
    if NUMBER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[\w .-]{1,60}", text):
        return text
    raise BadValue(tr("“{0}” cannot be a default: use a number, true or false, or a word.").format(text[:40]))


class ParameterRows(QWidget):
    """One card for each parameter."""

    def __init__(self, workspace: Workspace, graph_id: str) -> None:
        super().__init__()
        self.workspace, self.graph_id = workspace, graph_id
        self.cards: list[ParameterCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    @property
    def graph(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    def refresh(self, here: Mapping[str, Any]) -> None:
        """Show the parameters; ``here`` are their values at the use that was entered."""
        items = self.graph.parameters
        wanted = [(item.name, kind_of(self.graph, item)) for item in items]
        if wanted != [(card.name, card.kind) for card in self.cards]:
            clear(self._column)
            self.cards = [ParameterCard(self, item) for item in items]
            for card in self.cards:
                self._column.addWidget(card)
        for number, (card, item) in enumerate(zip(self.cards, items, strict=True)):
            card.refresh(item, here.get(item.name, item.default), number, len(items))

    def edit(self, name: str) -> None:
        """Put the cursor into the name of a parameter."""
        for card in self.cards:
            if card.name == name:
                card.title.setFocus()
                card.title.selectAll()

    def perform(self, step: str, make: Callable[[], list[Edit]], merge: str = "") -> bool:
        try:
            edits = make()
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return False
        return self.workspace.perform(step, edits, merge)


def kind_of(block: Graph, item: Exposed) -> tuple[Any, ...]:
    """What decides the editor of a default."""
    if not followers(block, item.name):
        return ()  # any plain value, whatever it is now
    param = exposed_param(block, item)
    return (param.kind, param.choices, param.length)


class ParameterCard(QFrame):
    """Name and default in one line, the help below. Alt+Up and Alt+Down change the order."""

    def __init__(self, rows: ParameterRows, item: Exposed) -> None:
        super().__init__()
        self.rows = rows
        self.name = item.name
        self.kind = kind_of(rows.graph, item)
        self.setProperty("card", "box")
        param: Param = exposed_param(rows.graph, item)
        self.title = NameField(self._problem)
        self.title.setAccessibleName(tr("Name of the parameter"))
        self.title.renamed.connect(self._rename)
        self.title.refused.connect(self._refuse)
        self.editor: Editor = (
            editor_for(param) if followers(rows.graph, item.name) else LiteralEditor(param)
        )  # fmt: skip
        self.editor.edited.connect(self._default)
        self.editor.refused.connect(self._refuse)
        self.editor.setToolTip(tr("The value of uses that do not set it"))
        self.up = self._button("arrow-up", tr("Move up (Alt+Up)"), lambda: self._shift(-1))
        self.down = self._button("arrow-down", tr("Move down (Alt+Down)"), lambda: self._shift(1))
        self.gone = self._button(
            "close", tr("Stop exposing it: its default stands at every use"), self.remove
        )
        self.help = QLineEdit()
        self.help.setPlaceholderText(tr("What it is for"))
        self.help.setAccessibleName(tr("Help of the parameter"))
        self.help.textEdited.connect(self._help)
        self.note = WrappedLabel(muted=True)
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 8)
        column.setSpacing(4)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(2)
        first.addWidget(self.title, 1)
        for button in (self.up, self.down, self.gone):
            first.addWidget(button)
        second.setSpacing(6)
        label = QLabel(tr("default"))
        label.setProperty("muted", True)
        second.addWidget(label)
        second.addWidget(self.editor, 1)
        for layout in (first, second):
            column.addLayout(layout)
        for widget in (self.help, self.note, self.sentence):
            column.addWidget(widget)

    def _button(self, picture: str, tip: str, do: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture, theme().muted))
        button.setProperty("quiet", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda *_: do())
        return button

    def refresh(self, item: Exposed, here: Any, number: int, count: int) -> None:
        """Show the present state."""
        self.title.show_name(item.name)
        self.editor.show_value(item.default)
        if self.help.text() != item.help:
            self.help.setText(item.help)
        self.up.setEnabled(number > 0)
        self.down.setEnabled(number < count - 1)
        names = [node.name for node in followers(self.rows.graph, item.name)]
        shown_names = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        text = tr("Followed by {0}.").format(shown_names) if names else tr("Nothing inside follows it yet.")
        if here != item.default:
            text = tr("{0} here. {1}").format(shown(here), text)
        self.note.setText(text)

    def _step(self, text: str) -> str:
        return text.format(self.name, self.rows.graph.name)

    def _change(self, **what: Any) -> list[Edit]:
        return change_parameter(self.rows.workspace.project, self.rows.graph, self.name, **what)

    def _problem(self, name: str) -> str:
        try:
            self.rows.workspace.document.check(self._change(new_name=name))
        except EditError as error:
            return str(error)
        return ""

    def _rename(self, name: str) -> None:
        self.rows.perform(self._step(tr("Rename the parameter {0}")), lambda: self._change(new_name=name))

    def _default(self, value: Any) -> None:
        self._refuse("")
        merge = f"default/{self.rows.graph_id}/{self.name}"
        self.rows.perform(
            self._step(tr("Set the default of {0}")), lambda: self._change(default=value), merge
        )

    def _help(self, text: str) -> None:
        merge = f"help/{self.rows.graph_id}/{self.name}"
        self.rows.perform(self._step(tr("Change the help of {0}")), lambda: self._change(help=text), merge)

    def _refuse(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    def _shift(self, by: int) -> None:
        names = [item.name for item in self.rows.graph.parameters]
        position = names.index(self.name) + by
        if 0 <= position < len(names):
            self.rows.perform(
                self._step(tr("Move the parameter {0}")),
                lambda: move_parameter(self.rows.graph, self.name, position),
            )

    def remove(self) -> None:
        """Stop exposing it, after asking when that changes what uses do."""
        workspace, block = self.rows.workspace, self.rows.graph
        others = others_than_default(workspace.project, block, self.name)
        if others:
            default = next(item.default for item in block.parameters if item.name == self.name)
            names = ", ".join(f"“{use.node.name}”" for use in others[:4]) + (" …" if len(others) > 4 else "")
            box = QMessageBox(self.window())
            box.setIcon(QMessageBox.Icon.Question)
            box.setWindowTitle(tr("Stop exposing {0}").format(self.name))
            box.setText(tr("{0} set another value of {1}.").format(names, self.name))
            box.setInformativeText(tr("All would get the default, {0}.").format(shown(default)))
            yes = box.addButton(tr("Stop exposing"), QMessageBox.ButtonRole.AcceptRole)
            box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
            box.setDefaultButton(yes)
            box.exec()
            box.deleteLater()
            if box.clickedButton() is not yes:
                return
        self.rows.perform(
            self._step(tr("Stop exposing {0}")), lambda: stop_exposing(workspace.project, block, self.name)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alone = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if alone and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._shift(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

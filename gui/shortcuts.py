"""Help ▸ Keyboard shortcuts: the sheet, where each can be changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.actions import MENUS, Actions, Spec, keys, keys_now, specs, translated
from gui.canvas.keys import OWN
from gui.icons import icon
from gui.theme import theme
from gui.widgets import Column, Heading, WrappedLabel


def mouse_gestures() -> list[tuple[str, str]]:
    """What the mouse does on the canvas; these cannot be changed."""
    return [
        (translated("Zoom at the cursor"), translated("Wheel, or pinch")),
        (translated("Pan"), translated("Middle button, Space and drag, or two fingers")),
        (translated("Select several"), translated("Drag a box (Shift adds, Ctrl toggles)")),
        (translated("Move"), translated("Drag (Shift: on the grid, Ctrl: without snapping)")),
        (translated("Duplicate"), translated("Alt and drag")),
        (translated("Wire two nodes"), translated("Drag from a port")),
        (translated("Layers that fit"), translated("Drop a wire on empty canvas")),
        (translated("Put a node into a wire"), translated("Drop it on the wire (then Alt: beside it)")),
        (translated("Cut wires"), translated("Ctrl and drag with the right button, or Y and drag")),
        (translated("Dot on a wire"), translated("Alt and click it")),
        (translated("Dots on several wires"), translated("Shift and drag with the right button")),
        (translated("Move all wires of a port"), translated("Ctrl and drag from it")),
        (translated("Drop all wires of a port"), translated("Alt and click it")),
        (translated("Add a layer here"), translated("Double-click empty canvas")),
        (translated("Look inside a block"), translated("Double-click it")),
        (translated("Move nodes into a block"), translated("Drop them on it")),
    ]


def own_keys() -> list[tuple[str, str]]:
    """Keys of the canvas that stay as they are (:data:`gui.canvas.keys.OWN`)."""
    return [
        (translated("Cancel, clear the selection, leave a block"), translated("Esc")),
        (translated("Move the selected nodes"), translated("Arrows")),
        (translated("Open the selected node or block"), translated("Return")),
        (translated("Add a layer at the cursor"), translated("Tap Space")),
        (translated("Pan while it is held"), translated("Space")),
        (translated("Cut wires while it is held"), translated("Y")),
    ]


class ShortcutsDialog(QDialog):
    """All actions with their keys. A change counts at once; a key that is taken is refused.

    Of an action with several keys the first is shown and changed.
    """

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.actions_table = actions
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search an action or a key"))
        self.search.setAccessibleName(self.tr("Search an action or a key"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        self.column = Column(margin=4)
        self.column.setAccessibleName(self.tr("Actions and their keys"))
        self.edits: dict[str, QKeySequenceEdit] = {}
        self._rows: list[tuple[str, list[QWidget]]] = []
        for menu in MENUS:
            self._section(menu)
        self._fixed(self.tr("On the canvas, with keys that stay as they are"), own_keys())
        self._fixed(self.tr("On the canvas, with the mouse"), mouse_gestures())
        self.column.layout_.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.reset = buttons.addButton(self.tr("Reset all"), QDialogButtonBox.ButtonRole.ResetRole)
        self.reset.setToolTip(self.tr("Give every action the keys it had at first"))
        self.reset.setAutoDefault(False)  # Return in the search is no wish to lose one's keys
        self.reset.clicked.connect(self._reset)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        whole = QVBoxLayout(self)
        whole.addWidget(self.search)
        whole.addWidget(self.sentence)
        whole.addWidget(self.column, 1)
        whole.addWidget(buttons)

    def _section(self, menu: str) -> None:
        self.column.layout_.addWidget(Heading(translated(menu)))
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        for spec in specs():
            if spec.menu == menu and spec.id not in ("panels", "recent"):
                self._row(grid, spec)
        self.column.layout_.addLayout(grid)

    def _row(self, grid: QGridLayout, spec: Spec) -> None:
        label = QLabel(translated(spec.text))
        if spec.submenu:
            label.setText(f"{translated(spec.submenu)} ▸ {translated(spec.text)}")
        edit = QKeySequenceEdit()
        edit.setMaximumSequenceLength(1)
        edit.setClearButtonEnabled(True)
        edit.setMinimumWidth(170)
        name = self.tr("Key of “{0}”").format(label.text())
        edit.setAccessibleName(name)
        for field in edit.findChildren(QLineEdit):
            field.setAccessibleName(name)
        label.setBuddy(edit)
        edit.setKeySequence(self._first(spec))
        edit.editingFinished.connect(lambda: self._changed(spec, edit))
        back = QToolButton()
        back.setIcon(icon("restore", theme().muted))
        back.setToolTip(self.tr("Back to the default"))
        back.setAccessibleName(self.tr("Default key of “{0}”").format(label.text()))
        back.clicked.connect(lambda: self._back(spec, edit))
        box = QHBoxLayout()
        box.addWidget(edit)
        box.addWidget(back)
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        grid.addLayout(box, row, 1)
        self.edits[spec.id] = edit
        self._rows.append((label.text().lower(), [label, edit, back]))

    def _fixed(self, title: str, rows: list[tuple[str, str]]) -> None:
        """What cannot be changed, to be read."""
        self.column.layout_.addWidget(Heading(title))
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        for row, (what, how) in enumerate(rows):
            label, text = QLabel(what), QLabel(how)
            text.setProperty("muted", True)
            grid.addWidget(label, row, 0)
            grid.addWidget(text, row, 1)
            self._rows.append((f"{what} {how}".lower(), [label, text]))
        self.column.layout_.addLayout(grid)

    def _first(self, spec: Spec) -> QKeySequence:
        found = keys(keys_now(spec))
        return found[0] if found else QKeySequence()

    def _taken(self, spec: Spec, wanted: QKeySequence) -> str:
        """Who has a key already, in a sentence; empty when nobody has."""
        shown = wanted.toString(QKeySequence.SequenceFormat.NativeText)
        for other in specs():
            if other.id != spec.id and wanted in keys(keys_now(other)):
                return self.tr("{0} is taken by “{1}”. Change that one first.").format(
                    shown, translated(other.text)
                )
        if wanted.toString() in OWN:
            return self.tr("{0} has a meaning on the canvas that stays as it is.").format(shown)
        return ""

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    def _changed(self, spec: Spec, edit: QKeySequenceEdit) -> None:
        wanted = edit.keySequence()
        if wanted == self._first(spec):
            return
        trouble = "" if wanted.isEmpty() else self._taken(spec, wanted)
        self._say(trouble)
        if trouble:
            edit.setKeySequence(self._first(spec))
            return
        others = [key for key in keys(keys_now(spec))[1:] if key != wanted]
        text = ", ".join(key.toString() for key in (wanted, *others)) if not wanted.isEmpty() else ""
        self.actions_table.change_shortcut(spec.id, text)

    def _back(self, spec: Spec, edit: QKeySequenceEdit) -> None:
        trouble = next((text for key in keys(spec.shortcut) if (text := self._taken(spec, key))), "")
        self._say(trouble)
        if not trouble:
            self.actions_table.change_shortcut(spec.id, spec.shortcut)
            edit.setKeySequence(self._first(spec))

    def _reset(self) -> None:
        for spec in specs():
            self.actions_table.change_shortcut(spec.id, spec.shortcut)
            if spec.id in self.edits:
                self.edits[spec.id].setKeySequence(self._first(spec))
        self._say("")

    def _filter(self, text: str) -> None:
        """Show the rows whose words, or whose key, hold the text."""
        wanted = text.lower().strip()
        for words, widgets in self._rows:
            own = (widget.keySequence() for widget in widgets if isinstance(widget, QKeySequenceEdit))
            shown = words + "".join(f" {key.toString().lower()}" for key in own)
            for widget in widgets:
                widget.setVisible(wanted in shown)

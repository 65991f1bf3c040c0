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

from gui.actions import MENUS, Actions, Spec, keys, specs, translated
from gui.icons import icon
from gui.theme import theme
from gui.widgets import Column, Heading, WrappedLabel


def mouse_gestures() -> list[tuple[str, str]]:
    """What the mouse does on the canvas; these cannot be changed."""
    return [
        (translated("Zoom at the cursor"), translated("Wheel")),
        (translated("Pan"), translated("Middle button, or Space and drag")),
        (translated("Select several"), translated("Drag a box")),
        (translated("Wire two nodes"), translated("Drag from a port")),
        (translated("Layers that fit"), translated("Drop a wire on empty canvas")),
        (translated("Add a layer here"), translated("Double-click empty canvas")),
        (translated("Look inside a block"), translated("Double-click it")),
    ]


class ShortcutsDialog(QDialog):
    """All actions with their keys. A change counts at once; a key that is taken is refused."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.actions_table = actions
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 640)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        self.column = Column(margin=4)
        self.edits: dict[str, QKeySequenceEdit] = {}
        self._rows: list[tuple[str, list[QWidget]]] = []
        for menu in MENUS:
            self._section(menu)
        self._gestures()
        self.column.layout_.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
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
        edit.setKeySequence(self._first(spec))
        edit.editingFinished.connect(lambda: self._changed(spec, edit))
        back = QToolButton()
        back.setIcon(icon("restore", theme().muted))
        back.setToolTip(self.tr("Back to the default"))
        back.clicked.connect(lambda: self._back(spec, edit))
        box = QHBoxLayout()
        box.addWidget(edit)
        box.addWidget(back)
        row = grid.rowCount()
        grid.addWidget(label, row, 0)
        grid.addLayout(box, row, 1)
        self.edits[spec.id] = edit
        self._rows.append((label.text().lower(), [label, edit, back]))

    def _gestures(self) -> None:
        self.column.layout_.addWidget(Heading(self.tr("On the canvas, with the mouse")))
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        for row, (what, how) in enumerate(mouse_gestures()):
            label, text = QLabel(what), QLabel(how)
            text.setProperty("muted", True)
            grid.addWidget(label, row, 0)
            grid.addWidget(text, row, 1)
            self._rows.append((what.lower(), [label, text]))
        self.column.layout_.addLayout(grid)

    def _first(self, spec: Spec) -> QKeySequence:
        found = keys(self.actions_table.shortcut(spec))
        return found[0] if found else QKeySequence()

    def _changed(self, spec: Spec, edit: QKeySequenceEdit) -> None:
        wanted = edit.keySequence()
        if wanted == self._first(spec):
            return
        for other in specs():
            if (
                other.id != spec.id
                and wanted in keys(self.actions_table.shortcut(other))
                and not wanted.isEmpty()
            ):
                self.sentence.setText(
                    self.tr("{0} is taken by “{1}”. Change that one first.").format(
                        wanted.toString(QKeySequence.SequenceFormat.NativeText), translated(other.text)
                    )
                )
                self.sentence.show()
                edit.setKeySequence(self._first(spec))
                return
        self.sentence.hide()
        self.actions_table.change_shortcut(spec.id, wanted.toString())

    def _back(self, spec: Spec, edit: QKeySequenceEdit) -> None:
        self.actions_table.change_shortcut(spec.id, spec.shortcut)
        edit.setKeySequence(self._first(spec))
        self.sentence.hide()

    def _filter(self, text: str) -> None:
        for words, widgets in self._rows:
            for widget in widgets:
                widget.setVisible(text.lower().strip() in words)

"""The Inputs or Outputs of a block as a list: add, rename, remove, and put in order."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.blocks import add_port, move_port, remove_port
from graph.blocks.turning import lying, upright
from graph.edits import EditError
from graph.model import INPUT, Graph
from graph.operations import rename
from gui.blocks.words import tr
from gui.icons import icon
from gui.theme import theme
from gui.widgets import Heading
from gui.workspace import Workspace

ID = Qt.ItemDataRole.UserRole
SHOWN = 6


class PortList(QWidget):
    """Rows can be dragged, or moved with Alt+Up and Alt+Down; F2 renames, Delete removes."""

    def __init__(self, workspace: Workspace, graph_id: str, kind: str, title: str) -> None:
        super().__init__()
        self.workspace, self.graph_id, self.kind = workspace, graph_id, kind
        self.list = _List(self)
        self.list.setAccessibleName(title)
        self.list.itemChanged.connect(self._renamed)
        self.list.currentRowChanged.connect(lambda *_: self._enable())
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(2)
        head.addWidget(Heading(title), 1)
        self.up = self._button("arrow-up", tr("Move up (Alt+Up)"), lambda: self.shift(-1))
        self.down = self._button("arrow-down", tr("Move down (Alt+Down)"), lambda: self.shift(1))
        self.gone = self._button("minus", tr("Remove the port and its wires (Delete)"), self.remove)
        more = tr("Add an input") if kind == INPUT else tr("Add an output")
        self.more = self._button("plus", more, self.add)
        for button in (self.up, self.down, self.gone, self.more):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.list)

    def _button(self, picture: str, tip: str, do) -> QToolButton:  # type: ignore[no-untyped-def]
        button = QToolButton()
        button.setIcon(icon(picture, theme().muted))
        button.setProperty("quiet", True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda *_: do())
        return button

    @property
    def graph(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    @property
    def current(self) -> str:
        """The node id of the port that is chosen, or nothing."""
        item = self.list.currentItem()
        return item.data(ID) if item is not None else ""

    def refresh(self) -> None:
        """Show the ports as they are; what is being renamed stays."""
        wanted = [(node.id, node.name) for node in self.graph.ordered(self.kind)]
        items = [self.list.item(row) for row in range(self.list.count())]
        if wanted != [(item.data(ID), item.text()) for item in items]:
            chosen = self.current
            self.list.blockSignals(True)
            self.list.clear()
            for node_id, name in wanted:
                item = QListWidgetItem(icon("login" if self.kind == INPUT else "logout", theme().muted), name)
                item.setData(ID, node_id)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
                item.setToolTip(tr("Double-click to rename, drag to change the order"))
                self.list.addItem(item)
                if node_id == chosen:
                    self.list.setCurrentItem(item)
            self.list.blockSignals(False)
            rows = max(1, min(SHOWN, len(wanted)))
            height = self.list.sizeHintForRow(0) if wanted else 22
            self.list.setFixedHeight(rows * max(height, 20) + 6)
        self._enable()

    def _enable(self) -> None:
        row, count = self.list.currentRow(), self.list.count()
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)
        self.gone.setEnabled(row >= 0)

    def add(self) -> None:
        """One more port, whose name can be typed at once."""
        project = self.workspace.project
        edits, new = add_port(lying(project).graph(self.graph_id), self.kind)
        edits = upright(project, edits, self.graph_id)
        step = tr("Add an input to {0}") if self.kind == INPUT else tr("Add an output to {0}")
        if self.workspace.perform(step.format(self.graph.name), edits):
            self.refresh()
            for row in range(self.list.count()):
                if self.list.item(row).data(ID) == new:
                    self.list.setCurrentRow(row)
                    self.list.editItem(self.list.item(row))

    def remove(self) -> None:
        """Take the chosen port away, with its wires inside and at every use."""
        if self.current:
            name = self.graph.nodes[self.current].name
            edits = remove_port(self.workspace.project, self.graph, self.current)
            self.workspace.perform(tr("Remove the port {0}").format(name), edits)
            self.refresh()

    def shift(self, by: int) -> None:
        """Move the chosen port up or down."""
        if self.current:
            self.put(self.current, self.list.currentRow() + by)

    def put(self, node_id: str, position: int) -> None:
        """Put a port at a place of the order."""
        name = self.graph.nodes[node_id].name
        try:
            edits = move_port(self.graph, node_id, position)
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            edits = []
        self.workspace.perform(tr("Move the port {0}").format(name), edits)
        self.refresh()

    def _renamed(self, item: QListWidgetItem) -> None:
        node_id, name = item.data(ID), item.text().strip()
        if node_id not in self.graph.nodes:
            return
        old = self.graph.nodes[node_id].name
        if name != old:
            edits = rename(self.workspace.project, self.graph, node_id, name)
            self.workspace.perform(tr("Rename {0}").format(old), edits)
        self.refresh()


class _List(QListWidget):
    def __init__(self, ports: PortList) -> None:
        super().__init__()
        self.ports = ports
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        # later: the list must not change while it still handles the drop
        self.model().rowsMoved.connect(lambda *_: QTimer.singleShot(0, self, self._dropped))

    def _dropped(self) -> None:
        """A row was dragged elsewhere: make the document's order the one that is shown."""
        order = [self.item(row).data(ID) for row in range(self.count())]
        before = [node.id for node in self.ports.graph.ordered(self.ports.kind)]
        moved = next((key for key in order if _without(order, key) == _without(before, key)), "")
        if moved and order != before:
            self.ports.put(moved, order.index(moved))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alone = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if alone and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.ports.shift(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.ports.remove()
        else:
            super().keyPressEvent(event)


def _without(ids: list[str], key: str) -> list[str]:
    return [other for other in ids if other != key]

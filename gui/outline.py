"""The project as a tree: networks, their nodes in the order they run, and what is inside blocks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph import operations
from graph.catalogue import CATALOGUE
from graph.changes import ChangeSet
from graph.model import BLOCK, Graph, Node
from graph.order import topological
from graph.problems import Place
from gui.icons import layer_icon
from gui.workspace import Workspace

PLACE, NODE, FILLED = (Qt.ItemDataRole.UserRole + number for number in range(3))
MOST = 20_000
"""Rows under one graph; more would take longer to build than anyone reads."""


class OutlinePanel(QWidget):
    """Follows the canvas, and leads it: the chosen row is selected there. Inner rows are made when opened."""

    chosen = Signal(str)
    """A node of the graph that is shown, to be brought into view."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter nodes"))
        self.filter.setAccessibleName(self.tr("Filter nodes"))
        self.filter.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(self.tr("Outline of the network"))
        self.tree.setHeaderLabels([self.tr("Node"), self.tr("Type")])
        self.tree.setUniformRowHeights(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 130)
        header.setStretchLastSection(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addWidget(self.tree)
        self._rows: dict[tuple[Place, str], QTreeWidgetItem] = {}
        self._following = False
        self._stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(80)
        self._timer.timeout.connect(self._refresh)
        workspace.changed.connect(self._changed)
        workspace.shapes_changed.connect(self._later)
        workspace.place_changed.connect(self._later)
        workspace.selection_changed.connect(self._show_selection)
        self.tree.itemExpanded.connect(self._fill)
        self.tree.itemSelectionChanged.connect(self._lead)
        self.tree.itemActivated.connect(self._activate)
        self.filter.textChanged.connect(self._filter)
        self.tree.installEventFilter(self)

    # -- following -----------------------------------------------------------------------------------

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.affects_shapes or changes.graphs:
            self._stale = True
            self._later()

    def _later(self) -> None:
        if self.isVisible():
            self._timer.start()
        else:
            self._stale = True

    def showEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().showEvent(event)  # type: ignore[arg-type]
        self._timer.start()

    def _refresh(self) -> None:
        """Build the tree anew, with the same rows open as before."""
        opened = {
            (item.data(0, PLACE), item.data(0, NODE)) for item in self._rows.values() if item.isExpanded()
        }
        self._following = True
        self.tree.clear()
        self._rows = {}
        for network in self.workspace.project.networks.values():
            item = QTreeWidgetItem([network.name, self.tr("network")])
            item.setData(0, PLACE, (network.id,))
            item.setData(0, NODE, "")
            self.tree.addTopLevelItem(item)
            self._add_nodes(item, network, (network.id,))
            item.setExpanded(True)
        for place, node in sorted(opened, key=lambda key: len(key[0])):
            row = self._rows.get((place, node))
            if row is not None:
                row.setExpanded(True)
        self._following = False
        self._stale = False
        self._filter(self.filter.text())
        self._show_selection()

    def _add_nodes(self, parent: QTreeWidgetItem, graph: Graph, place: Place) -> None:
        order = topological(graph)
        rest = [key for key in graph.nodes if key not in set(order)]
        rows = []
        for key in [*order, *rest][:MOST]:
            row = self._row(graph.nodes[key], place)
            self._rows[place, key] = row
            rows.append(row)
        parent.addChildren(rows)
        parent.setData(0, FILLED, True)

    def _row(self, node: Node, place: Place) -> QTreeWidgetItem:
        project = self.workspace.project
        here = self.workspace.shapes.at(place)
        found = here.nodes.get(node.id) if here else None
        shapes = ", ".join(tensor.text for tensor in found.outputs.values()) if found else ""
        block = project.blocks.get(node.block or "")
        row = QTreeWidgetItem([node.name, block.name if block else node.type])
        state = self.tr("has a problem") if found is not None and found.state == "problem" else shapes
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{node.name}, {row.text(1)}, {state}")
        for number in range(2):
            row.setToolTip(number, f"{node.name}  {shapes}")
        row.setData(0, PLACE, place)
        row.setData(0, NODE, node.id)
        if block is not None:
            row.setIcon(0, layer_icon(node.type, "Blocks"))
            row.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        else:
            layer = CATALOGUE.get(node.type)
            if layer is not None:
                row.setIcon(0, layer_icon(node.type, layer.category))
        return row

    def _fill(self, item: QTreeWidgetItem) -> None:
        """Rows of a block's inside, when it is opened for the first time."""
        if item.data(0, FILLED) or not item.data(0, NODE):
            return
        place, key = tuple(item.data(0, PLACE)), item.data(0, NODE)
        graph = self._graph_at(place)
        node = graph.nodes.get(key) if graph else None
        block = self.workspace.project.blocks.get(node.block or "") if node else None
        if block is not None:
            self._add_nodes(item, block, (*place, key))

    def _graph_at(self, place: Place) -> Graph | None:
        project = self.workspace.project
        if not place or place[0] not in project.networks:
            return None
        graph = project.networks[place[0]]
        for step in place[1:]:
            node = graph.nodes.get(step.partition("[")[0])
            if node is None or node.type != BLOCK or node.block not in project.blocks:
                return None
            graph = project.blocks[node.block]
        return graph

    def _show_selection(self) -> None:
        if self._following or self._stale or not self.isVisible():
            return
        self._following = True
        place = tuple(step.partition("[")[0] for step in self.workspace.place)
        rows = [self._rows[place, key] for key in self.workspace.selection if (place, key) in self._rows]
        self.tree.clearSelection()
        for row in rows:
            row.setSelected(True)
        if len(rows) == 1:
            self.tree.setCurrentItem(rows[0])
        self._following = False

    def _filter(self, text: str) -> None:
        words = text.casefold().split()

        def shown(item: QTreeWidgetItem) -> bool:
            inside = [shown(item.child(number)) for number in range(item.childCount())]
            own = f"{item.text(0)} {item.text(1)}".casefold()
            fits = all(word in own for word in words) or any(inside)
            item.setHidden(not fits)
            return fits

        for number in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(number)
            if top is not None:
                shown(top)
                top.setHidden(False)

    # -- leading -------------------------------------------------------------------------------------

    def _lead(self) -> None:
        """Select on the canvas what is selected here; another graph's rows show that graph."""
        if self._following:
            return
        rows = self.tree.selectedItems()
        current = self.tree.currentItem()
        if not rows or current is None:
            return
        place = tuple(current.data(0, PLACE))
        keys = [row.data(0, NODE) for row in rows if tuple(row.data(0, PLACE)) == place and row.data(0, NODE)]
        self._following = True
        self.workspace.go(place)
        self.workspace.select(keys)
        self._following = False
        if len(keys) == 1:
            self.chosen.emit(keys[0])

    def _activate(self, item: QTreeWidgetItem) -> None:
        place, key = tuple(item.data(0, PLACE)), item.data(0, NODE)
        graph = self._graph_at(place)
        if key and graph is not None and graph.nodes[key].block is not None:
            self.workspace.go((*place, key))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if not pressed or event.key() != Qt.Key.Key_Delete or not self.workspace.selected_nodes:  # type: ignore[attr-defined]
            return False
        workspace, chosen = self.workspace, self.workspace.selected_nodes
        name = self.tr("Delete {} nodes").format(len(chosen)) if len(chosen) > 1 else self.tr("Delete a node")
        workspace.perform(name, operations.delete(workspace.project, workspace.graph, chosen))
        return True

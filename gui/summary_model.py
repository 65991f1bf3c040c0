"""The rows of the summary table: nodes in order, and inside a block's use the block's nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from graph.catalogue import CATALOGUE
from graph.model import BLOCK, Graph, Node, Project
from graph.order import topological
from graph.problems import Place
from graph.shapes import GraphShapes, NodeShapes, ProjectShapes
from gui.icons import layer_icon

Index = QModelIndex | QPersistentModelIndex
NAME, TYPE, SHAPE, PARAMETERS, MACS = range(5)
SHARE = Qt.ItemDataRole.UserRole
"""Role: this row's share (0…1) of its network's total, for the bar."""
VALUE = Qt.ItemDataRole.UserRole + 1
"""Role: the number behind the text."""


@dataclass(eq=False)
class Row:
    """A node at a place. ``children`` is filled when somebody looks inside."""

    place: Place
    node: Node
    shapes: NodeShapes
    graph: Graph
    parent: Row | None = None
    number: int = 0
    times: str = ""
    children: list[Row] | None = field(default=None)

    @property
    def key(self) -> Place:
        return (*self.place, self.node.id)


class SummaryModel(QAbstractItemModel):
    """Columns: name, type, output shape, parameters, MACs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.rows: list[Row] = []
        self.parameters = 0
        self.macs = 0
        self._order = (-1, Qt.SortOrder.AscendingOrder)

    def show(self, project: Project, shapes: ProjectShapes, network_id: str) -> None:
        """Take over fresh shapes of one network."""
        self.beginResetModel()
        self.project = project
        found = shapes.networks.get(network_id)
        self.parameters = found.parameters if found else 0
        self.macs = found.macs if found else 0
        self.rows = self._level(project.networks[network_id], found, (network_id,), None) if found else []
        self.endResetModel()

    def _level(self, graph: Graph, shapes: GraphShapes, place: Place, parent: Row | None) -> list[Row]:
        ids = [*topological(graph)]
        rows = [
            Row(place, graph.nodes[node_id], shapes.nodes.get(node_id, NodeShapes()), graph, parent)
            for node_id in ids
        ]
        return self._sorted(rows)

    def _sorted(self, rows: list[Row]) -> list[Row]:
        column, order = self._order
        if column >= 0:
            rows.sort(key=lambda row: _sort_key(row, column), reverse=order == Qt.SortOrder.DescendingOrder)
        for number, row in enumerate(rows):
            row.number = number
        return rows

    def children(self, row: Row) -> list[Row]:  # type: ignore[override]
        """The nodes inside a block's use; of a repeated one, one row for each repetition first."""
        if row.children is None:
            row.children = []
            project, node = self.project, row.node
            if project is not None and node.block in project.blocks:
                block = project.blocks[node.block]
                for number, inner in enumerate(row.shapes.inner):
                    several = len(row.shapes.inner) > 1
                    step = f"{node.id}[{number}]" if several and number else node.id
                    rows = self._level(block, inner, (*row.place, step), row)
                    if several:
                        for each in rows:
                            each.times = f"[{number}] "
                    row.children += rows
                for number, each in enumerate(row.children):
                    each.number = number
        return row.children

    # -- what Qt asks --------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        rows = self.children(parent.internalPointer()) if parent.isValid() else self.rows
        return self.createIndex(row, column, rows[row]) if 0 <= row < len(rows) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        row: Row | None = index.internalPointer() if index.isValid() else None
        above = row.parent if row else None
        return self.createIndex(above.number, 0, above) if above else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if parent.column() > 0:
            return 0
        return len(self.children(parent.internalPointer())) if parent.isValid() else len(self.rows)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        if not parent.isValid():
            return bool(self.rows)
        row: Row = parent.internalPointer()
        return parent.column() == 0 and row.node.type == BLOCK and bool(row.shapes.inner)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Name"),
                self.tr("Layer"),
                self.tr("Output shape"),
                self.tr("Parameters"),
                self.tr("MACs"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (PARAMETERS, MACS):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row: Row = index.internalPointer()
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return layer_icon(row.node.type, category_of(row.node))
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (PARAMETERS, MACS):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == SHARE and column in (PARAMETERS, MACS):
            total = self.parameters if column == PARAMETERS else self.macs
            return self._number(row, column) / total if total else 0.0
        if role == VALUE:
            return self._number(row, column)
        return None

    def _number(self, row: Row, column: int) -> int:
        if column == PARAMETERS:
            return 0 if row.node.shares else row.shapes.parameters
        return row.shapes.macs if column == MACS else 0

    def text(self, row: Row, column: int) -> str:
        """What a cell says."""
        if column == NAME:
            return row.times + row.node.name
        if column == TYPE:
            return self._type(row)
        if column == SHAPE:
            if row.shapes.state != "ok":
                return {"problem": self.tr("problem"), "unknown": self.tr("unknown")}[row.shapes.state]
            tensors = row.shapes.outputs or {key: each[0] for key, each in row.shapes.inputs.items() if each}
            return ", ".join(tensor.text for tensor in tensors.values())
        number = self._number(row, column)
        return f"{number:,}" if number else "–"

    def _type(self, row: Row) -> str:
        node = row.node
        if node.type != BLOCK or self.project is None or node.block not in self.project.blocks:
            return node.type
        count = len(row.shapes.inner)
        return self.project.blocks[node.block].name + (f" × {count}" if count > 1 else "")

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column, or (-1) in the order of the flow."""
        self._order = (column, order)
        self.beginResetModel()
        if column < 0 and self.rows and self.project is not None:
            place = {node_id: number for number, node_id in enumerate(topological(self.rows[0].graph))}
            self.rows.sort(key=lambda row: place[row.node.id])
        for row in self.rows:
            row.children = None
        self._sorted(self.rows)
        self.endResetModel()


def category_of(node: Node) -> str:
    """The catalogue's category; uses of blocks are in ``Blocks``."""
    if node.type == BLOCK:
        return "Blocks"
    return CATALOGUE[node.type].category if node.type in CATALOGUE else "Inputs and outputs"


def _sort_key(row: Row, column: int) -> Any:
    if column == PARAMETERS:
        return row.shapes.parameters
    if column == MACS:
        return row.shapes.macs
    if column == SHAPE:
        return sum(tensor.elements() for tensor in row.shapes.outputs.values())
    return (row.node.name if column == NAME else row.node.type).lower()

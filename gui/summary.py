"""The summary panel: every layer with its output shape, parameters and MACs, and the totals."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from graph.problems import Place
from gui.icons import icon
from gui.summary_model import MACS, PARAMETERS, SHARE, SummaryModel
from gui.theme import theme
from gui.widgets import IconButton
from gui.workspace import Workspace


class _Bars(QStyledItemDelegate):
    """A faint bar behind a number: its share of the total."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        share = index.data(SHARE)
        if share:
            rect: QRect = option.rect  # type: ignore[attr-defined]
            width = max(1, round((rect.width() - 8) * min(share, 1.0)))
            color = theme().accent
            color.setAlphaF(0.22)
            painter.fillRect(rect.right() - 3 - width, rect.top() + 3, width, rect.height() - 6, color)
        super().paint(painter, option, index)


class SummaryPanel(QWidget):
    """A table of the network that is shown; a click selects the node, blocks open as a tree."""

    chosen = Signal(str)
    """The person clicked this node (of the graph that is shown by now)."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.model = SummaryModel(self)
        self.tree = QTreeView()
        self.tree.setAccessibleName(self.tr("Layers with shapes, parameters and MACs"))
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setSortingEnabled(True)
        self.tree.setItemDelegate(_Bars(self.tree))
        header = self.tree.header()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(False)
        for column, width in enumerate((165, 140, 190, 105, 125)):
            header.resizeSection(column, width)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.totals = QLabel()
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = IconButton()
        self.copy.setToolTip(self.tr("Copy the table"))
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.copy)
        menu.addAction(self.tr("Copy as text")).triggered.connect(lambda: self.copy_table("text"))
        menu.addAction(self.tr("Copy as CSV")).triggered.connect(lambda: self.copy_table("csv"))
        self.copy.setMenu(menu)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 3, 6, 3)
        foot.addWidget(self.totals, 1)
        foot.addWidget(self.copy)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(0)
        column_.addWidget(self.tree, 1)
        column_.addLayout(foot)
        self._stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(80)
        self._timer.timeout.connect(self.refresh)
        self.tree.clicked.connect(self._clicked)
        self.tree.activated.connect(self._clicked)
        workspace.shapes_changed.connect(self._later)
        workspace.place_changed.connect(self._later)
        workspace.selection_changed.connect(self.mark)
        theme().changed.connect(self._recolor)
        self._recolor()

    def _later(self) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._timer.start()

    def refresh(self) -> None:
        """Show the fresh shapes, keeping open what was open."""
        self._stale = False
        workspace = self.workspace
        opened = self._opened()
        bar = self.tree.verticalScrollBar().value()
        self.model.show(workspace.project, workspace.shapes, workspace.place[0])
        for place in sorted(opened, key=len):
            index = self._index(place)
            if index.isValid():
                self.tree.expand(index)
        self.tree.verticalScrollBar().setValue(bar)
        self.totals.setText(
            self.tr("{0} parameters, {1} MACs for one sample").format(
                f"{self.model.parameters:,}", f"{self.model.macs:,}"
            )
            if self.model.rows
            else ""
        )
        self.mark()

    def _opened(self) -> set[Place]:
        found: set[Place] = set()

        def walk(parent: QModelIndex) -> None:
            for number in range(self.model.rowCount(parent)):
                index = self.model.index(number, 0, parent)
                if self.tree.isExpanded(index):
                    found.add(index.internalPointer().key)
                    walk(index)

        walk(QModelIndex())
        return found

    def _index(self, key: Place) -> QModelIndex:
        """Where a node's row is; opens nothing."""
        parent = QModelIndex()
        for depth in range(2, len(key) + 1):
            wanted = key[:depth]
            if depth < len(key):
                rows = [
                    self.model.index(number, 0, parent)
                    for number in range(self.model.rowCount(parent))
                    if self.model.index(number, 0, parent).internalPointer().node.id
                    == wanted[-1].partition("[")[0]
                ]
            else:
                rows = [
                    self.model.index(number, 0, parent)
                    for number in range(self.model.rowCount(parent))
                    if self.model.index(number, 0, parent).internalPointer().key == wanted
                ]
            if not rows:
                return QModelIndex()
            parent = rows[0]
        return parent

    def mark(self) -> None:
        """Select the row of the selected node, if it can be seen."""
        nodes = self.workspace.selected_nodes
        choice = self.tree.selectionModel()
        index = self._index((*self.workspace.place, nodes[0])) if len(nodes) == 1 else QModelIndex()
        if not index.isValid():
            choice.clearSelection()
            return
        flags = QItemSelectionModel.SelectionFlag
        choice.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.tree.scrollTo(index)

    def _clicked(self, index: QModelIndex) -> None:
        row = index.internalPointer()
        self.workspace.go(row.place, row.node.id)
        self.chosen.emit(row.node.id)

    # -- copy ----------------------------------------------------------------------------------------

    def table(self) -> list[list[str]]:
        """Header, the visible rows (indented by depth) and the totals."""
        model = self.model
        lines = [
            [
                str(model.headerData(column, Qt.Orientation.Horizontal))
                for column in range(model.columnCount())
            ]
        ]

        def walk(parent: QModelIndex, depth: int) -> None:
            for number in range(model.rowCount(parent)):
                index = model.index(number, 0, parent)
                row = index.internalPointer()
                cells = [model.text(row, column) for column in range(model.columnCount())]
                lines.append(["  " * depth + cells[0], *cells[1:]])
                if self.tree.isExpanded(index):
                    walk(index, depth + 1)

        walk(QModelIndex(), 0)
        lines.append([self.tr("total"), "", "", f"{model.parameters:,}", f"{model.macs:,}"])
        return lines

    def copy_table(self, form: str) -> None:
        """Put the table on the clipboard as aligned ``text`` or as ``csv``."""
        lines = self.table()
        if form == "csv":
            out = io.StringIO()
            numbers = (PARAMETERS, MACS)
            writer = csv.writer(out, lineterminator="\n")
            for line in lines:
                writer.writerow(
                    "0" if cell == "–" and column in numbers else
                    cell.replace(",", "") if column in numbers else cell.strip()
                    for column, cell in enumerate(line)
                )  # fmt: skip
            text = out.getvalue()
        else:
            widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
            text = "".join(
                "  ".join(
                    cell.rjust(width) if column in (PARAMETERS, MACS) else cell.ljust(width)
                    for column, (cell, width) in enumerate(zip(line, widths, strict=True))
                ).rstrip()
                + "\n"
                for line in lines
            )
        QGuiApplication.clipboard().setText(text)
        self.workspace.message.emit("info", self.tr("The table is on the clipboard."))

    def _recolor(self) -> None:
        self.copy.setIcon(icon("content-copy"))
        self.tree.viewport().update()

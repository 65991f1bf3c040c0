"""Tables of results that can be sorted; a row that stands for samples shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QWidget

from gui.results.rows import SORT, Cells, Rows, runs_text
from gui.results.view import Cell, ResultView
from gui.theme import theme

WIDEST = 260
"""Pixels of a column when the table opens."""
LONG = 150
"""Pixels from which on text is broken into lines."""
LOOKED_AT = 60
"""Rows that are measured for the width of the columns."""


class TableView(ResultView):
    """A table. ``wraps`` is for a few rows with long text."""

    def __init__(self, parent: QWidget | None = None, wraps: bool = False) -> None:
        super().__init__(parent)
        self.wraps = wraps
        self.model = Rows(self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.model)
        self.sorted.setSortRole(SORT)
        self.grid = QTableView()
        self.grid.setModel(self.sorted)
        self.grid.setItemDelegate(Cells(self.grid, wraps))
        self.grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.grid.setShowGrid(False)
        self.grid.setAlternatingRowColors(True)
        self.grid.setWordWrap(wraps)
        self.grid.setMinimumSize(120, 60)
        self.grid.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.grid.verticalHeader().hide()
        self.grid.horizontalHeader().setResizeContentsPrecision(LOOKED_AT)
        self.grid.verticalHeader().setMinimumSectionSize(8)
        self.grid.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.grid.horizontalHeader().setFixedHeight(self.fontMetrics().height() + 12)
        self.grid.selectionModel().currentRowChanged.connect(lambda new, _old: self._chosen(new))
        self.grid.clicked.connect(self._chosen)
        self.empty = QLabel()
        self.empty.setProperty("muted", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.hide()
        self.column.addWidget(self.grid, 1)
        self.column.addWidget(self.empty, 1)
        theme().changed.connect(self.grid.viewport().update)

    def take(self, view: dict[str, Any]) -> None:
        super().take(view)
        self.grid.setAccessibleName(str(view.get("title") or self.tr("Results")))
        self.model.show_view(view)
        can_sort = len(self.model.rows) > 1 and not self.model.bold and not self.wraps
        self.grid.setSortingEnabled(False)
        self.sorted.sort(-1)
        self.grid.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.grid.setSortingEnabled(can_sort)
        nothing = not self.model.rows and bool(view.get("empty"))
        self.empty.setText(str(view.get("empty") or ""))
        self.empty.setVisible(nothing)
        self.grid.setVisible(not nothing)
        self.heading.setVisible(bool(view.get("title")) and not (nothing and self.wraps))
        pointing = Qt.CursorShape.PointingHandCursor if view.get("samples") else Qt.CursorShape.ArrowCursor
        self.grid.viewport().setCursor(pointing)
        self._fit()

    def _fit(self) -> None:
        """Columns as wide as what is in them, within reason; the last takes what is left. An empty title is a column
        of names, which needs its room."""
        header = self.grid.horizontalHeader()
        header.setStretchLastSection(False)
        self.grid.resizeColumnsToContents()
        count = len(self.model.heads)
        for column in range(count):
            if self.grid.columnWidth(column) > WIDEST:
                self.grid.setColumnWidth(column, WIDEST)
        long = [
            column
            for column, kind in enumerate(self.model.kinds)
            if kind == "runs" or (self.wraps and kind == "text" and self.grid.columnWidth(column) > LONG)
        ]
        if self.wraps and long:
            others = sum(self.grid.columnWidth(column) for column in range(count) if column not in long)
            room = max(120, self.grid.viewport().width() - others - 2)
            for column in long:
                self.grid.setColumnWidth(column, room // len(long))
        elif long or (count and self.model.kinds[-1] == "text"):
            header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        if self.wraps and long:
            usual = self.grid.verticalHeader().defaultSectionSize()
            for row in range(min(LOOKED_AT, len(self.model.rows))):
                self.grid.setRowHeight(row, max(usual, self.grid.sizeHintForRow(row)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.wraps and self.model.rows:
            self._fit()

    def _chosen(self, index: QModelIndex) -> None:
        samples = self.view.get("samples")
        if samples and index.isValid():
            self.ask(samples[self.sorted.mapToSource(index).row()])

    def table(self) -> list[Sequence[Cell]]:
        def plain(value: Any) -> Cell:
            return runs_text(value) if isinstance(value, list) else value

        return [self.model.heads, *([plain(value) for value in row] for row in self.model.rows)]

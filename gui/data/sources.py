"""Choosing a data source from a list grouped by kind, each with what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.icons import icon
from gui.theme import theme
from gui.widgets import Picker
from runtime.data import SOURCES, Source

CATEGORY_ICONS = {
    "Own data": "folder-account-outline",
    "Toy": "shape-outline",
    "Tables": "table",
    "Images": "image-outline",
    "Sequences": "chart-timeline-variant",
}


OWN_ICONS = {
    "own-images": "image-multiple-outline",
    "own-table": "table",
    "own-text": "text-box-outline",
    "own-sentences": "format-quote-close",
    "own-pairs": "translate",
    "own-series": "chart-timeline-variant",
    "own-arrays": "cube-outline",
    "own-masks": "image-filter-center-focus",
    "own-boxes": "vector-square",
}
"""A person's own data looks like what it is."""


def source_icon(source: Source) -> QIcon:
    """The picture of a source in lists."""
    return icon(OWN_ICONS.get(source.id) or CATEGORY_ICONS.get(source.category, "database-outline"))


class SourcePicker(Picker):
    """Emits ``chosen`` with the id of a source when the person picked it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Data source"))
        self.setMaxVisibleItems(30)
        self.setMinimumContentsLength(8)
        self.activated.connect(self._activated)
        theme().changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        now = self.currentData()
        model = QStandardItemModel(self)
        titles = {
            "Own data": self.tr("My own data"),
            "Toy": self.tr("Toys"),
            "Tables": self.tr("Tables"),
            "Images": self.tr("Pictures"),
            "Sequences": self.tr("Sequences"),
        }
        last = ""
        for source in SOURCES.values():
            if source.category != last:
                last = source.category
                head = QStandardItem(titles.get(last, last))
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                font = head.font()
                font.setBold(True)
                head.setFont(font)
                head.setForeground(theme().muted)
                model.appendRow(head)
            item = QStandardItem(source_icon(source), source.title)
            item.setData(source.id, Qt.ItemDataRole.UserRole)
            item.setToolTip(f"<p>{source.help}</p>")
            model.appendRow(item)
        self.setModel(model)
        self.show_source(now or "")

    def show_source(self, source_id: str) -> None:
        """Show what is chosen; nothing for a source nobody knows."""
        self.setCurrentIndex(self.findData(source_id) if source_id in SOURCES else -1)
        self.setToolTip(f"<p>{SOURCES[source_id].help}</p>" if source_id in SOURCES else "")
        self.setPlaceholderText(source_id or self.tr("Choose the data"))

    def _activated(self, index: int) -> None:
        source_id = self.itemData(index)
        if source_id:
            self.chosen.emit(source_id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

"""Choosing a data source from a list grouped by kind, each with what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.icons import icon
from gui.theme import theme
from gui.widgets import Picker
from runtime.data import SOURCES

CATEGORY_ICONS = {
    "Toy": "shape-outline",
    "Tables": "table",
    "Images": "image-outline",
    "Sequences": "chart-timeline-variant",
}


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
            item = QStandardItem(icon(CATEGORY_ICONS.get(last, "database-outline")), source.title)
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

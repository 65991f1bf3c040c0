"""The first rows of a person's own table, and what each of its columns is for under the options of its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gui.icons import icon
from gui.theme import theme
from runtime.data import get_source

Index = QModelIndex | QPersistentModelIndex
PARTS = ("target", "text", "first", "second", "time")
"""Options that name one column each."""
KIND_ICONS = {
    "number": "numeric",
    "category": "shape-outline",
    "date": "calendar-outline",
    "text": "format-text",
    "empty": "circle-off-outline",
}


class ColumnRows(QAbstractTableModel):
    """The first rows of a file and the columns' roles under the options of its source."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: list[Mapping[str, Any]] = []
        self.rows: list[list[str]] = []
        self.options: dict[str, Any] = {}
        self.usual: dict[str, str] = {}
        """The columns that take a part while nobody has chosen others."""
        self.names: frozenset[str] = frozenset()
        """The options that the source has."""
        self.several = False
        """Whether several columns can be predicted at once (a series), which are then learned from, too."""

    def show_facts(self, source: str, options: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Take over what is known of a table."""
        self.beginResetModel()
        self.columns = list(facts["columns"])
        self.rows = [list(map(str, row)) for row in facts.get("preview", ())]
        self.usual = {part: str(facts[part]) for part in PARTS if facts.get(part)}
        declared = get_source(source)
        self.options = declared.settled(options)
        self.names = frozenset(option.name for option in declared.options)
        self.several = any(option.name == "predict" and option.kind == "names" for option in declared.options)
        self.endResetModel()

    def name(self, column: int) -> str:
        return str(self.columns[column]["name"])

    def role_of(self, column: int) -> str:
        """The option that names this column ("target", "time", …), "leave_out", "unused", or "" for an input."""
        name = self.name(column)
        if name in (self.options.get("leave_out") or ()):
            return "leave_out"
        parts = {part: self.options.get(part) or self.usual.get(part) for part in PARTS if part in self.names}
        named = next((part for part, chosen in parts.items() if chosen == name), "")
        if named:
            return named
        if name in self.predicted():
            return "target"
        kind = self.columns[column]["kind"]
        if "time" in self.names and not self.options.get("time") and kind == "date":
            dates = [str(other["name"]) for other in self.columns if other["kind"] == "date"]
            return "time" if name == dates[0] else "unused"
        # where no column can be left out, only those that have a part are read
        return "unused" if kind in ("text", "empty") or "leave_out" not in self.names else ""

    def predicted(self) -> tuple[str, ...]:
        """The columns that are predicted, also while nobody has chosen any."""
        if self.several:
            numbers = [str(column["name"]) for column in self.columns if column["kind"] == "number"]
            return tuple(self.options.get("predict") or numbers[-1:])
        chosen = (self.options.get("target") or self.usual.get("target")) if "target" in self.names else None
        return (str(chosen),) if chosen else ()

    @property
    def predicts(self) -> bool:
        """Whether a column can be chosen to be predicted."""
        return self.several or "target" in self.names

    def roles(self) -> list[str]:
        return [self.role_of(column) for column in range(len(self.columns))]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        text = row[column] if column < len(row) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        part = self.role_of(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme().disabled if part in ("leave_out", "unused") else None
        if role == Qt.ItemDataRole.BackgroundRole:
            return theme().selection if part == "target" else None
        if role == Qt.ItemDataRole.TextAlignmentRole and self.columns[column]["kind"] == "number":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and len(text) > 30:
            return text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        column, part = self.columns[section], self.role_of(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column['name']}\n{column['summary']}"
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("target", theme().accent) if part == "target" else icon(
                KIND_ICONS.get(column["kind"], "help"), theme().muted
            )  # fmt: skip
        if role == Qt.ItemDataRole.FontRole and part in ("target", "leave_out", "unused"):
            font = QFont()
            font.setBold(part == "target")
            font.setStrikeOut(part != "target")
            return font
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(section)
        return None

    def _tip(self, section: int) -> str:
        column, part = self.columns[section], self.role_of(section)
        what = {
            "target": self.tr("This is what the network learns to predict."),
            "leave_out": self.tr("This column is left out."),
            "unused": self.tr("Nothing can be learned from this column as it is.")
            if "leave_out" in self.names
            else self.tr("This column is not used."),
            "time": self.tr("This column tells the order of the rows."),
            "text": self.tr("The texts that the network reads."),
            "first": self.tr("The text that the network reads."),
            "second": self.tr("The text that the network is to give."),
            "": self.tr("The network learns from this column."),
        }[part]
        how = self.tr("Click to predict it, right-click for more.") if self.predicts else self.tr(
            "Right-click for more."
        )  # fmt: skip
        return f"<p><b>{column['name']}</b>: {column['summary']}<br>{what}<br>{how}</p>"

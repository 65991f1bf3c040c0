"""Samples as rows of a table: measurements under their names, or texts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.data.loader import Loaded

Index = QModelIndex | QPersistentModelIndex


class SampleRows(QAbstractTableModel):
    """One row for each sample; the last column is what is to be predicted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self.numbers = True

    def show_samples(self, found: Loaded) -> None:
        """Take over the samples of a table or of tokens."""
        self.beginResetModel()
        self.numbers = found.schema.kind != "tokens"
        if self.numbers:
            flat = found.inputs.reshape(len(found.inputs), -1)
            names = found.schema.features or tuple(str(number) for number in range(flat.shape[1]))
            names = names if len(names) == flat.shape[1] else tuple(map(str, range(flat.shape[1])))
            self.heads = [*names, self._target(found)]
            self.rows = [
                [*(f"{value:.5g}" for value in row), label]
                for row, label in zip(flat.tolist(), found.labels, strict=True)
            ]
        else:
            words = bool(found.schema.vocabulary)
            self.heads = [self.tr("text"), self.tr("class") if words else self.tr("next characters")]
            self.rows = [
                [text, label if words else shown_text(label)]
                for text, label in zip(texts(found), found.labels, strict=True)
            ]
        self.endResetModel()

    def _target(self, found: Loaded) -> str:
        if found.schema.task == "regression":
            return ", ".join(found.schema.target_names) or self.tr("target")
        return self.tr("class")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[index.row()][index.column()]
        last = index.column() == len(self.heads) - 1
        if role == Qt.ItemDataRole.TextAlignmentRole and self.numbers and not last:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.heads[section] if orientation == Qt.Orientation.Horizontal else section + 1


def texts(found: Loaded) -> list[str]:
    """The samples' texts, from one-hot rows (K, T, C) or from numbers (K, T); words with spaces between them."""
    numbers = found.inputs.argmax(-1) if found.inputs.ndim == 3 else found.inputs
    vocabulary = found.schema.vocabulary
    if vocabulary:
        return [" ".join(vocabulary[int(number)] for number in row).strip() for row in numbers]
    classes = found.schema.classes or ()
    return [shown_text("".join(classes[int(number)] for number in row)) for row in numbers]


def shown_text(text: str) -> str:
    """Spaces and line ends made visible."""
    return text.replace(" ", "␣").replace("\n", "⏎")

"""Samples as rows of a table: measurements under their names, or texts with their tokens."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.data.grid import part_names
from gui.data.labels import shown_text, text_of, words_of
from gui.data.samples import Page
from gui.theme import theme
from runtime.data.schema import SEPARATOR

Index = QModelIndex | QPersistentModelIndex
TOKENS = Qt.ItemDataRole.UserRole + 1
"""The words of a cell that shows tokens, for :class:`gui.data.tokens.TokenDelegate`."""


class SampleRows(QAbstractTableModel):
    """One row for each sample; the last column is what is to be predicted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self.tokens: dict[int, list[list[str]]] = {}
        """Column -> the words of each row, where a column shows tokens."""
        self.numbers = True
        self._page: Page | None = None

    def show_page(self, page: Page) -> None:
        """Take over the samples of a table or of tokens."""
        self.beginResetModel()
        self._page = page
        self.tokens = {}
        self.numbers = page.schema.kind != "tokens"
        if self.numbers:
            self._numbers(page)
        else:
            self._texts(page)
        self.endResetModel()

    def _numbers(self, page: Page) -> None:
        flat = page.inputs.reshape(len(page), -1)
        names = page.schema.features
        names = names if len(names) == flat.shape[1] else tuple(map(str, range(flat.shape[1])))
        target = [self._target(page)] if page.schema.task != "unlabelled" else []
        self.heads = [*names, *target]
        self.rows = [
            [*("" if value != value else f"{value:.5g}" for value in row), *([label] if target else [])]
            for row, label in zip(flat.tolist(), page.labels, strict=True)
        ]

    def _texts(self, page: Page) -> None:
        schema = page.schema
        if schema.task == "translation":
            self.heads = [self.tr("text"), self.tr("translation")]
            self._word_columns(
                [words_of(schema, row) for row in page.inputs],
                [words_of(schema, row, of_target=True) for row in page.targets],
            )
        elif schema.task == "sentence-pairs":
            self.heads = [self.tr("first"), self.tr("second"), self.tr("second follows first")]
            halves = [_halves(words_of(schema, row)) for row in page.inputs]
            self._word_columns([first for first, _ in halves], [second for _, second in halves])
            for row, label in zip(self.rows, page.labels, strict=True):
                row.append(label)
        elif schema.task == "next-token":
            self.heads = [self.tr("text"), self.tr("next characters")]
            words = [words_of(schema, row) for row in page.inputs]
            if any(len(word) > 1 for line in words for word in line):
                self.heads[1] = self.tr("next words")
                self._word_columns(words, [words_of(schema, row, of_target=True) for row in page.targets])
            else:
                self.rows = [
                    [shown_text(text_of(schema, row)), shown_text(label)]
                    for row, label in zip(page.inputs, page.labels, strict=True)
                ]
        else:
            self.heads = [self.tr("text")]
            self._word_columns([words_of(schema, row) for row in page.inputs])
            if schema.task != "unlabelled":
                self.heads.append(self._target(page))
                for row, label in zip(self.rows, page.labels, strict=True):
                    row.append(label)

    def _word_columns(self, *columns: list[list[str]]) -> None:
        """Columns of words; where they are single characters, of plain text."""
        texts = []
        for number, lines in enumerate(columns):
            if all(len(word) == 1 for line in lines for word in line):
                texts.append([shown_text("".join(line)) for line in lines])
            else:
                self.tokens[number] = lines
                texts.append([" ".join(line) for line in lines])
        self.rows = [list(cells) for cells in zip(*texts, strict=True)]

    def _target(self, page: Page) -> str:
        if page.schema.task == "regression":
            return ", ".join(page.schema.target_names) or self.tr("target")
        if page.schema.task == "sequence-labels":
            return self.tr("classes of the words") if page.schema.kind == "tokens" else self.tr("classes")
        return self.tr("answers") if page.schema.task == "multi-label" else self.tr("class")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.rows[row][column]
        if role == TOKENS and column in self.tokens:
            return self.tokens[column][row]
        last = column == len(self.heads) - 1
        if role == Qt.ItemDataRole.TextAlignmentRole and self.numbers and not last:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and last and self.numbers:
            return theme().accent
        if role == Qt.ItemDataRole.ToolTipRole and self._page is not None:
            return self.tr("Sample {0:,}, for {1}").format(
                self._page.rows[row] + 1, part_names()[self._page.parts[row]]
            )
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return f"{self._page.rows[section] + 1:,}" if self._page is not None else section + 1
        return self.heads[section]


def _halves(words: list[str]) -> tuple[list[str], list[str]]:
    """The two sentences of a pair; special words stay where they stand."""
    if SEPARATOR not in words:
        return words, []
    place = words.index(SEPARATOR)
    return words[: place + 1], words[place + 1 :]

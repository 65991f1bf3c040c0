"""The rows of a table of results, and how their cells are painted: bars for shares, marks for what is wrong."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QTextDocument, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.colors import mixed
from gui.theme import theme
from gui.training.scores import score_text

Index = QModelIndex | QPersistentModelIndex
SORT = Qt.ItemDataRole.UserRole
SHARE = Qt.ItemDataRole.UserRole + 1
"""A number from 0 to 1 that is drawn as a bar."""
RUNS = Qt.ItemDataRole.UserRole + 2
"""A list of ``[text, mark]``."""
BAR = 26
"""Pixels of a bar."""
GAP = 6
SPACE = "\u2002"
"""Behind numbers, so that they do not touch the text to their right."""
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def is_number(value: Any) -> bool:
    """Whether a cell holds a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def runs_text(value: Any) -> str:
    """The text of runs."""
    return "".join(str(run[0]) for run in value)


def cell_text(value: Any, kind: str) -> str:
    """A cell as a person reads it."""
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, list):
        return runs_text(value)
    if kind == "share" and is_number(value):
        return f"{100 * value:.1f} %"
    if isinstance(value, bool) or not is_number(value):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else score_text(value)


class Rows(QAbstractTableModel):
    """The rows of a view of the kind "table"."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.heads: list[str] = []
        self.kinds: list[str] = []
        self.rows: list[list[Any]] = []
        self.bold: frozenset[int] = frozenset()
        self._font = QFont()
        self._font.setBold(True)

    def show_view(self, view: dict[str, Any]) -> None:
        """Take the rows of a view."""
        self.beginResetModel()
        self.heads = [str(column["title"]) for column in view["columns"]]
        self.kinds = [str(column["kind"]) for column in view["columns"]]
        self.rows = [list(row) for row in view["rows"]]
        self.bold = frozenset(view.get("bold") or ())
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value, kind = self.rows[index.row()][index.column()], self.kinds[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(value, kind)
        if role == SORT:
            return value if is_number(value) else cell_text(value, kind)
        if role == SHARE:
            return (
                min(1.0, max(0.0, value)) if kind == "share" and is_number(value) and value == value else None
            )
        if role == RUNS:
            return value if isinstance(value, list) else None
        if (
            role == Qt.ItemDataRole.TextAlignmentRole
            and (kind in ("number", "share"))
            and not isinstance(value, str)
        ):
            return RIGHT
        if role == Qt.ItemDataRole.FontRole and index.row() in self.bold:
            return self._font
        if role == Qt.ItemDataRole.ToolTipRole:
            return marked(value) if isinstance(value, list) else cell_text(value, kind)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section] + (SPACE if self.kinds[section] in ("number", "share") else "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.kinds[section] in ("number", "share") else LEFT
        return None


def marked(runs: list[Any]) -> str:
    """Runs as HTML; what is wrong has the colour of errors, and a line below for those who cannot tell colours."""
    color = theme().error.name()
    ground = mixed(theme().panel, theme().error, 0.18).name()
    parts = [
        f'<span style="color:{color};background:{ground};text-decoration:underline">{escape(str(text))}</span>'
        if mark
        else escape(str(text))
        for text, mark in runs
    ]
    return "".join(parts).replace("\n", "↵")


class Cells(QStyledItemDelegate):
    """Paints bars behind shares, and text with marks. ``wraps``: text takes as many lines as it needs."""

    def __init__(self, parent: QWidget, wraps: bool) -> None:
        super().__init__(parent)
        self.wraps = wraps

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if option.displayAlignment & Qt.AlignmentFlag.AlignRight:  # type: ignore[attr-defined]
            option.text += SPACE  # type: ignore[attr-defined]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        runs, share = index.data(RUNS), index.data(SHARE)
        if runs is None and share is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text, option.text = option.text, ""  # type: ignore[attr-defined]
        style = option.widget.style()  # type: ignore[attr-defined]
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)  # type: ignore[attr-defined]
        area = QRectF(option.rect).adjusted(4, 0, -GAP, 0)  # type: ignore[attr-defined]
        painter.save()
        painter.setClipRect(area)
        if runs is not None:
            document = self._document(runs, option, area.width())
            painter.translate(
                area.left(), area.top() + max(0.0, (area.height() - document.size().height()) / 2)
            )
            document.drawContents(painter)
        else:
            bar = QRectF(area.left(), area.center().y() - 3, BAR, 6)
            painter.fillRect(bar, theme().border)
            painter.fillRect(QRectF(bar.left(), bar.top(), BAR * share, 6), theme().accent)
            painter.setFont(option.font)  # type: ignore[attr-defined]
            painter.setPen(theme().text)
            painter.drawText(area.adjusted(BAR + GAP, 0, 0, 0), RIGHT, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        if index.data(SHARE) is not None:
            size.setWidth(size.width() + BAR + 2 * GAP)
        runs = index.data(RUNS)
        if runs is not None and self.wraps:
            view: Any = option.widget  # type: ignore[attr-defined]
            width = view.columnWidth(index.column()) - GAP - 4
            size.setHeight(round(self._document(runs, option, width).size().height()) + 6)
        return size

    def _document(self, runs: list[Any], option: QStyleOptionViewItem, width: float) -> QTextDocument:
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(option.font)  # type: ignore[attr-defined]
        choice = QTextOption()
        choice.setWrapMode(
            QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if self.wraps else QTextOption.WrapMode.NoWrap
        )
        document.setDefaultTextOption(choice)
        document.setHtml(f'<span style="color:{theme().text.name()}">{marked(runs)}</span>')
        if self.wraps:
            document.setTextWidth(max(40.0, width))
        return document

"""Cells of equal size in rows and columns, as large as they fit, with titles and labels around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.shows.view import Sheet, small
from gui.theme import theme

GAP = 4.0
BETWEEN = 10.0
"""Pixels more between groups of columns."""
LEAST = 14.0
"""Pixels of a cell's shorter edge below which the sheet scrolls."""
MOST_TITLE = 130.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the cells are: the corner of the first, their size, and the steps from one to the next."""

    left: float
    top: float
    width: float
    height: float
    step_x: float
    step_y: float


class GridSheet(Sheet):
    """``count`` cells of ``ratio`` height to width; a subclass paints one with :meth:`cell`."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.columns = 1
        self.grouped = 0
        """So many columns belong together, and a wider gap follows them; 0: all alike."""
        self.ratio = 1.0
        self.labels: Sequence[str] = ()
        self.column_titles: Sequence[str] = ()
        self.row_titles: Sequence[str] = ()

    def cell(self, painter: QPainter, area: QRectF, number: int) -> None:
        """Paint one cell."""
        raise NotImplementedError

    @property
    def rows(self) -> int:
        return max(1, ceil(self.count / self.columns))

    def arrange(self, width: float, height: float) -> None:
        """Choose the columns for a place of that size; a subclass may leave them as they are."""

    def columns_for(self, width: float, height: float, most: int) -> int:
        """The number of columns, up to ``most``, that makes ``count`` cells largest."""
        count = max(1, self.count)

        def size(columns: int) -> float:
            return min(width / columns, height / -(-count // columns) / self.ratio)

        return max(range(1, max(1, min(count, most)) + 1), key=size)

    def _line(self) -> float:
        return QFontMetricsF(small(self.font())).height()

    def _margins(self) -> tuple[float, float, float]:
        """Room for the row titles at the left, for the column titles on top, for the label below each cell."""
        metrics = QFontMetricsF(small(self.font()))
        widest = max((metrics.horizontalAdvance(text) for text in self.row_titles), default=0.0)
        left = min(widest, MOST_TITLE) + 8 if self.row_titles else 0.0
        top = self._line() + 2 if self.column_titles else 0.0
        return left, top, self._line() if self.labels else 0.0

    def least(self, width: float) -> QSize:
        left, top, below = self._margins()
        narrow = LEAST if self.ratio >= 1 else LEAST / max(self.ratio, 0.1)
        wide = left + self.columns * (narrow + GAP) + GAP + self._between(self.columns - 1)
        high = top + self.rows * (narrow * self.ratio + below + GAP) + GAP
        return QSize(ceil(wide), ceil(high))

    def _between(self, column: int) -> float:
        """How much the gaps between groups take on the left of a column."""
        return column // self.grouped * BETWEEN if self.grouped else 0.0

    def groups_for(self, width: float, height: float, together: int) -> int:
        """How many groups of ``together`` columns side by side make the cells largest."""
        rows = max(1, ceil(self.count / together))

        def size(groups: int) -> float:
            across = (width - (groups - 1) * BETWEEN) / (groups * together)
            return min(across, height / ceil(rows / groups) / self.ratio)

        return max(range(1, rows + 1), key=size)

    def frame(self, area: QRectF) -> Frame:
        """The cells as large as they fit into the area, in its upper left corner."""
        left, top, below = self._margins()
        wide = (area.width() - left - GAP - self._between(self.columns - 1)) / self.columns - GAP
        high = (area.height() - top - GAP) / self.rows - GAP - below
        width = max(4.0, min(wide, high / self.ratio))
        return Frame(
            area.left() + left + GAP,
            area.top() + top + GAP,
            width,
            width * self.ratio,
            width + GAP,
            width * self.ratio + below + GAP,
        )

    def cell_area(self, number: int, area: QRectF | None = None) -> QRectF:
        """Where a cell is painted."""
        frame = self.frame(area if area is not None else QRectF(self.rect()))
        row, column = divmod(number, self.columns)
        x = frame.left + column * frame.step_x + self._between(column)
        y = frame.top + row * frame.step_y
        return QRectF(x, y, frame.width, frame.height)

    def cell_at(self, place: QPointF) -> int:
        """The cell at a place, or -1."""
        for number in range(self.count):
            if self.cell_area(number).contains(place):
                return number
        return -1

    def draw(self, painter: QPainter, area: QRectF) -> None:
        frame = self.frame(area)
        _, _, below = self._margins()
        painter.setFont(small(self.font()))
        metrics = QFontMetricsF(painter.font())
        middle = Qt.AlignmentFlag.AlignCenter

        def write(box: QRectF, text: str, flags: Qt.AlignmentFlag = middle) -> None:
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, flags, shown)

        painter.setPen(theme().muted)
        for column, title in enumerate(self.column_titles[: self.columns]):
            x = frame.left + column * frame.step_x + self._between(column)
            write(QRectF(x, area.top(), frame.width, self._line()), title)
        for row, title in enumerate(self.row_titles[: self.rows]):
            y = frame.top + row * frame.step_y
            box = QRectF(area.left(), y, frame.left - area.left() - 8, frame.height)
            write(box, title, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for number in range(self.count):
            box = self.cell_area(number, area)
            self.cell(painter, box, number)
            if number < len(self.labels):
                painter.setPen(theme().muted)
                write(
                    QRectF(box.left() - GAP / 2, box.bottom() + 1, box.width() + GAP, below),
                    self.labels[number],
                )

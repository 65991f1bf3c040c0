"""A layout that puts widgets side by side and goes on in the next row, like words in a paragraph."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """With ``column`` all widgets are that wide or a little more and fill the rows, as cards of a grid do."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6, column: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._column = column
        self.setContentsMargins(QMargins())
        self.setSpacing(gap)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), apply=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, apply=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        # a wide word may be narrower than it wants; the layout never makes its parent wider
        size = QSize(60, max((item.minimumSize().height() for item in self._items), default=0))
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, apply: bool) -> int:
        margins, gap = self.contentsMargins(), self.spacing()
        inside = rect.marginsRemoved(margins)
        y = inside.y()
        for row in self._rows(inside.width()):
            x = inside.x()
            height = max(size.height() for _, size in row)
            for item, size in row:
                if apply:
                    shown = QSize(size.width(), height if self._column else size.height())
                    item.setGeometry(QRect(QPoint(x, y), shown))
                x += size.width() + gap
            y += height + gap
        if y > inside.y():
            y -= gap
        return y - rect.y() + margins.bottom()

    def _rows(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """Items with the sizes they get, row by row."""
        gap, fixed = self.spacing(), 0
        if self._column:
            columns = max(1, (width + gap) // (self._column + gap))
            fixed = (width - gap * (columns - 1)) // columns
        rows: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            size.setWidth(min(fixed or size.width(), max(width, 1)))
            if item.hasHeightForWidth():
                size.setHeight(item.heightForWidth(size.width()))
            if not rows or used + gap + size.width() > width:
                rows.append([])
                used = size.width()
            else:
                used += gap + size.width()
            rows[-1].append((item, size))
        return rows

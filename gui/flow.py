"""A layout that puts widgets side by side and goes on in the next row, like words in a paragraph."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """With ``stretch`` the widgets of a row share its whole width evenly, as cards of a grid do."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6, stretch: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._stretch = stretch
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
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, apply: bool) -> int:
        margins, gap = self.contentsMargins(), self.spacing()
        inside = rect.marginsRemoved(margins)
        x, y, row = inside.x(), inside.y(), 0
        shown = [item for item in self._items if not item.isEmpty()]
        width = 0
        if self._stretch and shown:
            least = max(item.sizeHint().width() for item in shown)
            columns = max(1, (inside.width() + gap) // (least + gap))
            width = (inside.width() - gap * (columns - 1)) // columns
        for item in shown:
            size = item.sizeHint()
            if width:
                size.setWidth(width)
            size.setWidth(min(size.width(), max(inside.width(), 1)))
            if item.hasHeightForWidth():
                size.setHeight(item.heightForWidth(size.width()))
            if x > inside.x() and x + size.width() > inside.right() + 1:
                x, y, row = inside.x(), y + row + gap, 0
            if apply:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + gap
            row = max(row, size.height())
        return y + row - rect.y() + margins.bottom()

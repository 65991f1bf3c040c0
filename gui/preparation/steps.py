"""The list of steps: drawn with what they do, dragged or moved with keys, switched off with a tick."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from graph.model import Step
from gui.icons import icon
from gui.preparation.words import headline, icon_of, title_of, tr
from gui.theme import theme

Index = QModelIndex | QPersistentModelIndex
STEP, CHANGE, FAULT, CAUTION = (Qt.ItemDataRole.UserRole + number for number in range(4))
HEIGHT = 44


class StepList(QListWidget):
    """Call :meth:`show_steps`; its signals say what a person wants, and nothing changes before it is shown."""

    reordered = Signal(list)
    """The places of the steps as they stood, in their new order."""
    removed = Signal(int)
    switched = Signal(int, bool)
    """A step, and whether it is to be done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Steps of the preparation"))
        self.setItemDelegate(_Delegate(self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.itemChanged.connect(self._ticked)
        theme().changed.connect(self._redraw)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 3 * HEIGHT)

    def show_steps(
        self, steps: list[Step], changes: dict[int, str], faults: dict[int, str], cautions: dict[int, str]
    ) -> None:
        """``changes`` are new shapes, ``faults`` and ``cautions`` sentences, by place. Keeps what is selected."""
        current = self.currentRow()
        self.blockSignals(True)
        while self.count() > len(steps):
            self.takeItem(self.count() - 1)
        for place, step in enumerate(steps):
            item = self.item(place)
            if item is None:
                item = QListWidgetItem()
                self.addItem(item)
            item.setText(title_of(step))
            item.setData(STEP, step)
            item.setData(CHANGE, changes.get(place, ""))
            item.setData(FAULT, faults.get(place, ""))
            item.setData(CAUTION, cautions.get(place, ""))
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
                | Qt.ItemFlag.ItemIsUserCheckable
            )  # fmt: skip
            item.setCheckState(Qt.CheckState.Unchecked if step.off else Qt.CheckState.Checked)
            sentence = faults.get(place) or cautions.get(place) or ""
            when = tr("In training only") if step.where == "train" else tr("For all samples")
            item.setToolTip(
                "\n".join(part for part in (title_of(step), headline(step), when, sentence) if part)
            )
            words = (title_of(step), headline(step), when, tr("off") if step.off else "", sentence)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(word for word in words if word))
        self.setCurrentRow(min(current, len(steps) - 1))
        self.blockSignals(False)
        self.viewport().update()

    def move(self, by: int) -> None:  # type: ignore[override]
        """Ask for the selected step to go up (-1) or down (1), or further."""
        row = self.currentRow()
        if row < 0 or not 0 <= row + by < self.count():
            return
        order = list(range(self.count()))
        order.insert(row + by, order.pop(row))
        self.setCurrentRow(row + by)
        self.reordered.emit(order)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            self.removed.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Only the document moves steps; Qt is kept from moving the rows itself."""
        row = self.currentRow()
        target = self._gap_at(event.position().toPoint())
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.setState(QAbstractItemView.State.NoState)
        self.viewport().update()
        if row >= 0 and target not in (row, row + 1):
            self.move(target - row - (1 if target > row else 0))

    def _gap_at(self, point: QPoint) -> int:
        """The place before which something dropped here would go."""
        item = self.itemAt(point)
        if item is None:
            return self.count()
        rect = self.visualItemRect(item)
        return self.row(item) + (1 if point.y() > rect.center().y() else 0)

    def _ticked(self, item: QListWidgetItem) -> None:
        step = item.data(STEP)
        done = item.checkState() == Qt.CheckState.Checked
        if isinstance(step, Step) and done == step.off:
            self.switched.emit(self.row(item), done)

    def _redraw(self) -> None:
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    """Two lines: what it is and the shape it makes, then what was set and whether it is for training only."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        opt.text = ""
        style = opt.widget.style() if opt.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, opt, painter, opt.widget)
        tick = style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, opt, opt.widget)
        step = index.data(STEP)
        painter.save()
        rect = opt.rect.adjusted(tick.right() - opt.rect.left() + 8, 4, -8, -4)
        fault, caution = index.data(FAULT), index.data(CAUTION)
        color = theme().error if fault else theme().muted if step.off else theme().text
        first = QRect(rect.left() + 22, rect.top(), rect.width() - 22, rect.height() // 2)
        second = first.translated(0, rect.height() // 2)
        if not headline(step) and step.where != "train" and not step.off:
            first.setHeight(rect.height())
        icon(icon_of(step), color).paint(painter, QRect(rect.left(), first.center().y() - 8, 16, 16))
        if fault or caution:
            sign = QRect(first.right() - 16, first.top(), 16, first.height())
            name = "alert-circle" if fault else "alert"
            icon(name, theme().error if fault else theme().warning).paint(painter, sign)
            first.setRight(sign.left() - 6)
        painter.setFont(opt.font)
        change = index.data(CHANGE)
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(title_of(step)) + metrics.horizontalAdvance(change) + 8 > first.width():
            change = ""  # the name matters more
        room = self._right(painter, first, change, theme().muted)
        painter.setPen(color)
        self._left(painter, first, room, title_of(step))
        tag = tr("training only") if step.where == "train" else ""
        room = self._right(painter, second, tag, theme().series("training"))
        painter.setPen(theme().muted)
        self._left(painter, second, room, tr("off") if step.off else headline(step))
        painter.restore()

    def _right(self, painter: QPainter, rect: QRect, text: str, color: object) -> int:
        """Draw at the right edge; the width that is left."""
        if not text:
            return rect.width()
        painter.setPen(color)  # type: ignore[call-overload]
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        return rect.width() - painter.fontMetrics().horizontalAdvance(text) - 8

    def _left(self, painter: QPainter, rect: QRect, room: int, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, room))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

"""The search at the cursor: type, choose with the arrows, Enter adds, Esc closes."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from graph.palette import Entry, search
from gui.canvas.words import tr
from gui.icons import layer_icon
from gui.theme import theme

if TYPE_CHECKING:
    from gui.workspace import Workspace

WIDTH, HEIGHT = 360, 372
AT_ONCE = 7
"""Rows shown without scrolling."""
ROW = 42
SLICE = 0.006
"""Seconds of asking layers between two turns of the event loop."""
ENTRY, FITS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _Row(QStyledItemDelegate):
    """Icon, name and category, with the summary below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH - 24, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colors, entry = theme(), index.data(ENTRY)
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selection)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 6, 6)
        if index.data(FITS) is False:
            painter.setOpacity(0.5)
        layer_icon(entry.type, entry.category).paint(painter, rect.x() + 10, rect.y() + 10, 22, 22)
        title = painter.font()
        title.setWeight(title.Weight.DemiBold)
        small = painter.font()
        small.setPointSizeF(max(7.0, small.pointSizeF() * 0.88))
        left, wide = rect.x() + 42, rect.width() - 52
        painter.setFont(small)
        painter.setPen(colors.muted)
        metrics = painter.fontMetrics()
        category = metrics.elidedText(entry.category, Qt.TextElideMode.ElideRight, wide // 2)
        painter.drawText(
            left, rect.y() + 4, wide, 18, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
            category,
        )  # fmt: skip
        about = metrics.elidedText(entry.summary, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(left, rect.y() + 22, wide, 17, int(Qt.AlignmentFlag.AlignVCenter), about)
        painter.setFont(title)
        painter.setPen(colors.text)
        name = painter.fontMetrics().elidedText(
            entry.title, Qt.TextElideMode.ElideRight, wide - metrics.horizontalAdvance(category) - 8
        )
        painter.drawText(left, rect.y() + 4, wide, 18, int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.restore()


class SearchPopup(QFrame):
    """A panel over the canvas. ``test`` tells which entries fit; those come first, the others are dimmed."""

    chosen = Signal(object)
    closed = Signal()

    def __init__(
        self, view: QGraphicsView, among: list[Entry], test: Callable[[Entry], bool] | None, note: str
    ) -> None:
        super().__init__(view)
        self._over = view
        self.setObjectName("canvasSearch")
        self.setAccessibleName(tr("Search a layer"))
        self._among = among
        self._test = test
        self._known: dict[Entry, bool] = {}
        self._waiting = list(search("", among)) if test is not None else []
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Search layers…"))
        self.field.setAccessibleName(tr("Search layers"))
        self.field.setClearButtonEnabled(True)
        self.list = QListView(self)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(tr("Layers found"))
        self.rows = QStandardItemModel(self.list)
        self.list.setModel(self.rows)
        self.empty = QLabel(tr("Nothing is called that. Try another word, such as “pool” or “norm”."), self)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        label_height = 0
        if note:
            label = QLabel(note, self)
            label_height = label.sizeHint().height() + 8
            label.setStyleSheet(f"color: {theme().muted.name()}; background: transparent;")
            layout.addWidget(label)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.empty, 1)
        colors = theme()
        self.setStyleSheet(
            f"#canvasSearch {{ background: {colors.panel.name()}; border: 1px solid {colors.border.name()};"
            f" border-radius: 10px; }} #canvasSearch QListView {{ background: transparent; }}"
            f" #canvasSearch QLabel {{ background: transparent; color: {colors.muted.name()}; }}"
        )
        self.setFixedWidth(WIDTH)
        self._head = 10 + self.field.sizeHint().height() + 8 + 12 + label_height
        self._finished = False
        self.field.textChanged.connect(lambda: self.fill())
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._clicked)
        self._asking = QTimer(self)
        self._asking.timeout.connect(self._ask_some)
        self.fill()
        if self._waiting:
            self._asking.start(0)

    def show_at(self, pixel: QPoint) -> None:
        """Open with its top-left corner near a place of the parent, but inside of it."""
        parent = self._over
        x = max(6, min(pixel.x() + 6, parent.width() - self.width() - 6))
        y = max(6, min(pixel.y() + 6, parent.height() - HEIGHT - 6))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def fill(self, keep: Entry | None = None) -> None:
        """Show what matches the text; ``keep`` stays chosen where it is still there."""
        liked = [entry for entry, good in self._known.items() if good]
        found = search(self.field.text(), self._among, liked)
        if self._known:
            found.sort(key=lambda entry: self._known.get(entry) is False)
        self.rows.clear()
        for entry in found:
            item = QStandardItem(entry.title)
            item.setData(entry, ENTRY)
            item.setData(self._known.get(entry, True), FITS)
            item.setAccessibleText(f"{entry.title}, {entry.category}. {entry.summary}")
            self.rows.appendRow(item)
        self.empty.setVisible(not found)
        self.list.setVisible(bool(found))
        self.setFixedHeight(self._head + ROW * max(2, min(AT_ONCE, len(found))))
        row = found.index(keep) if keep in found else 0
        if found:
            self.list.setCurrentIndex(self.rows.index(row, 0))

    @property
    def current(self) -> Entry | None:
        """The entry that Enter would add."""
        index = self.list.currentIndex()
        return index.data(ENTRY) if index.isValid() else None

    def _ask_some(self) -> None:
        """Ask a few layers whether they fit, then let the window breathe."""
        assert self._test is not None
        start = perf_counter()
        while self._waiting and perf_counter() - start < SLICE:
            entry = self._waiting.pop(0)
            self._known[entry] = self._test(entry)
        if not self._waiting:
            self._asking.stop()
            moved = self.list.currentIndex().row() > 0
            self.fill(self.current if moved else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            focus = QApplication.focusWidget()
            if focus is None or not self.isAncestorOf(focus):
                QTimer.singleShot(0, self, self.finish)
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.finish()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.current)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6}.get(key, -6)
            row = self.list.currentIndex().row() + step
            row = max(0, min(self.rows.rowCount() - 1, row))
            self.list.setCurrentIndex(self.rows.index(row, 0))
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index.data(ENTRY))

    def _choose(self, entry: Entry | None) -> None:
        if entry is not None and not self._finished:
            self.finish()
            self.chosen.emit(entry)

    def leave_with(self, workspace: Workspace) -> None:
        """Close as soon as the graph it was opened over changes (undo while it is open): what it would join may
        be gone then."""
        workspace.changed.connect(self.finish)
        workspace.place_changed.connect(self.finish)

    def finish(self) -> None:
        """Close; the canvas has the keyboard again."""
        if self._finished:
            return
        self._finished = True
        self._asking.stop()
        parent = self._over
        focus = QApplication.focusWidget()
        had = focus is not None and self.isAncestorOf(focus)
        self.hide()
        if had:
            parent.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()
        self.deleteLater()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self._finished:
            QTimer.singleShot(0, self, self.finish)

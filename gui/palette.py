"""The palette: all layers by category, and blocks of the project, one's own and shipped; to drag,
double-click or search."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from graph.blocks.library import Saved
from graph.catalogue import CATALOGUE
from graph.changes import ChangeSet
from graph.palette import BLOCKS, Entry, search
from gui.blocks.palette_menu import open_menu
from gui.blocks.shelf import MINE, SHIPPED, all_entries, damaged, shelf, shipped_groups
from gui.canvas.drops import layer_mime
from gui.icons import category_icon, icon, layer_icon
from gui.placing import add_after_selection
from gui.theme import theme
from gui.widgets import WrappedLabel
from gui.workspace import Workspace

ENTRY = Qt.ItemDataRole.UserRole
SECTION = Qt.ItemDataRole.UserRole + 1
"""Set on the headings of the Blocks section."""
BROKEN = Qt.ItemDataRole.UserRole + 2
"""The file of the library that cannot be used."""
OPEN_AT_FIRST = ("Linear", "Convolution", "Pooling", "Activation", BLOCKS)


class PalettePanel(QWidget):
    """A search field over a tree. Typing shows a flat list, best match first; Return adds it."""

    placed = Signal(str)
    """A layer was added; the new node's id."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.entries = all_entries(workspace.project)
        self._open = set(OPEN_AT_FIRST)
        self._seen: set[str] = set()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Search layers"))
        self.search.setAccessibleName(self.tr("Search layers"))
        self._lens = self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.tree = _Tree()
        self.nothing = WrappedLabel(muted=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 2, 4)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.tree, 1)
        self.search.textChanged.connect(self.refresh)
        self.search.returnPressed.connect(self._add_current)
        self.search.installEventFilter(self)
        self.tree.itemActivated.connect(self._activated)
        self.tree.itemExpanded.connect(lambda item: self._open.add(_key(item)))
        self.tree.itemCollapsed.connect(lambda item: self._open.discard(_key(item)))
        self.tree.menu_wanted.connect(self._menu)
        workspace.changed.connect(self._changed)
        shelf().changed.connect(self._read_again)
        theme().changed.connect(self._recolor)
        self.refresh()

    def _show_tree(self, filled: bool) -> None:
        """The tree, or the sentence that nothing was found."""
        self.tree.setVisible(filled)
        self.nothing.setVisible(not filled)

    def _read_again(self) -> None:
        self.entries = all_entries(self.workspace.project)
        self.refresh()

    def _menu(self, item: QTreeWidgetItem, at: QPoint) -> None:
        entry = item.data(0, ENTRY)
        if entry is not None or item.data(0, SECTION):
            open_menu(self, self.workspace, entry, item.data(0, BROKEN), at)

    def _changed(self, changes: ChangeSet) -> None:
        blocks = set(self.workspace.project.blocks)
        touched = any(change.header and key in blocks for key, change in changes.graphs.items())
        if changes.everything or changes.graphs_added or changes.graphs_removed or touched:
            self._read_again()

    def refresh(self) -> None:
        """Show what matches the search, or the whole tree."""
        query = self.search.text().strip()
        self.tree.clear()
        if query:
            self.tree.setRootIsDecorated(False)
            for entry in search(query, self.entries):
                self.tree.addTopLevelItem(_item(entry))
            if self.tree.topLevelItemCount():
                self.tree.setCurrentItem(self.tree.topLevelItem(0))
            else:
                self.nothing.setText(
                    self.tr("No layer matches “{0}”. Try another word for it, or a shorter one.").format(
                        query
                    )
                )
            self._show_tree(self.tree.topLevelItemCount() > 0)
            return
        self._show_tree(True)
        self.tree.setRootIsDecorated(True)
        groups: dict[str, QTreeWidgetItem] = {}
        for entry in self.entries:
            if entry.category not in groups:
                group = QTreeWidgetItem([entry.category])
                group.setIcon(0, category_icon(entry.category))
                group.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                groups[entry.category] = group
                if entry.category == BLOCKS:
                    self.tree.insertTopLevelItem(0, group)
                else:
                    self.tree.addTopLevelItem(group)
            if entry.category != BLOCKS:
                groups[entry.category].addChild(_item(entry, with_icon=False))
        if BLOCKS in groups:
            groups |= self._blocks(groups[BLOCKS])
        self.tree.blockSignals(True)
        for name, group in groups.items():
            group.setExpanded(name in self._open)
        self.tree.blockSignals(False)

    def _blocks(self, section: QTreeWidgetItem) -> dict[str, QTreeWidgetItem]:
        """Fill the Blocks section; its own headings by their keys."""
        section.setData(0, SECTION, True)
        found: dict[str, QTreeWidgetItem] = {}

        def heading(title: str, over: QTreeWidgetItem, opened: bool) -> QTreeWidgetItem:
            made = QTreeWidgetItem([title])
            made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            made.setData(0, SECTION, True)
            made.setForeground(0, theme().muted)
            over.addChild(made)
            found[_key(made)] = made
            if _key(made) not in self._seen:
                self._seen.add(_key(made))
                self._open |= {_key(made)} if opened else set()
            return made

        blocks = [entry for entry in self.entries if entry.category == BLOCKS]
        here = [entry for entry in blocks if not entry.origin]
        mine = [entry for entry in blocks if entry.origin.startswith(MINE)]
        if here:
            heading(self.tr("In this project"), section, True).addChildren(_items(here))
        if mine or damaged():
            own = heading(self.tr("My blocks"), section, True)
            own.addChildren([*_items(mine), *(_broken(saved) for saved in damaged())])
        shipped = heading(self.tr("Shipped"), section, False)
        groups: dict[str, list[Entry]] = {}
        for entry in blocks:
            if entry.origin.startswith(SHIPPED):
                groups.setdefault(shipped_groups()[entry.origin], []).append(entry)
        for title, inside in groups.items():
            heading(title, shipped, False).addChildren(_items(inside))
        return found

    def _activated(self, item: QTreeWidgetItem) -> None:
        entry = item.data(0, ENTRY)
        if entry is not None:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Put an entry on the canvas, behind the selected node."""
        node = add_after_selection(self.workspace, entry)
        if node is not None:
            self.placed.emit(node)

    def _add_current(self) -> None:
        item = self.tree.currentItem()
        if item is not None:
            self._activated(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search field, Up and Down walk the list and Escape empties the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.tree.keyPressEvent(event)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _recolor(self) -> None:
        self._lens.setIcon(icon("magnify", theme().muted))
        self.refresh()


def _key(item: QTreeWidgetItem) -> str:
    """A heading's own name, after those it stands under."""
    over = item.parent()
    return f"{_key(over)}/{item.text(0)}" if over is not None else item.text(0)


def _items(entries: Iterable[Entry]) -> list[QTreeWidgetItem]:
    return [_item(entry, with_icon=False) for entry in entries]


def _item(entry: Entry, with_icon: bool = True) -> QTreeWidgetItem:
    item = QTreeWidgetItem([entry.title])
    item.setData(0, ENTRY, entry)
    if with_icon:
        item.setIcon(0, layer_icon(entry.type, entry.category))
    item.setToolTip(0, _tip(entry))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    return item


def _broken(saved: Saved) -> QTreeWidgetItem:
    """A file of the library that cannot be used, with the reason; it can only be deleted."""
    item = QTreeWidgetItem([saved.name])
    item.setData(0, SECTION, True)
    item.setData(0, BROKEN, saved)
    item.setIcon(0, icon("alert-circle-outline", theme().muted))
    item.setForeground(0, theme().muted)
    item.setToolTip(0, f"<p style='white-space: normal'>{escape(saved.trouble)}</p>")
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item


def _tip(entry: Entry) -> str:
    """The summary and, for a layer, its formula."""
    lines = [f"<b>{escape(entry.title)}</b>", escape(entry.summary)]
    layer = CATALOGUE.get(entry.type)
    if layer is not None and layer.formula:
        lines.append(f"<code>{layer.formula}</code>")
    return "<p style='white-space: normal'>" + "<br>".join(line for line in lines if line) + "</p>"


class _Tree(QTreeWidget):
    """A tree whose entries can be dragged to the canvas."""

    menu_wanted = Signal(object, QPoint)
    """The item that a context menu is asked for, by mouse or key, and where on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setDragEnabled(True)
        self.setIconSize(QSize(15, 15))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setUniformRowHeights(True)
        self.setAccessibleName(self.tr("Layers"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if keyboard else self.itemAt(event.pos())
        if item is not None:
            at = self.visualItemRect(item).center() if keyboard else event.pos()
            self.menu_wanted.emit(item, self.viewport().mapToGlobal(at))

    def mimeData(self, items: list[QTreeWidgetItem]) -> QMimeData:
        for item in items:
            entry = item.data(0, ENTRY)
            if entry is not None:
                return layer_mime(entry.type, entry.block, entry.origin)
        return QMimeData()

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Only the sign travels with the mouse: the canvas itself shows the layer and where it comes to lie."""
        item = self.currentItem()
        entry = item.data(0, ENTRY) if item is not None else None
        if entry is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(layer_icon(entry.type, entry.category).pixmap(20, 20))
        drag.setHotSpot(QPoint(-14, -14))
        drag.exec(Qt.DropAction.CopyAction)

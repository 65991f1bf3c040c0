"""The networks of the project as tabs above the canvas: show, add, rename, duplicate, move, remove."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QTabBar, QWidget
from shiboken6 import isValid

from graph.blocks import (
    add_network,
    duplicate_network,
    move_network,
    remove_network,
    rename_network,
)
from graph.edits import Edit, EditError
from gui.blocks.words import tr
from gui.canvas.title_edit import TitleEdit
from gui.icons import icon
from gui.workspace import Workspace


class Networks:
    """What can be done with whole networks; each is one undo step."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def perform(self, name: str, make: Callable[[], list[Edit]]) -> bool:
        try:
            edits = make()
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return False
        return self.workspace.perform(name, edits)

    def add(self) -> None:
        """One more network, which is shown."""
        edits, new = add_network(self.workspace.project)
        if self.workspace.perform(tr("Add a network"), edits):
            self.workspace.go((new,))

    def duplicate(self, network: str) -> None:
        name = self.workspace.project.networks[network].name
        edits, new = duplicate_network(self.workspace.project, network)
        if self.workspace.perform(tr("Duplicate {0}").format(name), edits):
            self.workspace.go((new,))

    def rename(self, network: str, name: str) -> None:
        project = self.workspace.project
        old = project.networks[network].name
        if name != old:
            self.perform(tr("Rename {0}").format(old), lambda: rename_network(project, network, name))

    def remove(self, network: str) -> None:
        project = self.workspace.project
        name = tr("Remove {0}").format(project.networks[network].name)
        self.perform(name, lambda: remove_network(project, network))

    def move(self, network: str, position: int) -> None:
        project = self.workspace.project
        name = tr("Move {0}").format(project.networks[network].name)
        self.perform(name, lambda: move_network(project, network, position))

    def step(self, by: int) -> None:
        """Show the next network, or the one before."""
        ids = list(self.workspace.project.networks)
        here = ids.index(self.workspace.place[0])
        self.workspace.go((ids[(here + by) % len(ids)],))


class NetworkTabs(QTabBar):
    """One tab for each network. A drag changes the order, a double click or F2 renames."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.networks = Networks(workspace)
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(True)
        self.setAccessibleName(tr("Networks of the project"))
        self.currentChanged.connect(self._chosen)
        self.tabBarDoubleClicked.connect(self.edit)
        self._dragging = False
        self._field: tuple[TitleEdit, str] | None = None
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, super().minimumSizeHint().height())

    def refresh(self) -> None:
        """Show the project's networks; while a tab is dragged, later."""
        if self._dragging:
            return
        self._close_field()
        project = self.workspace.project
        self.blockSignals(True)
        wanted = [(network.id, network.name) for network in project.networks.values()]
        if wanted != [(self.tabData(row), self.tabText(row)) for row in range(self.count())]:
            while self.count():
                self.removeTab(0)
            for network, name in wanted:
                self.setTabData(self.addTab(name), network)
            first = tr("“{0}”, the first network: training with one network trains this one.\n")
            for row, (_, name) in enumerate(wanted):
                tip = first.format(name) if row == 0 else ""
                self.setTabToolTip(row, tip + tr("Drag to change the order, double-click to rename."))
        row = self.row_of(self.workspace.place[0])
        if row != self.currentIndex():
            self.setCurrentIndex(row)
        self.blockSignals(False)

    def row_of(self, network: str) -> int:
        return next((row for row in range(self.count()) if self.tabData(row) == network), 0)

    def _chosen(self, row: int) -> None:
        if row >= 0 and not self._dragging and self.tabData(row) != self.workspace.place[0]:
            self.workspace.go((self.tabData(row),))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._dragging = event.button() == Qt.MouseButton.LeftButton
        super().mousePressEvent(event)
        row = self.tabAt(event.position().toPoint())
        if self._dragging and row >= 0 and self.workspace.place != (self.tabData(row),):
            self.workspace.go((self.tabData(row),))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self._dragging:
            return
        self._dragging = False
        order = list(self.workspace.project.networks)
        here = self.workspace.place[0]
        shown = [self.tabData(row) for row in range(self.count())]
        if shown != order and here in shown:
            self.networks.move(here, shown.index(here))
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, held = self.currentIndex(), event.modifiers()
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_F2:
            self.edit(row)
        elif event.key() == Qt.Key.Key_Delete:
            self.networks.remove(self.tabData(row))
        elif step is not None and held & Qt.KeyboardModifier.AltModifier:
            self.networks.move(self.tabData(row), row + step)
        else:
            super().keyPressEvent(event)

    def edit(self, row: int) -> None:
        """Type a network's name on its tab."""
        self._dragging = False
        if row < 0:
            return
        network = self.tabData(row)
        area = self.tabRect(row)
        area = QRect(area.x(), area.y() + 2, max(area.width(), 140), area.height() - 4)
        over = self.parentWidget() or self
        moved = QRect(self.mapTo(over, area.topLeft()) if over is not self else area.topLeft(), area.size())
        self._close_field()
        field = TitleEdit(over, moved, self.tabText(row), lambda text: self.networks.rename(network, text))
        field.setAccessibleName(tr("Name of the network"))
        self._field = (field, self.tabText(row))

    def _close_field(self) -> None:
        """A name that is being typed is given up when what it belongs to has changed."""
        if self._field is not None and isValid(self._field[0]):
            field, text = self._field
            field.setText(text)  # unchanged, so that leaving it renames nothing
            field.hide()
            field.deleteLater()
        self._field = None

    def build_menu(self, row: int) -> QMenu:
        """The menu of one tab, or of the empty part of the row."""
        menu = QMenu(self)
        networks, count = self.networks, self.count()

        def add(text: str, picture: str, do: Callable[[], object], on: bool = True) -> None:
            action = menu.addAction(icon(picture), text)
            action.setEnabled(on)
            action.triggered.connect(lambda *_: do())

        if row >= 0:
            network = self.tabData(row)
            add(tr("Rename…"), "form-textbox", lambda: self.edit(row))
            add(tr("Duplicate"), "content-duplicate", lambda: networks.duplicate(network))
            add(tr("Move left"), "arrow-left", lambda: networks.move(network, row - 1), row > 0)
            add(tr("Move right"), "arrow-right", lambda: networks.move(network, row + 1), row + 1 < count)
            add(tr("Remove"), "delete-outline", lambda: networks.remove(network), count > 1)
            menu.addSeparator()
        add(tr("Add another network"), "plus", networks.add)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self.currentIndex() if keyboard else self.tabAt(event.pos())
        menu = self.build_menu(row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        at = self.tabRect(row).bottomLeft() if keyboard else event.pos()
        menu.popup(self.mapToGlobal(at))

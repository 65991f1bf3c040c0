"""The panels around the canvas: where they stand, showing and hiding them, and remembering all that."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from gui.settings import settings

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
VERSION = 1
"""Raise this when panels come or go in a way that makes remembered layouts wrong."""
LEFT_WIDTH, RIGHT_WIDTH, BOTTOM_HEIGHT = 230, 330, 250


class Docks(QObject):
    """All dock widgets of the main window, by id. Panels at the bottom share one row of tabs."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.all: dict[str, QDockWidget] = {}
        self._order: list[tuple[str, Qt.DockWidgetArea]] = []
        self._hidden: set[str] = set()
        self._default = QByteArray()
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.installEventFilter(self)

    def add(
        self, dock_id: str, title: str, widget: QWidget, area: Qt.DockWidgetArea, hidden: bool = False
    ) -> QDockWidget:
        """Put a panel at an edge; at an edge that has one already it becomes a tab behind it."""
        dock = QDockWidget(title, self.window)
        dock.setObjectName(dock_id)
        dock.setWidget(widget)
        if area == BOTTOM:
            # the tab says the title; the row stays free for content
            dock.setTitleBarWidget(QWidget(dock))
        before = [name for name, place in self._order if place == area]
        self.window.addDockWidget(area, dock)
        if before:
            self.window.tabifyDockWidget(self.all[before[-1]], dock)
        self.all[dock_id] = dock
        self._order.append((dock_id, area))
        if hidden:
            self._hidden.add(dock_id)
            dock.hide()
        return dock

    def toggle_actions(self) -> list[QAction]:
        """One checkable action for each panel."""
        return [self.all[name].toggleViewAction() for name, _ in self._order]

    def show(self, dock_id: str) -> None:
        """Make a panel visible and bring its tab to the front."""
        dock = self.all[dock_id]
        dock.show()
        dock.raise_()

    def title(self, dock_id: str, text: str) -> None:
        """Change a panel's title, for instance to show a count."""
        self.all[dock_id].setWindowTitle(text)

    def visible(self, dock_id: str) -> bool:
        """Whether a panel can be seen now (a tab behind another one cannot)."""
        return not self.all[dock_id].visibleRegion().isEmpty()

    # -- memory --------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Call once when all panels are in: sizes, remembered layout."""
        self.reset()
        self._default = self.window.saveState(VERSION)
        store = settings()
        geometry, state = store.value("window/geometry"), store.value("window/state")
        if isinstance(geometry, QByteArray):
            self.window.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self.window.restoreState(state, VERSION)

    def reset(self) -> None:
        """The layout of the first start."""
        if not self._default.isEmpty():
            self.window.restoreState(self._default, VERSION)
        for area, orientation, size in (
            (LEFT, Qt.Orientation.Horizontal, LEFT_WIDTH),
            (RIGHT, Qt.Orientation.Horizontal, RIGHT_WIDTH),
            (BOTTOM, Qt.Orientation.Vertical, BOTTOM_HEIGHT),
        ):
            docks = [self.all[name] for name, place in self._order if place == area]
            if docks:
                self.window.resizeDocks(docks[:1], [size], orientation)
        for name, area in self._order:
            self.all[name].setVisible(name not in self._hidden)
            if area == BOTTOM and name == self._first_bottom():
                self.all[name].raise_()

    def remember(self) -> None:
        """Keep the present layout for the next start."""
        store = settings()
        store.setValue("window/geometry", self.window.saveGeometry())
        store.setValue("window/state", self.window.saveState(VERSION))

    def _first_bottom(self) -> str:
        return next(name for name, area in self._order if area == BOTTOM and name not in self._hidden)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make the tab bars that Qt builds for docks look like ours."""
        if event.type() == QEvent.Type.ChildAdded:
            child = event.child()  # type: ignore[attr-defined]
            if isinstance(child, QTabBar):
                child.setDrawBase(False)
                child.setExpanding(False)
                child.setElideMode(Qt.TextElideMode.ElideNone)
        return False

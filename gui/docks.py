"""The panels around the canvas: where they stand, showing and hiding them, and remembering all that."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractScrollArea, QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from gui.settings import settings

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
VERSION = 2
"""Raise this when panels come or go in a way that makes remembered layouts wrong."""
LEFT_WIDTH, RIGHT_WIDTH, BOTTOM_HEIGHT = 226, 330, 300
LEAST_HEIGHT = 190


class Docks(QObject):
    """All dock widgets of the main window, by id. Panels at one edge are tabs."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.all: dict[str, QDockWidget] = {}
        self._order: list[tuple[str, Qt.DockWidgetArea]] = []
        self._hidden: set[str] = set()
        self._default = QByteArray()
        self._away = QByteArray()
        self._unsized = False
        self._tidy = QTimer(self)
        self._tidy.setSingleShot(True)
        self._tidy.setInterval(0)
        self._tidy.timeout.connect(self._tidy_up)
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
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(widget)
        for part in (widget, *widget.findChildren(QAbstractScrollArea), *widget.findChildren(QTabWidget)):
            if not part.accessibleName():
                part.setAccessibleName(title)
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
        self.bring_back()
        dock = self.all[dock_id]
        dock.show()
        dock.raise_()

    def title(self, dock_id: str, text: str) -> None:
        """Change a panel's title, for instance to show a count."""
        self.all[dock_id].setWindowTitle(text)

    def put_away(self) -> None:
        """Hide all panels for a page that needs the whole window; :meth:`bring_back` shows them again."""
        if self._away.isEmpty():
            self._away = self.window.saveState(VERSION)
            for dock in self.all.values():
                dock.hide()
            for bar in self._bars():  # nothing is seen of them, so the keyboard must not get lost there
                bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def bring_back(self) -> None:
        """The panels as they were before :meth:`put_away`."""
        if not self._away.isEmpty():
            self._restore(self._away)
            self._away = QByteArray()

    def visible(self, dock_id: str) -> bool:
        """Whether a panel can be seen now (a tab behind another one cannot)."""
        dock = self.all[dock_id]
        # Qt keeps a tab that is behind "visible", but far outside of the window
        return dock.isVisible() and (dock.isFloating() or self.window.rect().intersects(dock.geometry()))

    # -- memory --------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Call once when all panels are in: the layout of the last time, or the first one."""
        self._default = self.window.saveState(VERSION)
        store = settings()
        geometry, state = store.value("window/geometry"), store.value("window/state")
        if isinstance(geometry, QByteArray):
            self.window.restoreGeometry(geometry)
        if not (isinstance(state, QByteArray) and self._restore(state)):
            self.reset()
            self._unsized = True

    def reset(self) -> None:
        """The layout of the first start."""
        self._away = QByteArray()
        self._restore(self._default)
        for name, _ in self._order:
            self.all[name].setVisible(name not in self._hidden)
        for area in (LEFT, RIGHT, BOTTOM):
            shown = [name for name, place in self._order if place == area and name not in self._hidden]
            if shown:
                self.all[shown[0]].raise_()
        self._size()

    def _tidy_up(self) -> None:
        if self._unsized and self.window.isVisible():
            self._unsized = False
            self._size()
        self._hide_strays()

    def _restore(self, state: QByteArray) -> bool:
        done = self.window.restoreState(state, VERSION)
        self._tidy.start()
        return done

    def _bars(self) -> list[QTabBar]:
        return self.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def _hide_strays(self) -> None:
        """``restoreState`` leaves the tab bars of before behind, which then float over the panels. One in use
        ends where the dock it belongs to begins; of several at one place the youngest is in use."""
        docks = [dock for dock in self.all.values() if dock.isVisible() and not dock.isFloating()]
        free = {(dock.x(), dock.y()) for dock in docks}
        for bar in reversed(self._bars()):
            bar.setAccessibleName(self.tr("Panels"))
            place = (bar.x(), bar.y() + bar.height())
            if place in free:
                free.remove(place)
                bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            else:
                bar.hide()

    def _size(self) -> None:
        def of(area: Qt.DockWidgetArea) -> list[QDockWidget]:
            return [self.all[name] for name, place in self._order if place == area]

        # tabs share one place: the size counts only when every one of them is told
        widths = [LEFT_WIDTH] * len(of(LEFT)) + [RIGHT_WIDTH] * len(of(RIGHT))
        self.window.resizeDocks([*of(LEFT), *of(RIGHT)], widths, Qt.Orientation.Horizontal)
        # in a low window the canvas needs the room more
        height = min(BOTTOM_HEIGHT, max(LEAST_HEIGHT, self.window.height() // 2 - 190))
        self.window.resizeDocks(of(BOTTOM), [height] * len(of(BOTTOM)), Qt.Orientation.Vertical)

    def remember(self) -> None:
        """Keep the present layout for the next start."""
        store = settings()
        store.setValue("window/geometry", self.window.saveGeometry())
        state = self.window.saveState(VERSION) if self._away.isEmpty() else self._away
        store.setValue("window/state", state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Size the docks when the window is shown; make the tab bars that Qt builds for them look like ours."""
        if event.type() == QEvent.Type.Show:
            # before it is shown, the window does not know its sizes
            self._tidy.start()
        if event.type() == QEvent.Type.ChildAdded:
            child = event.child()  # type: ignore[attr-defined]
            if isinstance(child, QTabBar):
                child.setDrawBase(False)
                child.setExpanding(False)
                child.setElideMode(Qt.TextElideMode.ElideNone)
        return False

"""The main window: puts the panels together. What they do is in their own files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import recent
from gui.actions import Actions
from gui.bindings import Bindings
from gui.breadcrumbs import Breadcrumbs
from gui.canvas.view import CanvasView
from gui.code import CodePanel
from gui.custom.asker import CodeAsker
from gui.custom.page import CodePage
from gui.custom.trust import TrustBar
from gui.data.dropping import FileDrops
from gui.data.own import OwnData
from gui.data_facts import follow_data
from gui.docks import BOTTOM, LEFT, RIGHT, Docks
from gui.export import Exporter
from gui.files import ProjectFiles
from gui.first import first_project
from gui.history import HistoryPanel
from gui.importing import Importer
from gui.inspector import Inspector
from gui.outline import OutlinePanel
from gui.palette import PalettePanel
from gui.problems import ProblemsPanel
from gui.start import StartPage
from gui.status import StatusBar
from gui.summary import SummaryPanel
from gui.theme import MODES
from gui.training.control import Training
from gui.weights import WeightsLoader
from gui.workspace import Workspace

TOOLBAR = (
    "start_page",
    "open",
    "save",
    "",
    "undo",
    "redo",
    "",
    "fit",
    "arrange",
    "",
    "train",
    "pause",
    "stop",
)
STANDARD_SIZE = QSize(1440, 900)


class MainWindow(QMainWindow):
    """Everything on the screen. ``workspace`` is what is open; ``docks`` and ``actions`` take new panels."""

    def __init__(self, workspace: Workspace | None = None) -> None:
        super().__init__()
        self.workspace = workspace or Workspace(first_project(), self)
        self.actions_table = Actions(self)
        self.files = ProjectFiles(self.workspace, self)
        self.exporter = Exporter(self.workspace, self)
        self.asker = CodeAsker(self.workspace)
        self.weights = WeightsLoader(self.workspace, self.asker, self)
        self.importer = Importer(self.workspace, self.files, self.asker, self)
        self.files.saved.connect(
            lambda path: self.weights.bring_along(path.absolute().parent, self.workspace.folder)
        )
        self.own_data = OwnData(self.workspace, self)
        follow_data(self.workspace)
        self._awake = False
        self._build_centre()
        self.docks = Docks(self)
        self._build_docks()
        self.status = StatusBar(self.workspace, self)
        self.setStatusBar(self.status)
        self._build_toolbar()
        self.bindings = Bindings(self)
        self._build_menus()
        self.resize(STANDARD_SIZE)
        self.docks.settle()
        self.file_drops = FileDrops(self, self.files.open, self.importer.ask, self.own_data.open_together)
        self.files.changed.connect(self._retitle)
        self.files.opened.connect(self._opened)
        self.workspace.undo.cleanChanged.connect(lambda clean: self.setWindowModified(not clean))
        self.workspace.changed.connect(self._project_changed)
        self._retitle()

    # -- building ----------------------------------------------------------------------------------

    def _build_centre(self) -> None:
        self.canvas = CanvasView(self.workspace)
        self.breadcrumbs = Breadcrumbs(self.workspace)
        self.editor = QWidget()
        column = QVBoxLayout(self.editor)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.code_page = CodePage(self.workspace, self.asker)
        self.trust_bar = TrustBar(self.workspace, self.asker)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.canvas)
        self.pages.addWidget(self.code_page)
        column.addWidget(self.breadcrumbs)
        column.addWidget(self.trust_bar)
        column.addWidget(self.pages, 1)
        self.workspace.place_changed.connect(self._turn_page)
        self.workspace.changed.connect(lambda _changes: self._turn_page())
        self.start = StartPage(self.workspace)
        self.start.preset_chosen.connect(self.files.open_preset)
        self.start.file_chosen.connect(self.files.open)
        self.start.empty_chosen.connect(self.files.new)
        self.start.open_chosen.connect(self.files.choose_and_open)
        self.start.back_chosen.connect(self.show_editor)
        self.centre = QStackedWidget()
        self.centre.addWidget(self.editor)
        self.centre.addWidget(self.start)
        self.setCentralWidget(self.centre)

    def _turn_page(self) -> None:
        """The canvas, or the code of a block that is written in Python."""
        page = self.code_page if self.workspace.graph.code else self.canvas
        if self.pages.currentWidget() is not page:
            self.pages.setCurrentWidget(page)
            if self.centre.currentWidget() is self.editor:
                (self.code_page.editor if page is self.code_page else self.canvas).setFocus()

    def _build_docks(self) -> None:
        workspace, docks = self.workspace, self.docks
        self.palette_panel = PalettePanel(workspace)
        self.inspector = Inspector(workspace)
        self.problems = ProblemsPanel(workspace)
        self.code = CodePanel(workspace)
        self.summary = SummaryPanel(workspace)
        self.outline = OutlinePanel(workspace)
        self.history = HistoryPanel(workspace)
        docks.add("palette", self.tr("Layers"), self.palette_panel, LEFT)
        docks.add("outline", self.tr("Outline"), self.outline, LEFT)
        docks.add("inspector", self.tr("Inspector"), self.inspector, RIGHT)
        self.training = Training(self)
        self.training.session.trusted = lambda: self.asker.trusted
        self.training.session.refused.connect(
            lambda problem: self.trust_bar.look(anew=problem is not None and problem.kind == "trust")
        )
        docks.add("history", self.tr("History"), self.history, RIGHT)
        docks.add("problems", self.tr("Problems"), self.problems, BOTTOM)
        docks.add("code", self.tr("Code"), self.code, BOTTOM)
        docks.add("summary", self.tr("Summary"), self.summary, BOTTOM)
        self.problems.count_changed.connect(
            lambda count: docks.title("problems", self.tr("Problems") + (f" ({count})" if count else ""))
        )
        self.problems.chosen.connect(self.canvas.reveal)
        self.palette_panel.placed.connect(self.canvas.reveal)
        self.inspector.chosen.connect(self.canvas.reveal)
        self.outline.chosen.connect(self.canvas.reveal)
        self.inspector.wanted.connect(lambda name: self.actions_table[name].trigger())
        self.code.chosen.connect(self.canvas.reveal)
        self.summary.chosen.connect(self.canvas.reveal)

    def _build_toolbar(self) -> None:
        bar = QToolBar(self.tr("Tools"), self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for name in TOOLBAR:
            if not name:
                bar.addSeparator()
            else:
                bar.addAction(self.actions_table[name])
        train = bar.widgetForAction(self.actions_table["train"])
        if isinstance(train, QToolButton):
            train.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(spacer)
        self.toolbar = bar
        self.addToolBar(bar)

    def _build_menus(self) -> None:
        menus = self.actions_table.fill(self.menuBar())
        self.menus = menus
        panels = self.actions_table["panels"]
        panels.setEnabled(True)
        menu = self._submenu("panels")
        menu.aboutToShow.connect(lambda: (menu.clear(), menu.addActions(self.docks.toggle_actions())))
        self.recent_menu = self._submenu("recent")
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self.actions_table["recent"].setEnabled(True)
        for action in (self.actions_table[f"theme_{mode}"] for mode in MODES):
            self.addAction(action)

    def _submenu(self, action_id: str):  # type: ignore[no-untyped-def]
        from PySide6.QtWidgets import QMenu

        menu = QMenu(self)
        self.actions_table[action_id].setMenu(menu)
        return menu

    # -- beginning and end -------------------------------------------------------------------------

    def begin(self, name: str | None) -> None:
        """Open what was asked for, once the window is shown."""
        if name is None:
            self.files.show(self.workspace.project)
            self.files.recover()
        elif Path(name).exists():
            self.files.open(Path(name))
        else:
            self.files.open_preset(name)
        self.canvas.fit()

    def wake(self) -> None:
        """The window is on the screen: import torch, and whatever else is slow."""
        if not self._awake:
            self._awake = True
            self.workspace.load_torch()
            self.training.wake()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.workspace.settling.emit()
        if not (self.training.session.may_leave(self) and self.files.may_leave()):
            event.ignore()
            return
        self.training.session.close()
        self.asker.close()
        self.files.recovery.forget()
        self.docks.remember()
        event.accept()

    # -- what the views ask for --------------------------------------------------------------------

    def show_start(self) -> None:
        """Presets and recent files instead of the canvas."""
        self.start.refresh()
        self.docks.put_away()
        self.centre.setCurrentWidget(self.start)
        self.start.search.setFocus()

    def show_editor(self) -> None:
        """The canvas again."""
        self.docks.bring_back()
        self.centre.setCurrentWidget(self.editor)
        (self.code_page.editor if self.workspace.graph.code else self.canvas).setFocus()

    def _opened(self) -> None:
        self.show_editor()
        self.canvas.fit()

    def rename(self) -> None:
        if len(self.workspace.selected_nodes) == 1:
            self.docks.show("inspector")
            self.inspector.edit_name()

    def edit_node(self) -> None:
        """Put the cursor into the first parameter of the selected node."""
        self.docks.show("inspector")
        self.inspector.edit_params()

    def find_layer(self) -> None:
        self.docks.show("palette")
        self.palette_panel.search.setFocus()
        self.palette_panel.search.selectAll()

    def show_inspector(self) -> None:
        # while a run goes on, its controls stay where they are
        if self.workspace.selected_nodes and not self.training.session.busy:
            self.docks.all["inspector"].raise_()

    def enter_block(self) -> None:
        for node in self.workspace.selected_nodes[:1]:
            self.workspace.enter(node)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in recent.recent_files():
            action = self.recent_menu.addAction(f"{path.name}    {path.parent}")
            action.triggered.connect(lambda _=False, path=path: self.files.open(path))
        if self.recent_menu.isEmpty():
            self.recent_menu.addAction(self.tr("No projects yet")).setEnabled(False)
        else:
            self.recent_menu.addSeparator()
            self.recent_menu.addAction(self.tr("Forget them")).triggered.connect(recent.forget_all)

    def _project_changed(self, changes) -> None:  # type: ignore[no-untyped-def]
        if changes.everything or "title" in changes.project:
            self._retitle()

    def _retitle(self) -> None:
        self.setWindowTitle(f"{self.files.title}[*] – TorchLoom")
        self.setWindowFilePath(str(self.files.path) if self.files.path else "")
        self.setWindowTitle(f"{self.files.title}[*] – TorchLoom")
        self.setWindowModified(not self.workspace.undo.isClean())

    # -- files dropped on the window ---------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.file_drops.enter(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.file_drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self.file_drops.drop(event)

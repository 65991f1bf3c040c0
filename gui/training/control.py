"""Brings training into the window: its panels as docks, its actions, the device in the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.changes import ChangeSet
from graph.model import Project
from graph.problems import Problem
from gui.data.page import DataPanel
from gui.data.replacing import replacing_edits
from gui.docks import BOTTOM, RIGHT
from gui.preparation.page import PreparationPage
from gui.theme import theme
from gui.training.charts import ChartsPanel
from gui.training.panel import TrainingPanel
from gui.training.progress import device_text
from gui.training.session import TrainingSession
from runtime.data import DataError, get_source
from runtime.recipes import OWN

if TYPE_CHECKING:
    from gui.recipes.page import RecipePage
    from gui.shows.panel import WatchPanel
    from gui.training.boundary import BoundaryPanel
    from gui.training.maps import FeatureMapsPanel
    from gui.training.results import ResultsPanel
    from gui.trying.panel import TryPanel
    from gui.window import MainWindow


class Training(QObject):
    """Made by the window once its docks are there. ``session`` is the run, the rest are its panels."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        workspace = window.workspace
        self.session = TrainingSession(workspace, self)
        session = self.session
        self.panel = TrainingPanel(workspace, session)
        self.charts = ChartsPanel(session)
        self.data = DataPanel(workspace)
        self.preparation = PreparationPage(workspace)
        self.data.add_tab(self.preparation, self.tr("Preparation"))
        self.watch: WatchPanel | None = None
        self.recipe: RecipePage | None = None
        self.trying: TryPanel | None = None
        self._plane = False
        """Whether the data has two features, so that there is a boundary to see."""
        self.maps: FeatureMapsPanel | None = None
        self.boundary: BoundaryPanel | None = None
        self.results: ResultsPanel | None = None
        docks = window.docks
        docks.add("training", self.tr("Training"), self.panel, RIGHT)
        self._rooms = {name: Room() for name in ("try", "shows", "recipe", "maps", "boundary", "results")}
        docks.add("try", self.tr("Try it"), self._rooms["try"], RIGHT)
        docks.add("charts", self.tr("Charts"), self.charts, BOTTOM)
        docks.add("shows", self.tr("Watch it learn"), self._rooms["shows"], BOTTOM)
        docks.add("recipe", self.tr("Recipe"), self._rooms["recipe"], BOTTOM)
        docks.add("maps", self.tr("Feature maps"), self._rooms["maps"], BOTTOM)
        docks.add("boundary", self.tr("Boundary"), self._rooms["boundary"], BOTTOM, hidden=True)
        docks.add("results", self.tr("Results"), self._rooms["results"], BOTTOM)
        docks.add("data", self.tr("Data"), self.data, BOTTOM)
        session.message.connect(self._message)
        session.state_changed.connect(self._state)
        session.devices_changed.connect(self._device)
        session.refused.connect(self._refused)
        session.recipe_refused.connect(lambda: docks.show("recipe"))
        workspace.changed.connect(self._offer_boundary)
        self.panel.form.recipe_asked.connect(lambda: docks.show("recipe"))
        self.panel.problems_asked.connect(lambda: docks.show("problems"))
        self.panel.node_asked.connect(self._show_node)
        self.charts.train_asked.connect(self.train)
        self.data.file_asked.connect(window.own_data.choose_file)
        self.data.folder_asked.connect(window.own_data.choose_folder)
        self.data.problems_asked.connect(lambda: docks.show("problems"))
        self.data.counted.connect(self.panel.form.refresh)
        for banner in (self.panel.fit, self.data.banner):
            banner.project_asked.connect(self._take_ready)
            banner.rebuilt.connect(window.canvas.fit)
        window.own_data.used.connect(self._show_data)
        theme().changed.connect(self._recolored)

    def _show_data(self) -> None:
        """A person's own data was taken: here is how it looks, and beside it what is to be done next."""
        if self.window.centre.currentWidget() is not self.window.editor:
            self.window.show_editor()
        self.window.docks.show("training")
        self.window.docks.show("data")

    def _take_ready(self, made: Project) -> None:
        """Put a ready-made network in the place of the present one: one undo step, so nothing has to be saved first."""
        workspace = self.window.workspace
        name = self.tr("Use {0} with this data").format(made.title)
        if workspace.perform(name, replacing_edits(workspace.project, made)):
            workspace.go((workspace.project.main.id,))
            self.window.canvas.fit()
            workspace.message.emit("info", self.tr("{0} takes your data now.").format(made.title))

    def _recolored(self) -> None:
        self._state(self.session.state)

    def bind(self) -> None:
        """Give the window's actions their work."""
        bind = self.window.actions_table.bind
        bind("train", self.train)
        bind("pause", self.panel.pause_or_resume)
        bind("stop", self.session.stop)
        bind("data_file", self.window.own_data.choose_file)
        bind("data_folder", self.window.own_data.choose_folder)
        self._state(self.session.state)

    def wake(self) -> None:
        """The window is on the screen: start the worker ahead of need, build what is slow to import."""
        self.session.wake()
        self.furnish()

    def furnish(self) -> None:
        """Build the panels that need numpy and pyqtgraph, which take half a second to import."""
        if self.maps is not None:
            return
        from gui.recipes.page import RecipePage
        from gui.shows.panel import WatchPanel
        from gui.training.boundary import BoundaryPanel
        from gui.training.maps import FeatureMapsPanel
        from gui.training.results import ResultsPanel
        from gui.trying.panel import TryPanel

        workspace, session = self.window.workspace, self.session
        self.watch = WatchPanel(session)
        self.watch.arrived.connect(self._shows_arrived)
        self.recipe = RecipePage(workspace, self.window.asker)
        self.recipe.network_asked.connect(lambda network: workspace.go((network,)))
        self.maps = FeatureMapsPanel(workspace, session)
        self.boundary = BoundaryPanel(workspace, session)
        self.results = ResultsPanel(workspace, session)
        self.trying = TryPanel(session)
        panels = {
            "try": self.trying,
            "shows": self.watch,
            "recipe": self.recipe,
            "maps": self.maps,
            "boundary": self.boundary,
            "results": self.results,
        }
        for name, panel in panels.items():
            self._rooms[name].column.addWidget(panel)
        self.charts.prepare()

    def train(self) -> None:
        """F5: start a run, or go on with a paused one."""
        self.furnish()
        if self.window.centre.currentWidget() is not self.window.editor:
            self.window.show_editor()
        if self.session.state == "paused":
            self.session.resume()
        elif self.session.train():
            docks = self.window.docks
            if not any(docks.visible(name) for name in ("charts", "shows", "maps", "boundary")):
                docks.show("charts")
            docks.show("training")

    def _offer_boundary(self, changes: ChangeSet) -> None:
        """The boundary has a tab when the data has two features; the tabs of other data have the room."""
        if not (changes.everything or "data" in changes.project):
            return
        choice = self.window.workspace.project.data
        try:
            plane = get_source(choice.source).schema(choice.options).input_shape == (2,)
        except DataError:
            plane = False
        if plane != self._plane and self.window.centre.currentWidget() is self.window.editor:
            self._plane = plane
            self.window.docks.all["boundary"].setVisible(plane)

    def _shows_arrived(self) -> None:
        """A run has something to show. Later runs leave the panels as the person has them."""
        if self.window.centre.currentWidget() is self.window.editor:
            self.window.docks.show("shows")

    def _state(self, state: str) -> None:
        actions = self.window.actions_table
        actions["train"].setEnabled(state not in ("starting", "running", "stopping"))
        actions["train"].setText(self.tr("Resume") if state == "paused" else self.tr("Train"))
        actions["pause"].setEnabled(state in ("running", "paused"))
        actions["pause"].setText(self.tr("Resume") if state == "paused" else self.tr("Pause"))
        actions["pause"].setCheckable(True)
        actions["pause"].setChecked(state == "paused")
        actions["stop"].setEnabled(self.session.busy)
        self._device()

    def _device(self) -> None:
        self.window.status.set_device(device_text(self.session))

    def _message(self, message: dict[str, Any]) -> None:
        if message["event"] == "started":
            self._device()
        elif message["event"] in ("failed", "died") and self.session.failure is message:
            self.window.docks.show("training")
            if self.recipe is not None and self.window.workspace.project.training.recipe == OWN:
                self.recipe.own.tell_failure(f"{message['sentence']} {message.get('hint') or ''}".strip())

    def _refused(self, problem: Problem | None) -> None:
        if problem is None:
            self.window.docks.show("training")
        else:
            self.window.docks.show("problems")

    def _show_node(self, place: tuple[str, ...]) -> None:
        *graph, node = place
        self.window.workspace.go(tuple(graph), node.partition("[")[0])
        self.window.canvas.reveal(node.partition("[")[0])


class Room(QWidget):
    """A place in a dock for a panel that is built later. It lets the dock be small."""

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(300, 110)

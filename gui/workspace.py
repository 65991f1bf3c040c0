"""What is open right now: the document, its undo stack, the place shown, the selection and the shapes.

Views listen to its signals and ask it for state; they change the document only through
:meth:`Workspace.perform`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from graph.build import GraphBuilder, project
from graph.changes import ChangeSet
from graph.document import Document
from graph.edits import Edit, EditError
from graph.facts import DataFacts
from graph.model import Graph, Project
from graph.problems import Place, Problem
from graph.shapes import GraphShapes, Inference, NodeShapes, ProjectShapes
from gui.undo import EditCommand
from gui.voice import Voice


def _smallest() -> Project:
    g = GraphBuilder("Smallest")
    g.output(g.add("Linear", g.input("x", shape=(1,)), out_features=1), name="y")
    return project("Smallest", g)


def _load_torch(voice: Voice) -> None:
    # the first layer on meta brings in as much again as torch itself: take that here too
    Inference().run(_smallest())
    voice.say(None)


class Workspace(QObject):
    """The one object the views share."""

    changed = Signal(object)
    """A transaction was applied, undone or redone; carries its :class:`ChangeSet`."""
    shapes_changed = Signal()
    """``shapes`` is fresh."""
    selection_changed = Signal()
    place_changed = Signal()
    """Another graph is shown: another network, or a block was entered or left."""
    message = Signal(str, str)
    """A sentence for the status bar; the level is ``info``, ``warning`` or ``error``."""
    torch_loaded = Signal()
    typed = Signal(str, str)
    """A person is about to change the code of a block: the code before and after."""
    settling = Signal()
    """Somebody is about to save, train or leave: what is being typed is to become part of the document."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document(project)
        self.document.listen(self._changed)
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(500)
        self.folder: Path | None = None
        """The folder of the project's file, if it has one."""
        self.inference = Inference()
        self.shapes = ProjectShapes()
        self.facts: DataFacts | None = None
        """What the data and loss ask of the network; set by whoever knows the data."""
        self.selection: frozenset[str] = frozenset()
        self.place: Place = (project.main.id,)
        self._shown = project.main.id
        """The graph at ``place``, to notice when another definition stands there."""
        self.ready = False
        """Whether torch is loaded, so that shapes can be told."""
        self._loader: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh_shapes)

    # -- what is open ------------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        return self.document.project

    @property
    def graph_id(self) -> str:
        """The id of the graph that is shown."""
        return self.graph_at(self.place).id

    def graph_at(self, place: Place) -> Graph:
        """The network or block at an instance path."""
        graph = self.project.graph(place[0])
        for step in place[1:]:
            block = graph.nodes[step.partition("[")[0]].block
            assert block is not None
            graph = self.project.graph(block)
        return graph

    @property
    def graph(self) -> Graph:
        return self.project.graph(self.graph_id)

    @property
    def graph_shapes(self) -> GraphShapes | None:
        """Shapes of the graph that is shown, at the place it was entered through."""
        return self.shapes.at(self.place)

    def node_shapes(self, node_id: str) -> NodeShapes | None:
        here = self.graph_shapes
        return here.nodes.get(node_id) if here else None

    def problems_here(self) -> dict[str, list[Problem]]:
        """Problems of the graph that is shown, by node id; those inside a block stand at its use too."""
        found: dict[str, list[Problem]] = {}
        depth = len(self.place)
        for problem in self.shapes.problems:
            if problem.graph == self.graph_id:
                found.setdefault(problem.node, []).append(problem)
            elif len(problem.place) > depth and problem.place[:depth] == self.place:
                found.setdefault(problem.place[depth].partition("[")[0], []).append(problem)
        return found

    def open(self, project: Project) -> None:
        """Replace the document; undo starts anew."""
        self.undo.clear()
        self.shapes = ProjectShapes()  # those of the project before would be shown until there are new ones
        self.place = (project.main.id,)
        self._shown = project.main.id
        self.selection = frozenset()
        self.document.replace(project)
        self.place_changed.emit()
        self.selection_changed.emit()

    # -- changes -----------------------------------------------------------------------------------

    def perform(self, name: str, edits: Sequence[Edit], merge: str = "") -> bool:
        """Apply edits as one undo step called ``name``. A refusal becomes a message and ``False``."""
        if not edits:
            return False
        try:
            self.document.check(edits)
        except EditError as error:
            self.message.emit("warning", str(error))
            return False
        self.undo.push(EditCommand(self.document, name, edits, merge))
        return True

    def _changed(self, changes: ChangeSet) -> None:
        while not self._place_exists():  # the nearest graph around what is gone
            self.place = self.place[:-1] or (self.project.main.id,)
        if self._shown != self.graph_id:
            self._shown = self.graph_id
            self.place_changed.emit()
        graph = self.graph
        kept = frozenset(
            key for key in self.selection if key in graph.nodes or key in graph.edges or key in graph.frames
        )
        self.changed.emit(changes)
        if kept != self.selection:
            self.selection = kept
            self.selection_changed.emit()
        if changes.affects_shapes or "data" in changes.project or "training" in changes.project:
            self._timer.start()

    def _place_exists(self) -> bool:
        if not self.project.has_graph(self.place[0]):
            return False
        graph = self.project.graph(self.place[0])
        for step in self.place[1:]:
            node = graph.nodes.get(step.partition("[")[0])
            if node is None or node.block is None or not self.project.has_graph(node.block):
                return False
            graph = self.project.graph(node.block)
        return True

    # -- selection and place -------------------------------------------------------------------------

    def select(self, ids: Iterable[str]) -> None:
        chosen = frozenset(ids)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit()

    @property
    def selected_nodes(self) -> list[str]:
        return [key for key in self.graph.nodes if key in self.selection]

    def go(self, place: Place, node: str = "") -> None:
        """Show a graph by its instance path, and select a node there."""
        if place != self.place:
            self.place = place
            self._shown = self.graph_id
            self.selection = frozenset()
            self.place_changed.emit()
            self.selection_changed.emit()
        if node:
            self.select([node])

    def enter(self, node_id: str) -> None:
        """Look inside a block's use."""
        if self.graph.nodes[node_id].block is not None:
            self.go((*self.place, node_id))

    def leave(self) -> None:
        """Back to the graph that uses this block, with the use selected."""
        if len(self.place) > 1:
            *outer, inner = self.place
            self.go(tuple(outer), inner.partition("[")[0])

    # -- shapes ----------------------------------------------------------------------------------------

    def load_torch(self) -> None:
        """Import torch in a thread (it takes a second); shapes appear when it is there."""
        voice = Voice(self._torch_loaded)
        self._loader = threading.Thread(target=_load_torch, args=(voice,), name="load-torch", daemon=True)
        self._loader.start()

    @property
    def loading_torch(self) -> bool:
        """Whether torch is being imported right now."""
        return self._loader is not None and self._loader.is_alive()

    def _torch_loaded(self, _: object) -> None:
        self.ready = True
        self.refresh_shapes()
        self.torch_loaded.emit()

    @property
    def behind(self) -> bool:
        """Whether ``shapes`` are of the document before the last change; ``shapes_changed`` comes soon."""
        return self._timer.isActive()

    def refresh_shapes(self) -> None:
        """Infer now. Called by itself shortly after each change."""
        if self.ready:
            self._timer.stop()
            self.shapes = self.inference.run(self.project, self.facts)
            self.shapes_changed.emit()

"""The window's side of training: one worker process, one run at a time, its messages as Qt signals."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from graph.changes import ChangeSet
from graph.custom import fingerprint
from graph.files import to_data
from graph.problems import Problem
from gui.training.earlier import EarlierRun, earlier_run
from gui.training.gate import Gate, end
from gui.training.history import History
from gui.voice import Voice
from gui.workspace import Workspace
from runtime.choice import setting
from runtime.client import WorkerClient
from runtime.data import DataError, get_source
from runtime.facts import facts_for
from runtime.protocol import Message
from runtime.recipes import OWN, SUPERVISED, recipe_of, recipe_problem
from runtime.runs import Run, new_folder
from runtime.weights import WeightsError, start_of

BUSY = ("starting", "running", "paused", "stopping")
ENDINGS = ("finished", "stopped", "failed", "died")
PATIENCE = 4
"""Seconds a worker may take to stop before it can be ended by force."""


class TrainingSession(QObject):
    """Everything that is known about the run and the worker. Panels listen to ``message``, which brings each
    message of :mod:`runtime.protocol` in order, in the window's thread."""

    message = Signal(object)
    """A dict of :mod:`runtime.protocol`. Its credit is given back after it was drawn."""
    state_changed = Signal(str)
    """``cold`` (no worker is ready), ``idle``, ``starting``, ``running``, ``paused`` or ``stopping``."""
    devices_changed = Signal()
    refused = Signal(object)
    """Train was pressed but cannot be done; carries the first :class:`Problem`, or ``None``."""
    recipe_refused = Signal()
    """The project's own recipe is not trusted."""
    cleared = Signal()
    """Another project was opened: what is shown of the last run no longer belongs to it."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.state = "cold"
        self.started: Message | None = None
        self.result: Message | None = None
        """The last "finished" or "stopped" message of this run."""
        self.failure: Message | None = None
        """The "failed" or "died" message that ended the run, until the next one starts."""
        self.devices: list[dict[str, Any]] = []
        self.worker: Message | None = None
        """The worker's "ready" message."""
        self.history = History()
        self.folder: Path | None = None
        self.earlier: EarlierRun | None = None
        """A run of this project that was left before its end, from before the window was opened."""
        self.nodes: frozenset[tuple[str, str]] = frozenset()
        """Graph and node ids of the network as it is in the run; a node drawn later is not among them."""
        self.learning_rate = 0.0
        self.trusted: Callable[[], Collection[str]] = tuple
        """Gives the fingerprints of code that may run; set by whoever asks the person."""
        self.folds = 0
        """Into how many parts a cross-validation divides the data; 0 for a single run."""
        self.fold = 0
        """Which of them it is at, from 1."""
        self._watch = ""
        """The figure that decides which epoch is best."""
        self._pending: Message | None = None
        self._foreign = False
        self._stopped_at = QElapsedTimer()
        gate = Gate(Voice(self._take).say)
        self._client = WorkerClient(gate)
        self._gate = gate
        self.destroyed.connect(partial(end, self._client, gate))
        workspace.changed.connect(self._project_changed)

    # -- the worker ----------------------------------------------------------------------------------

    def wake(self) -> None:
        """Start the worker ahead of need, once the window is on the screen."""
        self._client.start()

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._client.pid

    @property
    def busy(self) -> bool:
        """Whether a run is in progress, paused ones included."""
        return self.state in BUSY

    def send(self, command: Message) -> bool:
        """A command for the worker; ``False`` when there is none to take it."""
        return self._client.send(command)

    def close(self) -> None:
        """End the worker; a run in progress keeps its best."""
        self._gate.shut = True
        self._client.close()

    def may_leave(self, window: QWidget | None) -> bool:
        """Whether the window may close: asks while a run is in progress."""
        if not self.busy:
            return True
        box = QMessageBox(window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Training is in progress"))
        box.setText(self.tr("The network is still being trained. Stop the run and quit?"))
        box.setInformativeText(
            self.tr(
                "The folds so far are kept in the run's folder, but a cross-validation cannot be continued."
            )
            if setting(self.workspace.project.training, "folds")
            else self.tr("The best state so far and a checkpoint are kept in the run's folder.")
        )
        stop = box.addButton(self.tr("Stop and quit"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is stop

    # -- what a person asks for ------------------------------------------------------------------------

    def train(self, resume: bool = False) -> bool:
        """Start a run, or continue the last one from its checkpoint. ``False`` when that cannot be done; the
        reason is then told."""
        if self.busy:
            return False
        self.workspace.settling.emit()
        if not self._sound():
            return False
        resume = resume and self.can_continue
        project = self.workspace.project
        try:
            weights = None if resume else start_of(project, self.workspace.folder)
        except WeightsError as error:
            self.workspace.message.emit("error", str(error))
            self.refused.emit(None)
            return False
        recalled = resume and not self.checkpoint
        if recalled:
            self._recall()
        elif not (resume and self.folder):
            self.folder = new_folder(project.title)
        self.earlier = self.result = self.failure = None
        if not resume:
            self.started = None
            self.history.clear()
        self.learning_rate = project.training.learning_rate
        self.folds = int(setting(project.training, "folds") or 0)
        self.fold = 1
        self._watch = str(setting(project.training, "watch") or recipe_of(project.training).watch)
        self.nodes = frozenset(
            (graph_id, node_id)
            for graph_id, graph in (*project.networks.items(), *project.blocks.items())
            for node_id in graph.nodes
        )
        self._foreign = False
        command = self.command(self.folder, resume, weights)
        self._client.start()
        if not self.send(command):
            self._pending = command  # the worker is being replaced; it says "ready" in a moment
        self._set_state("starting")
        self.workspace.message.emit("info", self.tr("Training starts."))
        return True

    def command(self, folder: Path, resume: bool = False, weights: Path | None = None) -> Message:
        """What the worker is told to train the project as it is now."""
        return {
            "do": "train",
            "project": to_data(self.workspace.project),
            "folder": str(folder),
            "device": "",
            "resume": resume,
            "trusted": sorted(self.trusted()),
            "weights": str(weights) if weights else "",
        }

    def find_rate(self) -> bool:
        """Look for a learning rate; the answer is the message "rates". ``False`` when that cannot be done."""
        if self.busy:
            return False
        self.workspace.settling.emit()
        if not self._sound():
            return False
        try:
            weights = start_of(self.workspace.project, self.workspace.folder)
        except WeightsError as error:
            self.workspace.message.emit("error", str(error))
            return False
        self._client.start()
        return self.send({**self.command(Path(), weights=weights), "do": "find_rate"})

    def pause(self) -> None:
        """Pause after the step in progress."""
        if self.state == "running":
            self.send({"do": "pause"})

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state == "paused":
            self.send({"do": "resume"})

    def stop(self) -> None:
        """Stop after the step in progress and keep the best. Asked again when nothing came of it for
        :data:`PATIENCE` seconds, the worker is ended: it hangs."""
        if self.state == "stopping":
            if self._stopped_at.hasExpired(1000 * PATIENCE):
                self._client.terminate()
        elif self.busy:
            self._pending = None
            self._stopped_at.start()
            self._set_state("stopping")
            self.send({"do": "stop"})

    def set_learning_rate(self, value: float) -> None:
        """Change the rate of the run in progress."""
        if self.busy:
            self.send({"do": "learning_rate", "value": value})

    def _recall(self) -> None:
        """Take up the earlier run: its folder, and its curves."""
        assert self.earlier is not None
        self.folder = self.earlier.folder
        recipe = recipe_of(self.workspace.project.training)
        figures = () if recipe.id == SUPERVISED else recipe.figures
        kept = ("name", "title", "kind", "better")
        self.history.recall(
            self.earlier.lines, [{key: getattr(figure, key) for key in kept} for figure in figures]
        )

    @property
    def checkpoint(self) -> bool:
        """Whether the last run has left a checkpoint to go on from."""
        return self.folder is not None and Run(self.folder).checkpoint.is_file()

    @property
    def can_continue(self) -> bool:
        """Whether the last run can be continued now."""
        return not self.busy and (self.checkpoint or self.earlier is not None)

    @property
    def unfinished(self) -> bool:
        """Whether continuing the last run would train any further."""
        if self.earlier is not None and not self.checkpoint:
            return self.can_continue and self.earlier.epochs < self.workspace.project.training.epochs
        done = self.result["epochs"] if self.result is not None else len(self.history.epochs)
        return self.can_continue and done < self.workspace.project.training.epochs

    def _sound(self) -> bool:
        """Whether the project can be trained; says why not."""
        workspace = self.workspace
        sentence = recipe_problem(workspace.project.training)
        if sentence is not None:
            workspace.message.emit("error", sentence)
            self.refused.emit(None)
            return False
        try:
            get_source(workspace.project.data.source)
            facts_for(workspace.project)
        except DataError as error:
            workspace.message.emit("error", str(error))
            self.refused.emit(None)
            return False
        training = workspace.project.training
        if training.recipe == OWN and fingerprint(training.code) not in self.trusted():
            text = self.tr("The recipe of this project is Python of its own, which is not trusted yet.")
            workspace.message.emit("error", text)
            self.recipe_refused.emit()
            self.refused.emit(None)
            return False
        workspace.refresh_shapes()
        # the first networks play the recipe's roles; what is wrong in further ones keeps nobody from training
        playing = list(workspace.project.networks)[: len(recipe_of(workspace.project.training).roles)]
        waiting = [problem for problem in workspace.shapes.problems if problem.kind == "trust"]
        for problem in (*workspace.shapes.errors, *waiting):
            if problem.place and problem.place[0] in playing:
                self._refuse(problem)
                return False
        return True

    def _refuse(self, problem: Problem) -> None:
        self.workspace.message.emit("error", problem.text)
        self.refused.emit(problem)

    # -- what the worker says --------------------------------------------------------------------------

    def _take(self, message: Message) -> None:
        event = message["event"]
        if message.get("credit"):
            # after the slots ran and what they asked for was painted
            QTimer.singleShot(0, self._client.credit)
        if self._foreign and event not in ("ready", "devices", *ENDINGS):
            return
        self._note(event, message)
        if self._foreign and event in ENDINGS:
            self._foreign = False
            self._set_state("cold" if event == "died" else "idle")
            return
        self.message.emit(message)
        self._move(event)

    def _note(self, event: str, message: Message) -> None:
        """Remember what panels ask for."""
        if event == "ready":
            self.worker = message
            self.send({"do": "devices"})
            if self._pending is not None:
                self.send(self._pending)
                self._pending = None
        elif event == "devices":
            self.devices = message["devices"]
            self.devices_changed.emit()
        elif event == "started":
            self.started = message
            self.history.begin(message, self._watch)
            self.learning_rate = message["learning_rate"]
        elif event in ("steps", "epoch"):
            self.history.take(message)
            if message.get("learning_rate") is not None:
                self.learning_rate = message["learning_rate"]
        elif event == "learning_rate":
            self.learning_rate = message["value"]
        elif self._foreign:
            return
        elif event in ("finished", "stopped"):
            self.result = message
            ended = self.tr("Training was stopped.")
            if event == "finished":
                early = self.tr("Training has ended early: nothing became better after epoch {0}.")
                ended = self.tr("Training has finished.")
                ended = early.format(message["best_epoch"]) if message.get("early") else ended
            self.workspace.message.emit("info", ended)
        elif event in ("failed", "died") and self.busy:
            self.failure = message
            self.workspace.message.emit("error", message["sentence"])
        elif event == "fold":
            self.fold = message["fold"] + 1
            text = self.tr("Fold {0} of {1} is done.").format(message["fold"], self.folds)
            self.workspace.message.emit("info", text)
        elif event == "advice":
            self.workspace.message.emit("hint", message["text"])  # its card may be out of sight
        elif event == "log":
            self.workspace.message.emit(message["level"], message["text"])

    def _move(self, event: str) -> None:
        """Where an event leads."""
        if event == "ready" and self.state == "cold":
            self._set_state("idle")
        elif (event in ("started", "resumed") and self.state in ("starting", "paused")) or (
            event == "paused" and self.state == "running"
        ):
            self._set_state("paused" if event == "paused" else "running")
        elif event in ("finished", "stopped", "failed"):
            self._set_state("idle")
        elif event == "died":
            self.worker = None
            self._set_state("cold")

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _project_changed(self, changes: ChangeSet) -> None:
        """Another project was opened: its run begins anew, an old one is stopped and keeps its best."""
        if not changes.everything:
            return
        if self.busy:
            self._foreign = True
            if self.state != "stopping":
                self.stop()
            self.workspace.message.emit(
                "info", self.tr("The run of the project before was stopped; its best state is kept.")
            )
        self.started = self.result = self.failure = self.folder = None
        self.history.clear()
        self.earlier = earlier_run(self.workspace.project)
        self.cleared.emit()

"""The session against the real worker, which all tests here share: a whole run, its control, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from graph.edits import SetParams, SetProject
from graph.model import Project
from gui.training.history import History
from gui.training.session import TrainingSession
from gui.workspace import Workspace
from presets import find
from tests.gui.training_hand import Heard, at_rest, until, woken
from tests.runtime.running import digits_cnn, exploding

Make = Callable[[Project], tuple[Workspace, TrainingSession, Heard]]


@pytest.fixture(scope="module")
def shared(_application: QApplication) -> Iterator[TrainingSession]:
    session = woken(digits_cnn())
    yield session
    session.close()


@pytest.fixture
def make(shared: TrainingSession) -> Iterator[Make]:
    """Opens a project in the one workspace; a run that is left over is stopped."""

    def opened(project: Project) -> tuple[Workspace, TrainingSession, Heard]:
        shared.workspace.open(project)
        shared.workspace.refresh_shapes()
        return shared.workspace, shared, Heard(shared)

    yield opened
    at_rest(shared)


def test_the_first_project_learns_past_97_percent(make: Make) -> None:
    """The window's first project at its own settings, as a person meets it."""
    workspace, session, heard = make(find("digits-cnn").build())
    assert session.train()
    assert session.state == "starting"
    until(lambda: session.state == "idle", "the run ends")
    assert heard.states[-3:] == ["starting", "running", "idle"]
    assert session.result is not None and session.result["event"] == "finished"
    best = session.history.best
    assert best is not None and best["val_accuracy"] > 0.97
    epochs = workspace.project.training.epochs
    assert [epoch["epoch"] for epoch in session.history.epochs] == list(range(1, epochs + 1))
    steps = list(session.history.steps)
    assert steps == list(range(1, epochs * session.history.steps_per_epoch + 1))
    assert len(session.history.loss) == len(session.history.accuracy) == len(steps)
    assert session.can_continue


def test_pause_learning_rate_resume_stop(make: Make) -> None:
    _, session, heard = make(digits_cnn(epochs=500))
    session.train()
    until(lambda: session.history.epochs, "an epoch")
    session.pause()
    until(lambda: session.state == "paused", "paused")
    steps = len(session.history.steps)
    session.set_learning_rate(1e-5)
    until(lambda: session.learning_rate == 1e-5, "the new rate")
    assert len(session.history.steps) == steps, "a paused run went on"
    session.resume()
    until(lambda: session.state == "running" and len(session.history.steps) > steps, "going on")
    until(lambda: heard.of("steps")[-1]["learning_rate"] == 1e-5, "the rate in the steps")
    session.stop()
    assert session.state == "stopping"
    session.stop()  # impatience within the first seconds must not kill the worker
    until(lambda: session.state == "idle", "stopped")
    assert session.result is not None and session.result["event"] == "stopped"
    assert not heard.of("died")


def test_a_broken_network_is_refused_with_its_sentence(make: Make) -> None:
    workspace, session, heard = make(digits_cnn())
    fc = next(node for node in workspace.graph.nodes.values() if node.name == "fc")
    workspace.perform("pin", [SetParams(workspace.graph_id, fc.id, {"in_features": 7})])
    refused: list[object] = []
    told: list[str] = []
    session.refused.connect(refused.append)
    workspace.message.connect(lambda level, text: told.append(text))
    assert not session.train()
    assert len(refused) == 1 and "expects 7 features" in told[-1]
    workspace.perform("loss", [SetProject("training", {"loss": "mse"})])
    workspace.perform("data", [SetProject("data", {"source": "", "options": {}})])
    assert not session.train()
    assert refused[1:] == [None] and "No data is chosen" in told[-1]
    assert session.state == "idle" and not heard.of("starting")


def test_infinite_loss_names_the_node(make: Make) -> None:
    workspace, session, _ = make(exploding())
    session.train()
    until(lambda: session.state == "idle", "the failure")
    failure = session.failure
    assert failure is not None and failure["event"] == "failed"
    node = workspace.graph.nodes[failure["node"][-1]]
    assert node.name in failure["sentence"] + failure["hint"]


def test_opening_another_project_stops_the_run_and_forgets_it(make: Make) -> None:
    workspace, session, heard = make(digits_cnn(epochs=500))
    cleared: list[bool] = []
    session.cleared.connect(lambda: cleared.append(True))
    session.train()
    until(lambda: session.history.epochs, "an epoch")
    workspace.open(find("xor-mlp").build())
    assert cleared and session.history.empty and session.started is None
    until(lambda: session.state == "idle", "stopped")
    assert session.history.empty and session.result is None
    assert session.train()
    until(lambda: session.history.epochs, "the new project's run")
    assert heard.of("started")[-1]["train"] == 4
    session.stop()
    until(lambda: session.state == "idle", "stopped")
    workspace.open(digits_cnn(epochs=500))  # as after the window was closed and opened again
    workspace.refresh_shapes()
    earlier = session.earlier
    assert earlier is not None and session.unfinished and session.folder is None
    assert session.train(resume=True)
    until(lambda: len(session.history.epochs) > earlier.epochs, "it goes on")
    assert session.folder == earlier.folder and heard.of("started")[-1]["step"] > 0
    numbers = [epoch["epoch"] for epoch in session.history.epochs]
    assert numbers == list(range(1, len(numbers) + 1)), "the curves from before and those of now"
    session.stop()
    until(lambda: session.state == "idle", "stopped")
    workspace.open(digits_cnn(epochs=500, seed=1))
    assert session.earlier is None, "another split: its validation rows were trained on"


def test_history_forgets_what_a_resumed_run_does_again() -> None:
    history = History()
    history.begin({"steps_per_epoch": 2, "accuracy": True, "step": 0})
    more = {"samples_per_second": 10.0, "learning_rate": 0.1}
    history.take({"event": "steps", "step": [1, 2], "loss": [3.0, 2.0], "accuracy": [0.1, 0.2], **more})
    history.take({"event": "epoch", "epoch": 1, "step": 2, "best": True, "val_loss": 1.0, **more})
    history.take({"event": "steps", "step": [3], "loss": [1.5], "accuracy": [0.3], **more})
    version = history.version
    history.begin({"steps_per_epoch": 2, "accuracy": True, "step": 2})
    assert list(history.steps) == [1, 2] and list(history.loss) == [3.0, 2.0]
    assert list(history.told) == [2] and len(history.epochs) == 1
    assert history.version > version and history.best == history.epochs[0]


def test_a_recipe_that_is_not_known_is_refused_with_a_sentence(make: Make) -> None:
    workspace, session, _ = make(digits_cnn(recipe="dreaming"))
    told: list[str] = []
    workspace.message.connect(lambda _kind, text: told.append(text))
    assert not session.train()
    assert session.state == "idle"
    assert len(told) == 1 and "no recipe called “dreaming”" in told[0]

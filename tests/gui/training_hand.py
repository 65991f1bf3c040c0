"""Hands for the tests of training: wait for the real worker by running Qt's own event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtTest import QTest

from graph.model import Project
from gui.data_facts import follow_data
from gui.training.session import TrainingSession
from gui.window import MainWindow
from gui.workspace import Workspace
from presets import find
from tests.conftest import PATIENCE


def until(met: Callable[[], object], what: str = "", seconds: float = PATIENCE) -> None:
    """Let Qt work until ``met()``; a test that waits in vain fails with ``what``."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, f"Waited in vain: {what}"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QTest.qWait(2)


def awake_window() -> Iterator[MainWindow]:
    """For a fixture: one window with the digits and its worker, which several tests share."""
    made = MainWindow(Workspace(find("digits-cnn").build()))
    made.resize(1280, 800)
    made.show()
    made.wake()
    until(lambda: made.workspace.ready and made.training.session.state == "idle", "the window is awake")
    yield made
    made.workspace.undo.setClean()
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


class Heard:
    """The messages of a session, in order."""

    def __init__(self, session: TrainingSession) -> None:
        self.messages: list[dict[str, Any]] = []
        self.states: list[str] = []
        session.message.connect(self.messages.append)
        session.state_changed.connect(self.states.append)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]


def workspace_of(project: Project) -> Workspace:
    """A workspace that knows its data and its shapes."""
    import torch

    torch.set_num_threads(1)
    workspace = Workspace(project)
    follow_data(workspace)
    workspace.ready = True
    workspace.refresh_shapes()
    return workspace


def woken(project: Project) -> TrainingSession:
    """A session whose worker is ready. Whoever made it closes it."""
    session = TrainingSession(workspace_of(project))
    session.wake()
    until(lambda: session.state == "idle", "the worker is ready")
    return session


def at_rest(session: TrainingSession) -> None:
    """Stop what may still be running."""
    if session.state in ("starting", "running", "paused"):
        session.stop()
    until(lambda: not session.busy, "the run stops")

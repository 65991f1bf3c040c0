"""A worker that is killed in the middle of a run: told in a banner, replaced, and the run goes on."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.window import MainWindow
from gui.workspace import Workspace
from tests.gui.training_hand import Heard, at_rest, until
from tests.runtime.running import digits_cnn


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on Linux and macOS")
def test_a_killed_worker_is_told_and_the_run_continues(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCHLOOM_RUNS", str(tmp_path / "runs"))
    window = MainWindow(Workspace(digits_cnn(epochs=4000)))
    window.show()
    window.wake()
    session, panel = window.training.session, window.training.panel
    heard = Heard(session)
    told: list[tuple[str, str]] = []
    window.workspace.message.connect(lambda level, text: told.append((level, text)))
    window.actions_table["train"].trigger()
    until(lambda: session.history.epochs, "an epoch")
    session.pause()  # pausing saves a checkpoint
    until(lambda: session.state == "paused", "paused")
    assert session.pid is not None
    os.kill(session.pid, signal.SIGKILL)
    until(lambda: panel.banner.isVisible(), "the banner")
    assert session.failure is not None and "signal 9" in session.failure["sentence"]
    assert panel.banner.sentence.text() == session.failure["sentence"] and panel.banner.hint.text()
    assert ("error", session.failure["sentence"]) in told and not session.busy
    step = session.history.steps[-1]
    QTest.mouseClick(panel.banner.press(), Qt.MouseButton.LeftButton)
    until(lambda: session.state == "running" and session.history.steps[-1] > step, "continued")
    assert heard.of("started")[-1]["step"] > 0 and not panel.banner.isVisible()
    assert list(session.history.steps) == sorted(set(session.history.steps))
    at_rest(session)
    assert session.result is not None and session.result["event"] == "stopped"
    window.workspace.undo.setClean()
    assert window.close()

"""Training seen in the real window, against the same training written by hand.

The window is open with charts and a feature map live. Rounds alternate between the window and the loop by hand,
so that whatever else the machine does meets both; of each the faster epochs count. On a machine that is busy
with other things, the share counted in processor time says more: what the trainer's process spends on an epoch.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QElapsedTimer, QSettings, Qt, QTimer

from tests.benchmarks.report import Report

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 3


@dataclass(frozen=True)
class Case:
    """What is trained: a preset, its data with these options, so many epochs in a round."""

    title: str
    preset: str
    epochs: int
    goal: str
    options: dict[str, int] = field(default_factory=dict)


CASES = (
    Case("digits CNN", "digits-cnn", 40, "at least 0.97"),
    Case("small ResNet on 32 × 32", "small-resnet", 3, "at least 0.99"),
    Case("tiny MLP (6,000 points of two spirals)", "spiral-mlp", 200, "at least 0.85", {"n": 6000}),
)
TICK = 10


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as home:
        for variable in ("CONFIG", "DATA", "CACHE", "STATE"):
            os.environ[f"XDG_{variable}_HOME"] = home
        os.environ["TORCHLOOM_RUNS"] = str(Path(home) / "runs")
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, home)
        window = Window()
        try:
            _first_step(report, window)
            for case in CASES:
                _throughput(report, window, case)
        finally:
            window.close()


class Window:
    """The real main window, with a timer whose lateness is watched."""

    def __init__(self) -> None:
        from gui.app import make_application
        from gui.window import MainWindow

        self.application = make_application(["benchmark"])
        self.main = MainWindow()
        self.main.resize(1440, 900)
        self.main.show()
        self.main.begin(None)
        self.main.wake()
        self.session = self.main.training.session
        self.until(lambda: self.main.workspace.ready and self.session.state == "idle")
        self.late: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK)
        self._timer.timeout.connect(self._tick)

    def until(self, there: Callable[[], bool], seconds: float = 60.0) -> None:
        """Run Qt's own event loop until something is so (a polling loop would burn the processor)."""
        from PySide6.QtCore import QEventLoop

        loop = QEventLoop()
        probe = QTimer(interval=5)
        end = time.monotonic() + seconds
        probe.timeout.connect(lambda: loop.quit() if there() or time.monotonic() > end else None)
        probe.start()
        loop.exec()
        probe.stop()
        if not there():
            raise TimeoutError("The window did not get there in time.")

    def _tick(self) -> None:
        self.late.append(max(0.0, self._clock.nsecsElapsed() / 1e6 - TICK))
        self._clock.restart()

    def train(self, epochs: int) -> tuple[list[float], float]:
        """Train what is open, charts and feature maps live. Gives the samples per second of each epoch, and the
        seconds of processor time that the worker spent on one (validation and all it tells included)."""
        training = self.main.workspace.project.training
        training.epochs = epochs
        speeds: list[float] = []
        spent: list[float] = []
        worker = psutil.Process(self.session.pid)

        def heard(message: dict[str, Any]) -> None:
            if message["event"] == "epoch":
                times = worker.cpu_times()
                speeds.append(message["samples_per_second"])
                spent.append(times.user + times.system)

        self.session.message.connect(heard)
        self._clock.start()
        self._timer.start()
        self.main.actions_table["train"].trigger()
        self.main.docks.show("maps")
        self.until(lambda: self.session.result is not None or self.session.failure is not None)
        self._timer.stop()
        self.session.message.disconnect(heard)
        if self.session.failure is not None:
            raise RuntimeError(self.session.failure["sentence"])
        self.until(lambda: self.session.state == "idle")
        return speeds, (spent[-1] - spent[0]) / (len(spent) - 1)

    def close(self) -> None:
        self.session.close()
        self.main.hide()


def _first_step(report: Report, window: Window) -> None:
    """From the click on Train to the first step that is reported, the worker warm."""
    times = []
    for _ in range(5):
        window.main.files.open_preset("digits-cnn")
        window.until(lambda: window.session.state == "idle")
        first: list[float] = []

        def heard(message: dict[str, Any], first: list[float] = first) -> None:
            if message["event"] == "steps" and not first:
                first.append(time.perf_counter())

        window.session.message.connect(heard)
        start = time.perf_counter()
        window.main.actions_table["train"].trigger()
        window.until(lambda first=first: bool(first))  # type: ignore[misc]
        times.append((first[0] - start) * 1000)
        window.session.message.disconnect(heard)
        window.main.actions_table["stop"].trigger()
        window.until(lambda: window.session.state == "idle")
    report("click on Train to the first step on screen", statistics.median(times), "ms", goal="under 100 ms")


def _throughput(report: Report, window: Window, case: Case) -> None:
    title, goal = case.title, case.goal
    ours: list[float] = []
    hand: list[float] = []
    our_processor: list[float] = []
    hand_processor: list[float] = []
    window.late.clear()
    for _ in range(ROUNDS):
        window.main.files.open_preset(case.preset)
        window.until(lambda: window.session.state == "idle")
        window.main.workspace.project.data.options.update(case.options)
        speeds, processor = window.train(case.epochs)
        ours += speeds
        our_processor.append(processor)
        for epoch in _by_hand(case):
            hand.append(epoch["speed"])
            hand_processor.append(epoch["processor"])
    theirs = _fast(hand)
    report(f"{title}: samples per second", _fast(ours), "/s", "by hand", theirs)
    report(f"{title}: share of the speed by hand", _fast(ours) / theirs, "×", goal=goal)
    share = statistics.median(hand_processor) / statistics.median(our_processor)
    report(f"{title}: the same, counted in processor time", share, "×", goal=goal)
    late = sorted(window.late)
    report(
        f"{title}: lateness of a {TICK} ms timer, p99", late[int(len(late) * 0.99)], "ms", goal="under 16 ms"
    )


def _by_hand(case: Case) -> list[dict[str, float]]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks._by_hand",
            case.preset,
            str(case.epochs),
            json.dumps(case.options),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _fast(speeds: list[float]) -> float:
    """The speed that the faster quarter of the epochs reaches: what else the machine does only slows down."""
    return sorted(speeds)[int(len(speeds) * 0.75)]

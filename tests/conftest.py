"""What every test gets without asking, and what it can ask for.

Always on (autouse):

- The screen is Qt's ``offscreen`` platform and torch computes on one thread, also in worker processes.
- ``_own_folders``: settings, caches and data of the program go to a folder of the test, never the user's.
- ``_no_stray_processes``: a test that leaves a child process behind fails (checked again per module).
- ``_no_unexpected_complaints``: a Qt warning, an exception in a slot or a logged error fails the test.
  Mark a test ``expects_log_errors`` when it provokes a logged error; take ``qt_messages`` and empty it
  when it provokes a Qt warning.

To ask for:

- ``qapp``: the one ``QApplication`` of the session. Windows still open after the test are hidden.
- ``qt_messages``: the list of Qt's warnings so far in this test, as text.
- ``outside_display``: an environment for a subprocess that has no display at all.
- ``run_main``: runs ``main.py`` in a process of its own and returns exit code, stdout and stderr.

Nothing here imports torch, Qt or the program itself before a test needs it.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 150.0
"""Seconds that a test waits at most for what must happen; a busy machine takes its time."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# Said by the offscreen platform itself, whatever the program does.
_HARMLESS = ("This plugin does not support", "QFontDatabase: Cannot find font directory")
# Another theme dresses every window there is anew, also the hidden ones of earlier tests: so these come before those.
_RESTYLING = (
    "gui/test_theme.py",
    "gui/test_training_charts.py",
    "gui/test_canvas_counts.py",
    "gui/test_window.py",
)
# Files that take long, the longest first: begun late, one would keep one worker at the end while others idle.
_LONG = (
    "presets/test_training.py",
    "gui/test_custom.py",
    "graph/test_fuzz.py",
    "test_main.py",
    "runtime/test_sequence_recipes.py",
    "graph/test_code.py",
    "graph/test_catalogue.py",
    "graph/test_reading.py",
    "runtime/test_generative.py",
    "gui/test_training_views.py",
    "gui/test_training_session.py",
    "runtime/test_exports.py",
    "runtime/test_exports_sequences.py",
    "runtime/test_worker.py",
    "runtime/test_worker_deaths.py",
    "runtime/test_custom.py",
    "gui/test_training_death.py",
    "gui/test_leaving.py",
    "test_pictures.py",
)
_homes = itertools.count()
_qt_messages: list[str] = []
_slot_errors: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What changes the theme first, then the long files, then all others as they come."""
    ranks = {str(ROOT / "tests" / name): rank for rank, name in enumerate((*_RESTYLING, *_LONG))}
    items.sort(key=lambda item: ranks.get(str(item.path), len(ranks)))


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point everything that platformdirs and QSettings would choose at a folder of this test."""
    # not mktemp, which looks through all folders there are already for the next number: thousands, thousands of times
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_homes))
    home.mkdir(parents=True)
    monkeypatch.delenv("TORCHLOOM_RUNS", raising=False)
    monkeypatch.setenv("TORCHLOOM_DATA", str(home / "downloads"))
    for variable in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{variable}_HOME", str(home / variable.lower()))
    for variable in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    if "PySide6.QtCore" in sys.modules:
        _settings_in(home)
    return home


def _settings_in(home: Path) -> None:
    from PySide6.QtCore import QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for kind in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(home / "config"))


def _strangers(known: set[int]) -> list[psutil.Process]:
    """Children of this process, at any depth, that are not in ``known`` (Python's own helpers excepted)."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.pid not in known and "resource_tracker" not in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(autouse=True, scope="module")
def _no_stray_processes_of_module() -> Iterator[None]:
    known = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    deadline = time.monotonic() + PATIENCE
    while (left := _strangers(known)) and time.monotonic() < deadline:
        time.sleep(0.05)
    names = [f"{process.pid} ({process.name()})" for process in left]
    for process in left:
        process.kill()
    assert not names, f"This module left processes behind: {', '.join(names)}"


@pytest.fixture(autouse=True)
def _no_stray_processes() -> Iterator[None]:
    known = {child.pid for child in multiprocessing.active_children()}
    yield
    deadline = time.monotonic() + PATIENCE
    left = [child for child in multiprocessing.active_children() if child.pid not in known]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [child for child in left if child.is_alive()]
    for child in left:
        child.kill()
    assert not left, f"This test left processes behind: {', '.join(child.name for child in left)}"


@pytest.fixture(autouse=True)
def _no_unexpected_complaints(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    _qt_messages.clear()
    _slot_errors.clear()
    _watch_qt()

    def hook(kind: type[BaseException], error: BaseException, trace: object) -> None:
        _slot_errors.append(f"{kind.__name__}: {error}")
        sys.__excepthook__(kind, error, trace)  # type: ignore[arg-type]

    monkeypatch.setattr(sys, "excepthook", hook)
    yield
    assert not _slot_errors, f"An exception escaped into Qt: {_slot_errors}"
    assert not _qt_messages, f"Qt complained: {_qt_messages}"
    if not request.node.get_closest_marker("expects_log_errors"):
        errors = [
            record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR
        ]
        assert not errors, f"The test logged errors: {errors}"


def _watch_qt() -> None:
    if "PySide6.QtCore" not in sys.modules:
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    def handler(kind: QtMsgType, context: object, text: str) -> None:
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) or text.startswith(_HARMLESS):
            return
        _qt_messages.append(text)

    qInstallMessageHandler(handler)


@pytest.fixture
def qt_messages() -> list[str]:
    return _qt_messages


@pytest.fixture(scope="session")
def _application() -> QApplication:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["torchloom-tests"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    return application


@pytest.fixture
def qapp(_application: QApplication, _own_folders: Path) -> Iterator[QApplication]:
    from shiboken6 import delete, isValid

    _watch_qt()
    _settings_in(_own_folders)
    yield _application
    # A canvas left alone would pile up with its timers and pictures, and change colours with every later one. Other
    # windows are only hidden: pyqtgraph keeps widgets without a parent that it deletes itself.
    windows = _application.topLevelWidgets()
    for widget in windows:
        widget.hide()
    for widget in windows:  # a popup goes with its canvas
        if isValid(widget) and type(widget).__module__ == "gui.canvas.view":
            delete(widget)
    _application.processEvents()


@pytest.fixture
def outside_display() -> dict[str, str]:
    """The environment without any display, where Qt would abort if it were asked to start."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {name: value for name, value in os.environ.items() if name not in hidden}


@pytest.fixture
def run_main() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run_main("presets", "--json", env=…)``: the real program in a process of its own."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run

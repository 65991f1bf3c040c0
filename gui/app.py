"""Starts the window. torch is imported only after it is on the screen."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from gui.folders import log_to_file
from gui.icons import app_icon
from gui.settings import APPLICATION, ORGANISATION, settings
from gui.theme import theme

if TYPE_CHECKING:
    from gui.window import MainWindow

log = logging.getLogger(__name__)


class AfterFirstPaint(QObject):
    """Calls ``then`` once, when ``window`` has been painted for the first time."""

    def __init__(self, window: QWidget, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._then = then
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


class Complaints(QObject):
    """What to do with an error nobody expected: log it, and say so instead of dying."""

    happened = Signal(str)

    def __init__(self, window: QWidget, log_file: Path | None) -> None:
        super().__init__(window)
        self._window = window
        self._log_file = log_file
        self._box: QMessageBox | None = None
        # from any thread to the window's own
        self.happened.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        sys.excepthook = self.hook
        threading.excepthook = lambda args: self.hook(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The last stop of an exception."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
            return
        log.error("Unexpected: %s", "".join(traceback.format_exception(kind, error, trace)))
        self.happened.emit(f"{kind.__name__}: {error}")

    def _show(self, what: str) -> None:
        if self._box is not None:
            return
        where = self.tr(" The details are in {0}.").format(self._log_file) if self._log_file else ""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Something went wrong inside TorchLoom"))
        box.setText(self.tr("TorchLoom met an error it did not expect: {0}").format(what[:300]))
        box.setInformativeText(
            self.tr("Your project is still open: save it, then go on or start again.") + where
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._closed)
        self._box = box
        box.open()

    def _closed(self) -> None:
        self._box = None


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication with names, style and icon."""
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(arguments)
    application.setOrganizationName(ORGANISATION)
    application.setApplicationName(APPLICATION)
    application.setDesktopFileName("torchloom")
    application.setWindowIcon(app_icon())
    theme().start()
    return application


def run(name: str | None) -> int:
    """Open the window on a project file, on a preset's id or on the first preset; the exit code."""
    log_file = log_to_file()
    if log_file is not None:
        crash_file = open(log_file.with_name("crash.log"), "w", encoding="utf-8")  # noqa: SIM115 (kept open)
        faulthandler.enable(crash_file)
    application = make_application(sys.argv[:1])

    from gui.window import MainWindow
    from runtime.data.own import answer_at_once

    answer_at_once()
    window = MainWindow()
    Complaints(window, log_file).install()
    AfterFirstPaint(window, window.wake)
    window.resize(window.size().boundedTo(window.screen().availableSize()))
    window.show()
    window.begin(name)
    ticks = _obey_ctrl_c(application, window)
    code = application.exec()
    ticks.stop()
    if window.workspace.loading_torch:
        _leave_now(code)
    return code


def _leave_now(code: int) -> NoReturn:
    """End without taking the interpreter down: that would cut the import of torch short in the middle of its
    C++, which ends in an abort. Everything of the window is closed and written by now."""
    settings().sync()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def _obey_ctrl_c(application: QApplication, window: MainWindow) -> QTimer:
    """End with 130 when the terminal says so; unsaved work is kept for the next start."""

    def stop(*_: object) -> None:
        window.files.recovery.write()
        window.training.session.close()
        application.exit(130)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # Python handles a signal only while Python runs, so it has to be given the word now and then
    ticks = QTimer(application)
    ticks.timeout.connect(lambda: None)
    ticks.start(400)
    return ticks

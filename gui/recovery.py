"""Unsaved work is written beside the project every now and then, so that a crash loses seconds, not hours."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, QTimer

from graph.files import FileError, from_data, to_data
from graph.files.store import write_atomically
from graph.model import Project
from gui.folders import recovery_folder
from gui.workspace import Workspace

log = logging.getLogger(__name__)
SECONDS = 10


class Recovery(QObject):
    """Keeps a copy of a modified project until it is saved or given up."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.origin: Path | None = None
        self.file = recovery_folder() / f"{os.getpid()}-{id(self):x}.json"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SECONDS * 1000)
        self._timer.timeout.connect(self.write)
        workspace.changed.connect(self._changed)
        workspace.undo.cleanChanged.connect(self._clean)

    def _changed(self) -> None:
        if not self._timer.isActive() and not self.workspace.undo.isClean():
            self._timer.start()

    def _clean(self, clean: bool) -> None:
        if clean:
            self.forget()
        else:
            self._timer.start()

    def write(self) -> None:
        """Write the copy now, if there is something to lose."""
        self._timer.stop()
        if self.workspace.undo.isClean():
            return
        content = {
            "origin": str(self.origin) if self.origin else "",
            "pid": os.getpid(),
            "time": time.time(),
            "project": to_data(self.workspace.project),
        }
        try:
            write_atomically(self.file, json.dumps(content))
        except FileError as error:
            log.warning("The unsaved work could not be kept: %s", error)

    def forget(self) -> None:
        """The work is saved, or was given up on purpose."""
        self._timer.stop()
        self.file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Lost:
    """Unsaved work that a crashed window left behind."""

    file: Path
    origin: Path | None
    when: float
    project: Project


def lost_work() -> list[Lost]:
    """What windows that no longer run have left, newest first. Files that cannot be read are put aside."""
    found = []
    for file in recovery_folder().glob("*.json"):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if psutil.pid_exists(int(content["pid"])):
                continue
            origin = Path(content["origin"]) if content["origin"] else None
            found.append(Lost(file, origin, float(content["time"]), from_data(content["project"])))
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("The kept work in %s cannot be read: %s", file, error)
            file.rename(file.with_suffix(".damaged"))
    return sorted(found, key=lambda lost: -lost.when)

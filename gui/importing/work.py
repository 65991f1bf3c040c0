"""The import itself, in a process of its own."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal

from gui.voice import Voice
from runtime.client import WorkerClient
from runtime.protocol import Message


class ImportWork(QObject):
    """One import in a process of its own. Signals come in the window's thread."""

    progress = Signal(float, str)
    done = Signal(object)
    """The message ``imported``."""
    failed = Signal(str, str)
    """A sentence, and what to do."""

    def __init__(self, command: Message, parent: QObject) -> None:
        super().__init__(parent)
        self._command = command
        self._over = False
        self._client = WorkerClient(Voice(self._take).say, restart=False, warm=False)
        self._client.start()

    def _take(self, message: Message) -> None:
        if self._over:
            return
        event = message["event"]
        if event == "ready":
            self._client.send(self._command)
        elif event == "importing":
            self.progress.emit(float(message["fraction"]), str(message["text"]))
        elif event == "imported":
            self.stop()
            self.done.emit(message)
        elif event == "import_failed":
            self.stop()
            self.failed.emit(str(message["sentence"]), str(message["hint"]))
        elif event == "log" and message["level"] == "error":
            self.stop()
            self.failed.emit(str(message["text"]), "")
        elif event == "died":
            self.stop()
            self.failed.emit(self.tr("The import ended: {0}").format(message["sentence"]), "")

    def stop(self) -> None:
        """End the process, whatever it is doing. Nothing comes from it any more."""
        if self._over:
            return
        self._over = True
        client = self._client
        client.terminate()
        threading.Thread(target=client.close, name="import-ending").start()

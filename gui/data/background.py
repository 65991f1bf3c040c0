"""Work on files in a thread of the window's process: one at a time, with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from gui.voice import Voice
from runtime.data import Cancelled, DataError

Cancel = Callable[[], bool]
Progress = Callable[[float, str], None]
Work = Callable[[Cancel, Progress], object]


class Background(QObject):
    """A new piece of work gives the old one up. Results arrive in the window's thread."""

    progress = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    """A sentence for the person."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: threading.Event | None = None
        self._voice = Voice(self._hear)

    @property
    def busy(self) -> bool:
        return self._stop is not None

    def start(self, work: Work) -> None:
        """Begin; ``done`` or ``failed`` follows unless it is cancelled."""
        self.cancel()
        stop = threading.Event()
        self._stop = stop
        self.destroyed.connect(stop.set)
        threading.Thread(target=_work, args=(work, stop, self._voice), name="data", daemon=True).start()

    def cancel(self) -> None:
        """Give up what is being done."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _hear(self, said: tuple[threading.Event, str, Any]) -> None:
        stop, what, value = said
        if stop is not self._stop:
            return
        if what == "progress":
            self.progress.emit(*value)
            return
        self._stop = None
        (self.done if what == "done" else self.failed).emit(value)


def tr(text: str) -> str:
    return QCoreApplication.translate("Background", text)


def _work(work: Work, stop: threading.Event, voice: Voice) -> None:
    """In the thread: do the work and say how it went."""

    def say(what: str, value: object) -> None:
        if not stop.is_set():
            voice.say((stop, what, value))

    try:
        found = work(stop.is_set, lambda fraction, text: say("progress", (fraction, text)))
    except Cancelled:
        return
    except DataError as error:
        say("failed", str(error))
    except (OSError, MemoryError) as error:
        say("failed", tr("The data could not be read: {0}").format(error))
    except Exception:
        # a fault of ours: it is logged like any other, but nobody is left waiting for it
        say("failed", tr("Something unexpected happened while the data was read. The log tells more."))
        raise
    else:
        say("done", found)

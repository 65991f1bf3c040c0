"""The way of what a thread says into the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


class Voice(QObject):
    """What a thread says is heard in the window's thread, by ``hear``, a method of a QObject.

    It has no parent and lives as long as the thread holds it. A thread that outlives its listener (the window was
    closed meanwhile) so speaks to nobody; a signal of the listener itself would be gone with it, under its feet.
    """

    _said = Signal(object)

    def __init__(self, hear: Callable[[Any], object]) -> None:
        super().__init__()
        self._said.connect(hear, Qt.ConnectionType.QueuedConnection)

    def say(self, thing: object) -> None:
        """From any thread; returns at once."""
        self._said.emit(thing)

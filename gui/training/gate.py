"""The way of a message from the worker's reader thread into the window."""

from __future__ import annotations

from collections.abc import Callable

from runtime.client import WorkerClient
from runtime.protocol import Message


class Gate:
    """Hands messages on (to a :class:`gui.voice.Voice`) until the session goes; then there is nobody left to hear."""

    def __init__(self, hand_on: Callable[[Message], object]) -> None:
        self.hand_on = hand_on
        self.shut = False

    def __call__(self, message: Message) -> None:
        if not self.shut:
            self.hand_on(message)


def end(client: WorkerClient, gate: Gate, *_: object) -> None:
    """End a worker whose session was destroyed without being closed."""
    gate.shut = True
    client.close()

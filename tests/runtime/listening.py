"""A client of a real worker process for tests: keeps every message, waits for the one that is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph.files import to_data
from graph.model import Project
from runtime.client import WorkerClient
from runtime.protocol import Message
from tests.conftest import PATIENCE


class Listener:
    """Use as a context manager. ``credits`` off is a window that never finds time to draw."""

    def __init__(self, credits: bool = True, restart: bool = True) -> None:
        self.messages: list[Message] = []
        self.credits = credits
        self.blocked = threading.Event()
        self.blocked.set()
        self._news = threading.Condition()
        self.client = WorkerClient(self._take, restart=restart)

    def _take(self, message: Message) -> None:
        self.blocked.wait()
        with self._news:
            self.messages.append(message)
            self._news.notify_all()
        if self.credits and message.get("credit"):
            self.client.credit()

    def __enter__(self) -> Listener:
        self.client.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.blocked.set()
        self.client.close()

    def wait(self, event: str, number: int = 1, where: Callable[[Message], Any] = bool) -> Message:
        """The message of that kind, the ``number``-th one; fails when none comes or the run fails."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                found = [m for m in self.messages if m["event"] == event and where(m)]
                if len(found) >= number:
                    return found[number - 1]
                bad = [m for m in self.messages if m["event"] in ("failed", "died") and m["event"] != event]
                assert not bad, bad[0]
                left = deadline - time.monotonic()
                assert left > 0, f"no {event} came; last: {[m['event'] for m in self.messages][-10:]}"
                self._news.wait(left)

    def all(self, event: str) -> list[Message]:
        with self._news:
            return [message for message in self.messages if message["event"] == event]

    def train(self, project: Project, folder: Path, **more: Any) -> None:
        self.client.send({"do": "train", "project": to_data(project), "folder": str(folder), **more})

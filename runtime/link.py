"""The worker's end of the pipe: two threads, so that neither a slow reader nor a missing one ever holds up
the training."""

from __future__ import annotations

import os
import queue
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait

from runtime.protocol import START_CREDITS, Message, decode, encode

ORPHANED = 70
"""Exit code when the parent is gone."""


class Link:
    """``commands`` is a queue of what came in; credits are counted as they come.

    The listening thread is the watchdog too: it ends the whole process at once when the parent dies or
    hangs up, whatever the main thread is doing. (Daemon flags do not: they need a parent that can still act.)
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._credits = START_CREDITS
        self._lock = threading.Lock()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.commands: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._sender = threading.Thread(target=self._send_all, name="link-sender", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="link-listener", daemon=True)
        self._sender.start()
        self._listener.start()

    def send(self, message: Message) -> None:
        """Send at the next opportunity, in order. Never blocks."""
        self._outgoing.put(encode(message))

    def spend(self) -> bool:
        """Use up a credit if there is one."""
        with self._lock:
            if self._credits <= 0:
                return False
            self._credits -= 1
            return True

    def close(self) -> None:
        """Send what is left, then end the sending."""
        self._outgoing.put(None)
        self._sender.join(timeout=2)

    def _send_all(self) -> None:
        while (data := self._outgoing.get()) is not None:
            try:
                self._connection.send_bytes(data)
            except OSError:
                return  # the listener sees the same and ends the process

    def _listen(self) -> None:
        parent = parent_process()
        sentinel = [parent.sentinel] if parent is not None else []
        while True:
            ready = wait([self._connection, *sentinel])
            if self._connection not in ready:
                os._exit(ORPHANED)
            try:
                command = decode(self._connection.recv_bytes())
            except (EOFError, OSError):
                os._exit(ORPHANED)
            if command.get("do") == "credit":
                with self._lock:
                    self._credits += int(command.get("count", 1))
            else:
                self.commands.put(command)

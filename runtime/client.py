"""The window's end of the trainer: starts the worker, talks to it, says what became of it. No Qt, no torch.

client = WorkerClient(on_message)      # called in the client's reader thread
client.start()
client.send({"do": "train", ...})
client.close()
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from runtime.protocol import Message, decode, encode

GRACE = 3.0
"""Seconds between asking a worker to end, terminating it, and killing it."""
_CRASHES = {
    getattr(signal, name): words
    for name, words in (
        ("SIGSEGV", "it touched memory that is not its own"),
        ("SIGABRT", "it gave up on an internal error"),
        ("SIGBUS", "it touched memory that does not exist"),
        ("SIGILL", "it met an instruction this processor does not know"),
        ("SIGFPE", "it made an impossible calculation"),
    )
    if hasattr(signal, name)
}
_WINDOWS_CRASH = 0xC0000005


def death_sentence(exitcode: int | None) -> tuple[str, str]:
    """What an exit code means, and what to do about it."""
    again = "A fresh trainer is started; the run can be continued from its last checkpoint."
    if exitcode is None:
        return "The trainer has gone.", again
    if exitcode == -9:
        return (
            "The system ended the trainer (signal 9), most likely because the memory ran out.",
            f"Try a smaller batch size. {again}",
        )
    if exitcode == -15:
        return "The trainer was ended from outside (signal 15).", again
    if -exitcode in _CRASHES:
        return (
            f"The trainer crashed in native code: {_CRASHES[signal.Signals(-exitcode)]} "
            f"(signal {-exitcode}).",
            again,
        )
    if exitcode & 0xFFFFFFFF == _WINDOWS_CRASH:
        return "The trainer crashed in native code: it touched memory that is not its own.", again
    if exitcode < 0:
        return f"The trainer was ended by signal {-exitcode}.", again
    return f"The trainer ended unexpectedly (exit code {exitcode}).", again


class WorkerClient:
    """One worker process at a time. ``on_message`` gets every message as a dict, in the reader thread, one
    after the other; it must not call :meth:`close` itself.

    When a worker that had been ready dies, ``on_message`` gets "died" and a fresh one is started at once
    (unless ``restart`` is false), which says "ready" in its turn. ``warm`` has it train a little first, so that
    a run starts at once; what is not going to train needs none of that.
    """

    def __init__(
        self, on_message: Callable[[Message], None], restart: bool = True, warm: bool = True
    ) -> None:
        self._on_message = on_message
        self._restart = restart
        self._warm = warm
        self._context = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._reader: threading.Thread | None = None
        self._faults: Path | None = None
        self._closing = False
        self._was_ready = False

    @property
    def pid(self) -> int | None:
        """The worker's process id, or ``None`` when there is no worker."""
        process = self._process
        return process.pid if process is not None else None

    @property
    def alive(self) -> bool:
        process = self._process
        return process is not None and process.is_alive()

    def start(self) -> None:
        """Start a worker unless one is running. It says "ready" after a second or two; commands may be sent
        before that and wait in the pipe."""
        if self._reader is not None and self._reader.is_alive():
            return
        self._closing = False
        self._spawn()
        self._reader = threading.Thread(target=self._read_all, name="worker-reader", daemon=True)
        self._reader.start()

    def send(self, command: Message) -> bool:
        """Send a command; ``False`` when there is no worker to take it."""
        data = encode(command)
        with self._lock:
            if self._connection is None:
                return False
            try:
                self._connection.send_bytes(data)
            except (OSError, ValueError):
                return False  # it has just died; the reader thread says so
        return True

    def credit(self, count: int = 1) -> None:
        """Give back what a message with ``"credit": True`` used up, once it is drawn."""
        self.send({"do": "credit", "count": count})

    def terminate(self) -> None:
        """End a worker that hangs: ask the system, and insist after :data:`GRACE` seconds. "died" follows."""
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()
            threading.Thread(target=_insist, args=(process,), name="worker-killer", daemon=True).start()

    def close(self, grace: float = GRACE) -> None:
        """End the worker for good and wait for it. A run in progress is stopped and keeps its best."""
        self._closing = True
        self.send({"do": "quit"})
        process = self._process
        if process is not None:
            process.join(grace)
            if process.is_alive():
                process.terminate()
                _insist(process)
        if self._reader is not None and self._reader is not threading.current_thread():
            self._reader.join(GRACE)

    def _spawn(self) -> None:
        from runtime.worker import main

        ours, theirs = self._context.Pipe()
        handle, name = tempfile.mkstemp(prefix="torchloom-worker-", suffix=".txt")
        os.close(handle)
        process: Any = self._context.Process(
            target=main, args=(theirs, name, self._warm), name="torchloom-worker", daemon=True
        )
        process.start()
        theirs.close()
        with self._lock:
            self._connection, self._process, self._faults = ours, process, Path(name)
            self._was_ready = False

    def _read_all(self) -> None:
        while True:
            connection, process = self._connection, self._process
            assert connection is not None and process is not None
            self._read(connection, process)
            trace = self._buried(connection, process)
            if self._closing:
                return
            sentence, hint = death_sentence(process.exitcode)
            again = self._restart and self._was_ready
            if again:
                self._spawn()
            if again and self._closing:  # closed meanwhile: nobody else would end the one just started
                self.terminate()
                continue
            self._on_message(
                {
                    "event": "died",
                    "sentence": sentence,
                    "hint": hint if again else "",
                    "exitcode": process.exitcode,
                    "details": trace,
                    "restarted": again,
                }
            )
            if not again:
                return

    def _read(self, connection: Connection, process: BaseProcess) -> None:
        """Messages until the worker hangs up or dies; what it had still sent counts."""
        while True:
            ready = wait([connection, process.sentinel])
            if connection not in ready:
                return
            try:
                message = decode(connection.recv_bytes())
            except (EOFError, OSError):
                return
            for each in message["messages"] if message["event"] == "bundle" else (message,):
                self._was_ready = self._was_ready or each["event"] == "ready"
                self._on_message(each)

    def _buried(self, connection: Connection, process: BaseProcess) -> str:
        """Wait for a dead worker, close its pipe; gives the trace it may have left."""
        process.join(GRACE)
        if process.is_alive():
            process.kill()
            process.join(GRACE)
        with self._lock:
            connection.close()
            self._connection = None
            faults, self._faults = self._faults, None
        trace = ""
        if faults is not None and faults.exists():
            trace = faults.read_text(encoding="utf-8", errors="replace")
            faults.unlink()
        return trace


def _insist(process: BaseProcess) -> None:
    process.join(GRACE)
    if process.is_alive():
        process.kill()
        process.join(GRACE)

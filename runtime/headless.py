"""Training without a window: the same trainer, in this process."""

from __future__ import annotations

import dataclasses
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph.model import Project
from runtime.protocol import Message


def train_project(
    project: Project,
    folder: Path,
    overrides: Mapping[str, Any] | None = None,
    emit: Callable[[Message], None] = lambda message: None,
    *,
    device: str = "",
    resume: bool = False,
    trusted: Collection[str] | None = (),
    weights: Path | None = None,
) -> Message:
    """Train to the end and keep the run in ``folder``; gives the last message.

    ``overrides`` replaces fields of the project's training (``epochs``, ``seed``, ``batch_size``, …).
    ``trusted`` are the fingerprints of code of a person's own that may run (``None``: all of it).
    ``weights`` is the file to start from, which a project that names one needs.
    ``emit`` gets the messages of :mod:`runtime.protocol`. Whatever goes wrong becomes a message "failed",
    never an exception. Ctrl-C (or a polite request of the system to end) stops after the current step,
    keeps the best and gives "stopped"; a second Ctrl-C ends at once.
    """
    from runtime.runs import Recorder
    from runtime.training.folds import folds_of, in_turn
    from runtime.training.guard import failed
    from runtime.training.loop import save_best
    from runtime.training.preparing import prepare
    from runtime.training.session import Session

    changes = {name: value for name, value in (overrides or {}).items() if value is not None}
    training = dataclasses.replace(project.training, **changes)
    project = dataclasses.replace(project, training=training)
    session: Session | None = None
    recorder: Recorder | None = None
    last: Message = {}
    stops: list[Session] = []

    def tell(message: Message) -> None:
        nonlocal last
        last = message
        if recorder is not None:
            recorder.take(message)
        emit(message)

    try:

        def make(fold: int | None, place: Path) -> Session:
            nonlocal session
            session = prepare(
                project,
                place,
                device,
                resume,
                lambda fraction, text: tell({"event": "starting", "text": text, "fraction": fraction}),
                trusted=trusted,
                weights=weights,
                fold=fold,
            )
            stops.append(session)
            return session

        folds = folds_of(project, resume)
        with _stops(stops):
            for _, recorder, message in in_turn(make, folder, folds, time.perf_counter):  # noqa: B007
                if message is not None:
                    tell(message)
    except Exception as error:  # noqa: BLE001, a model or data may raise anything; it is told in a sentence
        tell(failed(error, session))
        if session is not None and session.best_weights:
            save_best(session)
    finally:
        if recorder is not None:
            recorder.close()
    return last


@contextmanager
def _stops(sessions: list[Any]) -> Iterator[None]:
    """Ctrl-C and the system's request to end stop the session (the last of them); a second one is not caught any
    more."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signals = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in signals}

    def stop(number: int, frame: Any) -> None:
        if not sessions:
            raise KeyboardInterrupt
        sessions[-1].stopping = True
        for each, handler in before.items():
            signal.signal(each, handler)

    for number in signals:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

"""Cross-validation: the same training several times, each time with another part of the data to validate on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from graph.model import Project
from runtime.practices import practices_of
from runtime.protocol import Message
from runtime.runs import Recorder, Run
from runtime.training.errors import RunError
from runtime.training.loop import train
from runtime.training.session import Session


def folds_of(project: Project, resume: bool) -> int:
    """How many times a project is trained; 0 for a single run."""
    folds = practices_of(project.training).folds
    if folds and resume:
        raise RunError("A cross-validation cannot be continued.", "Start it again, or set the folds to 0.")
    return folds


def in_turn(
    make: Callable[[int | None, Path], Session], folder: Path, folds: int, clock: Callable[[], float]
) -> Iterator[tuple[Session, Recorder, Message | None]]:
    """Train once, or with ``folds`` as many times, and keep each run: every message with its session and the recorder
    that has to take it.

    ``make(fold, folder)`` prepares a session; ``fold`` counts from 0 and is ``None`` for a single run. The first fold
    is kept in ``folder`` itself, the others in ``fold2``, ``fold3``, … in it. The end of a fold becomes the message
    "fold" (``fold`` from 1); the last message has ``folds``, a list of what each reached, and ``spread``, mean and
    standard deviation of every number in it. Whoever drives this closes the last recorder.
    """
    reached: list[dict[str, float]] = []
    recorder: Recorder | None = None
    for number in range(max(1, folds)):
        place = folder if number == 0 else folder / f"fold{number + 1}"
        session = make(number if folds else None, place)
        if recorder is not None:  # not before: what keeps a fold from beginning is told in the last one's log
            recorder.close()
        recorder = Recorder(Run(place), clock)
        for message in train(session):
            if message is None or not folds or message["event"] not in ("finished", "stopped"):
                yield session, recorder, message
                continue
            if message["event"] == "finished":
                reached.append(_reached(session, message))
            told = {**message, "fold": number + 1, "folds": reached, "spread": spread(reached)}
            if message["event"] == "finished" and number < folds - 1:
                recorder.take(message)
                yield session, recorder, {**told, "event": "fold"}
                break
            if number:
                Run(folder).append({**told, "folder": str(folder)})
            yield session, recorder, {**told, "folder": str(folder)}
            return


def _reached(session: Session, message: Message) -> dict[str, float]:
    """What the best epoch of a fold gave on the rows held back."""
    from runtime.training.evaluation import scored

    held = scored(session, "validation")
    found: dict[str, Any] = {"val_loss": held["validation_loss"], "val_accuracy": held["validation_accuracy"]}
    found |= {name: value for name, value in held.items() if name in ("mae", "rmse", "r2")}
    found |= held.get("scores") or {}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, (int, float)) and math.isfinite(value)
    }


def spread(reached: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and (sample) standard deviation of every number that all folds have."""
    names = [name for name in (reached[0] if reached else {}) if all(name in fold for fold in reached)]
    return {
        name: {
            "mean": statistics.fmean(fold[name] for fold in reached),
            "std": statistics.stdev([fold[name] for fold in reached]) if len(reached) > 1 else 0.0,
        }
        for name in names
    }

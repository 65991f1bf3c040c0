"""How far a run is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from gui.training.history import History
from gui.training.scores import score_title, within
from gui.training.session import TrainingSession
from gui.words import plural


def _tr(text: str) -> str:
    return QCoreApplication.translate("Progress", text)


def time_text(seconds: float) -> str:
    """``8 s``, ``2:05 min``, ``1:03 h``; ``0.4 s`` for less than a second."""
    whole = max(0, round(seconds))
    if 0 < seconds < 0.95:
        return _tr("{0:.1f} s").format(max(0.1, seconds))
    if whole < 60:
        return _tr("{0} s").format(whole)
    if whole < 3600:
        return _tr("{0}:{1:02d} min").format(whole // 60, whole % 60)
    return _tr("{0}:{1:02d} h").format(whole // 3600, whole % 3600 // 60)


def score_text(session: TrainingSession) -> str:
    """The best epoch and its validation score."""
    best = session.history.best
    if best is None:
        return ""
    if session.history.figures:
        return _figure_text(session.history, best)
    for name, value in (best.get("scores") or {}).items():
        return _tr("best epoch {0}: {1} {2:.4g}").format(best["epoch"], score_title(name, []), value)
    if best.get("val_accuracy") is not None:
        text = _tr("best epoch {0}: {1:.1f} % validation accuracy")
        return text.format(best["epoch"], 100 * best["val_accuracy"])
    if best.get("val_loss") is not None:
        return _tr("best epoch {0}: validation loss {1:.4g}").format(best["epoch"], best["val_loss"])
    return ""


def _figure_text(history: History, best: Mapping[str, Any]) -> str:
    """The best epoch by the figure that decides; "" where none does, for then the last epoch counts."""
    figure = next((figure for figure in history.figures if figure["name"] == history.watch), None)
    told = best.get("figures") or {}
    value = (told.get("validation") or told.get("train") or {}).get(history.watch)
    if figure is None or value is None:
        return ""
    return _tr("best epoch {0}: {1} {2:.4g}").format(best["epoch"], within(figure["title"]), value)


def folds_text(session: TrainingSession, message: Mapping[str, Any]) -> str:
    """What a cross-validation found: mean and spread of the score that matters most."""
    spread = message["spread"]
    text = _tr("Finished {0} folds").format(len(message["folds"]))
    for name in (session.history.watch, "val_accuracy", "val_loss"):
        if name not in spread:
            continue
        mean, std = spread[name]["mean"], spread[name]["std"]
        if name == "val_accuracy":
            return text + _tr(" · validation accuracy {0:.1f} ± {1:.1f} %").format(100 * mean, 100 * std)
        titles = {figure["name"]: within(figure["title"]) for figure in session.history.figures}
        title = titles.get(name) or _tr("validation loss")
        return text + f" · {title} {mean:.4g} ± {std:.2g}"
    return text


def progress_text(session: TrainingSession, message: Mapping[str, Any] | None) -> str:
    """One line about the run, after a message or a change of state."""
    event = message["event"] if message else session.state
    started = session.started or {}
    if message and event == "starting":
        return str(message["text"]) + " …"
    if event == "starting":
        return _tr("Starting …")
    if event == "stopping":
        return _tr("Stopping …")
    if message and event == "steps":
        parts = [
            _tr("Fold {0} of {1}").format(session.fold, session.folds) if session.folds else "",
            _tr("Epoch {0} of {1}").format(message["epoch"], started.get("epochs", "?")),
            _tr("{0} left").format(time_text(max(1, message["seconds_left"])))
            if message["seconds_left"]
            else "",
            _tr("{0} samples/s").format(f"{message['samples_per_second']:,.0f}"),
        ]
        return " · ".join(part for part in parts if part)
    if event in ("finished", "stopped") and message:
        if message.get("spread") and event == "finished":
            return folds_text(session, message)
        word = _tr("Finished") if event == "finished" else _tr("Stopped")
        word = _tr("Ended early") if message.get("early") and event == "finished" else word
        epochs = plural(message["epochs"], _tr("epoch"), _tr("epochs"))
        after = _tr("after {0} in {1}").format(epochs, time_text(message.get("seconds") or 0))
        score = score_text(session)
        return f"{word} {after}" + (f" · {score}" if score else "")
    if event in ("failed", "died") and message:
        return str(message["sentence"])
    if event in ("started", "epoch", "paused") and started:
        done = len(session.history.epochs)
        text = _tr("Epoch {0} of {1}").format(min(done + 1, started["epochs"]), started["epochs"])
        return _tr("Paused · {0}").format(text) if session.state == "paused" else text
    return ""


def device_text(session: TrainingSession) -> str:
    """Where the run is or the next one would be: ``"CPU, 1 thread"`` or the GPU's name."""
    started = session.started
    if started is not None:
        name, title = str(started["device"]), str(started.get("device_name") or started["device"])
    else:
        wanted = session.workspace.project.training.device or "auto"
        known = {device["name"]: device for device in session.devices}
        found = known.get(wanted) or (session.devices[0] if session.devices else None)
        if found is None:
            return ""
        name, title = found["name"], found["title"]
    if name != "cpu":
        return title
    threads = session.workspace.project.training.threads or (session.worker or {}).get("threads", 1)
    return _tr("CPU, 1 thread") if threads == 1 else _tr("CPU, {0} threads").format(threads)

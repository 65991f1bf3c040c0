"""Runs: a folder each, with everything that is needed to look at, continue or repeat the run. No torch here.

- ``model.py``: the very module that was trained. ``project.json``: the project as it was.
- ``config.json``: seed, device, threads, versions, counts. ``log.txt``: what happened, with times.
- ``metrics.jsonl``: an object per line; ``"event": "epoch"`` or ``"steps"`` (a few per second, averaged),
  then ``"finished"`` or ``"stopped"``.
- ``learnt.json``: vocabularies and categories that the training rows have taught, where there are any; a resumed run
  goes on with them.
- ``checkpoint.safetensors``: all that resuming needs (:mod:`runtime.training.checkpoint`).
  ``best.safetensors``: the weights with the best validation loss.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FOLDER_VARIABLE = "TORCHLOOM_RUNS"


def runs_root() -> Path:
    """Where the window keeps its runs: ``TORCHLOOM_RUNS`` if set, else the user's data folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("TorchLoom", appauthor=False) / "runs"


def new_folder(title: str, root: Path | None = None) -> Path:
    """A path for a new run that does not exist yet: ``digits-cnn-20260131-184502``."""
    letters = "".join(char if char.isascii() and char.isalnum() else " " for char in title.lower())
    stem = "-".join([*letters.split()[:6], datetime.datetime.now().strftime("%Y%m%d-%H%M%S")])
    root = root if root is not None else runs_root()
    folder, number = root / stem, 2
    while folder.exists():
        folder, number = root / f"{stem}-{number}", number + 1
    return folder


def write_atomic(path: Path, data: bytes, sync: bool = True) -> None:
    """Replace a file as a whole: whoever reads it sees the old or the new content, never a part. With
    ``sync`` that holds through a power cut too, which takes the disk a moment."""
    spare = path.with_name(path.name + ".tmp")
    with spare.open("wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    os.replace(spare, path)


def write_json(path: Path, value: Any) -> None:
    """JSON with sorted keys, replaced as a whole."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_atomic(path, text.encode(), sync=False)


@dataclass(frozen=True, slots=True)
class Run:
    """A run's folder, by its parts."""

    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "model.py"

    @property
    def project(self) -> Path:
        return self.folder / "project.json"

    @property
    def config(self) -> Path:
        return self.folder / "config.json"

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.safetensors"

    @property
    def best(self) -> Path:
        return self.folder / "best.safetensors"

    @property
    def shows(self) -> Path:
        """What was to be seen at the end of epochs: ``00012.show`` (:func:`runtime.protocol.decode`)."""
        return self.folder / "shows"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def learnt(self) -> Path:
        return self.folder / "learnt.json"

    def read_learnt(self) -> dict[str, list[str]]:
        """Words and categories by name; empty where there is no such file, or it is none of ours."""
        try:
            found = json.loads(self.learnt.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            name: words
            for name, words in found.items()
            if isinstance(words, list) and all(isinstance(word, str) for word in words)
        }

    def read_config(self) -> dict[str, Any]:
        """The configuration; ``{}`` when it is missing or damaged."""
        try:
            found = json.loads(self.config.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def read_metrics(self) -> Iterator[dict[str, Any]]:
        """The lines of ``metrics.jsonl`` in order. A last line cut short by a crash is passed over."""
        if not self.metrics.is_file():
            return
        with self.metrics.open(encoding="utf-8") as file:
            for line in file:
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if isinstance(found, dict):
                    yield found

    def append(self, message: dict[str, Any]) -> None:
        """One more line of metrics."""
        with self.metrics.open("a", encoding="utf-8") as file:
            file.write(json.dumps(message) + "\n")

    def forget_after(self, step: int) -> None:
        """Drop the metrics behind a step, as a run that is resumed from there will write them again."""
        kept = [
            line
            for line in self.read_metrics()
            if line.get("event") in ("steps", "epoch") and line.get("step", 0) <= step
        ]
        write_atomic(self.metrics, "".join(json.dumps(line) + "\n" for line in kept).encode())


def list_runs(root: Path | None = None) -> list[Run]:
    """All runs below a folder, the newest first."""
    root = root if root is not None else runs_root()
    if not root.is_dir():
        return []
    found = [path for path in root.iterdir() if (path / "config.json").is_file()]
    return [Run(path) for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]


class Recorder:
    """Writes a run's metrics and log. Steps are averaged to at most five lines a second."""

    def __init__(self, run: Run, clock: Any, per_second: float = 5.0) -> None:
        run.folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._gap = 1.0 / per_second
        self._due = 0.0
        self._losses: list[float] = []
        self._shares: list[float] = []
        self._figures: dict[str, list[float]] = {}
        self._metrics: IO[str] = run.metrics.open("a", encoding="utf-8")
        self._log: IO[str] = run.log.open("a", encoding="utf-8")

    def take(self, message: dict[str, Any]) -> None:
        """One message of the trainer."""
        event = message["event"]
        if event == "steps":
            self._losses += message["loss"]
            self._shares += message["accuracy"] or []
            for name, values in message.get("figures", {}).items():
                self._figures.setdefault(name, []).extend(values)
            if self._losses and self._clock() >= self._due:
                self._due = self._clock() + self._gap
                self._steps(message["step"][-1])
        elif event == "epoch":
            self._steps(message["step"])
            self._write(message)
        elif event == "fold":
            self.log(f"Fold {message['fold']} is done.")
        elif event in ("finished", "stopped"):
            self._write(message)
            self.log(f"{event.capitalize()} after {message['epochs']} epochs.")
        elif event == "failed":
            self.log(f"Failed: {message['sentence']} {message['hint']}\n{message['details']}")
        elif event == "advice":
            self._write(message)
            self.log(f"{message['text']} {message['hint']}")
        elif event in ("started", "paused", "resumed", "learning_rate", "log"):
            words = {"learning_rate": f"Learning rate {message.get('value')}", "log": message.get("text", "")}
            self.log(words.get(event, event.capitalize() + "."))

    def _steps(self, step: int) -> None:
        if self._losses:
            share = sum(self._shares) / len(self._shares) if self._shares else None
            mean = sum(self._losses) / len(self._losses)
            figures = {name: sum(values) / len(values) for name, values in self._figures.items()}
            line = {"event": "steps", "step": step, "loss": mean, "accuracy": share}
            self._write({**line, "figures": figures} if figures else line)
            self._losses, self._shares, self._figures = [], [], {}

    def _write(self, message: dict[str, Any]) -> None:
        self._metrics.write(json.dumps(message) + "\n")

    def log(self, text: str) -> None:
        """One entry of ``log.txt``."""
        now = datetime.datetime.now().isoformat(sep=" ", timespec="seconds")
        self._log.write(f"{now}  {text.rstrip()}\n")
        self._log.flush()

    def flush(self) -> None:
        self._metrics.flush()

    def close(self) -> None:
        self._metrics.close()
        self._log.close()

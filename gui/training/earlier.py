"""A run that was left before its last epoch, so that it can be continued after the window was closed. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.files import to_data
from graph.model import Project
from runtime.choice import setting
from runtime.runs import Run, list_runs

LOOKED_AT = 12
"""So many of the newest runs are looked at."""


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """``epochs`` of it are done, the last of them at ``ended`` (seconds since 1970); ``lines`` are its metrics."""

    folder: Path
    epochs: int
    ended: int
    lines: tuple[dict[str, Any], ...]


def earlier_run(project: Project) -> EarlierRun | None:
    """The newest run of this very project (its networks, data and training, but for the number of epochs and how things
    are laid out), if it has a checkpoint and epochs left to train."""
    if setting(project.training, "folds"):
        return None
    mine = _essence(to_data(project))
    for run in list_runs()[:LOOKED_AT]:
        if not run.checkpoint.is_file() or _kept(run) != mine:
            continue
        lines = tuple(run.read_metrics())
        done = max((int(line["epoch"]) for line in lines if line.get("event") == "epoch"), default=0)
        over = any(line.get("event") == "finished" and line.get("early") for line in lines)
        if over or done >= project.training.epochs:
            return None
        return EarlierRun(run.folder, done, int(run.checkpoint.stat().st_mtime), lines)
    return None


def _kept(run: Run) -> Any:
    """What a run was of; ``None`` where that cannot be read."""
    try:
        return _essence(json.loads(run.project.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _essence(data: Mapping[str, Any]) -> Any:
    """What has to be the same. Through JSON, so that tuples are lists."""
    graphs = [
        [
            {key: value for key, value in graph.items() if key not in ("layout", "frames")}
            for graph in data[part]
        ]
        for part in ("networks", "blocks")
    ]
    training = {key: value for key, value in data["training"].items() if key != "epochs"}
    return json.loads(json.dumps([graphs, data["data"], training]))

"""``main.py train``: the trainer with its progress on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.model import Project
from runtime.commands.output import Output, Refused
from runtime.commands.projects import Given
from runtime.data import DataError
from runtime.facts import facts_for
from runtime.headless import train_project
from runtime.recipes import recipe_of, recipe_problem
from runtime.runs import new_folder

BAR_WIDTH = 24
MOST_SCORES = 12
INTERRUPTED = 130
"""The exit code after Ctrl-C; the best weights so far are kept all the same."""


def train(
    project: Project,
    overrides: Mapping[str, Any],
    folder: Path | None,
    resume: bool,
    out: Output,
    given: Given | None = None,
) -> int:
    """Train with the project's own recipe, changed by ``overrides``; 0 when it ran to its end, 1 if not.

    JSON: an object per epoch, then one with ``event`` "finished", "stopped", or "failed" with a sentence.
    """
    if resume and folder is None:
        raise Refused("--resume needs --run-folder, the folder of the run to go on with.")
    if resume and folder is not None and not folder.is_dir():
        raise Refused(f"There is no run folder {folder} to go on with.")
    problem = recipe_problem(project.training)
    if problem is not None:
        raise Refused(problem)
    try:
        facts = facts_for(project)
    except DataError as error:
        raise Refused(str(error)) from error
    given = given or Given()
    # the first networks play the recipe's roles; what is wrong in further ones keeps nobody from training
    playing = list(project.networks)[: len(recipe_of(project.training).roles)]
    errors = given.inference().run(project, facts).errors
    problems = [found for found in errors if found.place and found.place[0] in playing]
    for found in problems:
        out.note(f"error: {found.text}")
    if problems:
        out.item({"event": "failed", "sentence": problems[0].text})
        out.note("Nothing was trained. `main.py check` shows the fixes.")
        return 1
    run = folder or new_folder(project.title, Path("runs"))
    report = Report(out)
    train_project(
        project,
        run,
        overrides,
        report.take,
        resume=resume,
        trusted=given.trusted,
        weights=None if resume else given.start(project),
    )
    return report.exit_code


class Report:
    """Takes the trainer's messages and writes them for the terminal."""

    def __init__(self, out: Output) -> None:
        self.out = out
        self.exit_code = 1
        self._bar = ""
        self._epochs = 0
        self._draws = sys.stderr.isatty() and not out.as_json

    def take(self, message: Mapping[str, Any]) -> None:
        """One message of the trainer; those that say nothing on a terminal are passed over."""
        event = message["event"]
        if event == "steps":
            self._progress(message)
            return
        self._wipe()
        if event == "started":
            self._epochs = int(message["epochs"])
            self.out.note(f"Training on {message['device_name']}, kept in {message['folder']}")
        elif event == "epoch":
            self._epoch(message)
        elif event in ("finished", "stopped"):
            self._finished(message)
        elif event == "failed":
            self.out.item(message)
            self.out.note(" ".join(str(message[key]) for key in ("sentence", "hint") if message.get(key)))
        elif event == "advice":
            self.out.item(message)
            self.out.note(f"Epoch {message['epoch']}: {message['text']} {message['hint']}")
        elif event == "log":
            self.out.note(str(message["text"]))

    def _epoch(self, message: Mapping[str, Any]) -> None:
        self.out.item(message)
        of = f"/{self._epochs}" if self._epochs else ""
        parts = [f"epoch {message['epoch']}{of}"]
        for key, label in (("train_loss", "loss"), ("val_loss", "validation")):
            if message.get(key) is not None:
                parts.append(f"{label} {message[key]:.4f}")
        for key, label in (("train_accuracy", "accuracy"), ("val_accuracy", "validation")):
            if message.get(key) is not None:
                parts.append(f"{label} {message[key]:.2%}")
        parts.append(f"{message['seconds']:.1f} s")
        parts.append(f"{message['samples_per_second']:,.0f} samples/s")
        self.out.text("  ".join(parts))

    def _finished(self, message: Mapping[str, Any]) -> None:
        self.exit_code = 0 if message["event"] == "finished" else INTERRUPTED
        self.out.item(message)
        parts = ["Finished." if self.exit_code == 0 else "Stopped."]
        if message.get("test_loss") is not None:
            parts.append(f"Test loss {message['test_loss']:.4f}")
        if message.get("test_accuracy") is not None:
            parts.append(f"Test accuracy {message['test_accuracy']:.2%}")
        self.out.text("  ".join(parts))
        scores = {name: message[name] for name in ("mae", "rmse", "r2") if message.get(name) is not None}
        scores |= message.get("scores") or {}
        if scores:
            told = [f"{name} {value:.4f}" for name, value in list(scores.items())[:MOST_SCORES]]
            self.out.text("On the test split: " + "  ".join(told))
        if message.get("folder"):
            self.out.text(f"The run is kept in {message['folder']}")

    def _progress(self, message: Mapping[str, Any]) -> None:
        if not self._draws:
            return
        done = float(message.get("progress") or 0)
        filled = round(done * BAR_WIDTH)
        left = message.get("seconds_left")
        loss = message["loss"][-1] if message.get("loss") else None
        parts = [f"{'█' * filled}{'·' * (BAR_WIDTH - filled)} {done:4.0%}"]
        parts += [f"loss {loss:.4f}"] if loss is not None else []
        parts += [f"{int(left) // 60}:{int(left) % 60:02d} left"] if left is not None else []
        line = "  ".join(parts)
        sys.stderr.write("\r" + line.ljust(len(self._bar)))
        sys.stderr.flush()
        self._bar = line

    def _wipe(self) -> None:
        if self._bar:
            sys.stderr.write("\r" + " " * len(self._bar) + "\r")
            sys.stderr.flush()
            self._bar = ""

"""Reading a project file for a command, and what the person lets the command do with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from graph.files import FileError, load
from graph.model import Project
from graph.shapes import Inference
from runtime.commands.output import Refused

TRUST_HINT = "Look at the code, then trust it in the window or give --trust."


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a project from outside: the code of a person's own that may run (``None``: all of it),
    the folder its file stands in, and a file of weights to start from instead of its own."""

    trusted: Collection[str] | None = ()
    folder: Path | None = None
    weights: Path | None = None

    def inference(self) -> Inference:
        """Shapes, with the trusted code run here."""
        from runtime.custom import asker

        inference = Inference()
        inference.custom = asker(self.trusted)
        return inference

    def start(self, project: Project) -> Path | None:
        """The file of weights to start from; :class:`Refused` when it is gone."""
        from runtime.weights import WeightsError, start_of

        try:
            found = self.weights or start_of(project, self.folder)
        except WeightsError as error:
            raise Refused(str(error)) from error
        if found is not None and not found.exists():
            raise Refused(f"There is no file of weights at {found}.")
        return found


def read_project(path: Path) -> Project:
    """The project in a ``.loom`` file; :class:`Refused` with the reason when it cannot be read."""
    try:
        return load(path)
    except FileError as error:
        raise Refused(str(error)) from error


def given(target: str, trust: bool, weights: str | None = None) -> Given:
    """From the command line: ``target`` is the project's file or a preset, ``trust`` lets all its code run."""
    from runtime.trust import trusted

    path = Path(target)
    return Given(
        None if trust else trusted(),
        path.absolute().parent if path.is_file() else None,
        Path(weights) if weights else None,
    )

"""Reading a project file for a command."""

from __future__ import annotations

from pathlib import Path

from graph.files import FileError, load
from graph.model import Project
from runtime.commands.output import Refused


def read_project(path: Path) -> Project:
    """The project in a ``.loom`` file; :class:`Refused` with the reason when it cannot be read."""
    try:
        return load(path)
    except FileError as error:
        raise Refused(str(error)) from error

"""Projects to and from text and disk."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graph.files import text as json_text
from graph.files.errors import FileError
from graph.files.migrate import migrate
from graph.files.read import read_project
from graph.files.write import project_data
from graph.model import Project

SUFFIX = ".loom"


def to_data(project: Project) -> dict[str, Any]:
    """The project as JSON data (dicts, lists, texts, numbers), for messages and run folders."""
    return project_data(project)


def from_data(data: Mapping[str, Any]) -> Project:
    """A checked project from JSON data of this or an older format."""
    if not isinstance(data, Mapping):
        raise FileError("It is JSON, but not a TorchLoom project.")
    data = migrate(data)
    if data.get("kind", "project") != "project":
        raise FileError("It is TorchLoom data, but not a project: paste it into one instead.")
    return read_project(data)


def dumps(project: Project) -> str:
    """The text of a ``.loom`` file."""
    return json_text.write(project_data(project))


def loads(text: str) -> Project:
    """The project in the text of a ``.loom`` file; :class:`FileError` with a sentence."""
    return from_data(json_text.parse(text))


def load(path: str | os.PathLike[str]) -> Project:
    """The project in a file; :class:`FileError` with a sentence that names the file."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            raw = file.read(json_text.MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"“{path.name}” cannot be opened: {_reason(error)}.") from None
    try:
        return loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileError(f"“{path.name}” cannot be opened. It is not a text file.") from None
    except FileError as error:
        raise FileError(f"“{path.name}” cannot be opened. {error}") from None


def save(project: Project, path: str | os.PathLike[str]) -> None:
    """Write a project so that either the whole new file or the whole old one is there, whatever happens."""
    write_atomically(path, dumps(project))


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in one step: into a temporary file beside it, to the disk, then in its place."""
    shown = Path(path).name
    path = Path(os.path.realpath(path))  # a link stays a link
    temporary: str | None = None
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, "it is read-only")
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        text = f"“{shown}” cannot be saved: {_reason(error)}. What was there before is still there."
        raise FileError(text) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    _sync_folder(path.parent)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself durable, where the system can (Windows cannot open a folder)."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return reason[0].lower() + reason[1:]

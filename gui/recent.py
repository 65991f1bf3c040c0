"""The project files opened or saved last."""

from __future__ import annotations

from pathlib import Path

from gui.settings import settings

LIMIT = 10


def recent_files() -> list[Path]:
    """Newest first, only those that are still there."""
    return [path for path in _stored() if path.is_file()]


def remember(path: Path) -> None:
    """Put a file at the top of the list."""
    path = path.absolute()
    others = [other for other in _stored() if other != path]
    settings().setValue("recent", [str(entry) for entry in [path, *others][:LIMIT]])


def forget_all() -> None:
    settings().remove("recent")


def _stored() -> list[Path]:
    found = settings().value("recent", [])
    texts = [found] if isinstance(found, str) else found or []
    return [Path(text) for text in texts]

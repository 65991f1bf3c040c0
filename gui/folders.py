"""Where the program keeps what is in no project: logs, unsaved work, the library of blocks."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from platformdirs import user_data_path, user_log_path, user_state_path

NAME = "TorchLoom"


def log_folder() -> Path:
    """Where the log files are; made when it is missing."""
    return user_log_path(NAME, appauthor=False, ensure_exists=True)


def blocks_folder() -> Path:
    """Where the person's own library of blocks is; it may not exist yet."""
    return user_data_path(NAME, appauthor=False) / "blocks"


def recovery_folder() -> Path:
    """Where unsaved work is kept; made when it is missing."""
    folder = user_state_path(NAME, appauthor=False) / "recovery"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def log_to_file() -> Path | None:
    """Send the program's log to a file that never grows beyond a few megabytes; ``None`` where none can be
    written (then it goes to standard error alone)."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        path = log_folder() / "window.log"
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=1_000_000, backupCount=2, encoding="utf-8"
        )
    except OSError as error:
        logging.getLogger(__name__).warning("No log file can be written: %s", error)
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    return path

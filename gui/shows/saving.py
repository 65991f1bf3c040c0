"""Shows as picture files: one, or a numbered sequence that any program makes a film of."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage


def save_image(image: QImage, path: Path) -> str:
    """Write a PNG; what went wrong, or ""."""
    try:
        with path.open("wb"):  # Qt says only whether it worked, the system says why not
            pass
    except OSError as error:
        return error.strerror or str(error)
    return "" if image.save(str(path), "PNG") else "the picture could not be written"


def frame_path(folder: Path, name: str, epoch: int) -> Path:
    """The file of an epoch in a sequence: ``samples-0007.png``."""
    letters = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower()).strip("-")
    return folder / f"{letters or 'show'}-{epoch:04d}.png"

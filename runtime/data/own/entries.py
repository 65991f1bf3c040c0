"""What lies in a folder, found out from names and first bytes alone; and which endings mean what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from runtime.data.schema import DataError

Part = Literal["train", "validation", "test"]
Files = dict[Part, list[Path]]
"""The files of each part of a set; those to train with come first."""
PARTS: dict[str, Part] = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
    "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
"""What folders and files are called that hold a part -> which."""
PICTURES = frozenset((
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".avif", ".tif", ".tiff", ".ppm", ".pgm",
    ".pbm",
))  # fmt: skip
UNREADABLE_PICTURES = frozenset((
    ".heic", ".heif", ".svg", ".jp2", ".jxl", ".dcm", ".nii", ".raw", ".cr2", ".nef", ".dng", ".psd", ".eps",
))  # fmt: skip
"""Pictures that nothing here reads: who has them is told so, by their ending."""
TABLES = frozenset((".csv", ".tsv", ".tab", ".data", ".psv"))
COLUMNAR = frozenset((".parquet", ".pq"))
TEXTS = frozenset((".txt", ".text", ".md", ".rst", ".py", ".tex", ".html", ".log"))
ARRAYS = frozenset((".npy", ".npz", ".safetensors"))
PACKED = frozenset((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"))
ENOUGH = 200
"""So many entries of a folder say what it holds."""


def entries(path: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a folder and is not hidden; :class:`DataError` when it cannot be looked into."""
    try:
        with os.scandir(path) as found:
            for entry in found:
                if not entry.name.startswith((".", "__")):
                    yield entry
    except OSError as error:
        raise DataError(f"{path} cannot be looked into: {error.strerror or error}.") from error


def subfolders(path: Path) -> list[Path]:
    """The first folders in a folder."""
    return [Path(entry.path) for entry in islice(entries(path), ENOUGH * 20) if entry.is_dir()][:ENOUGH]


def files_in(path: Path) -> list[Path]:
    """The first files in a folder."""
    return [Path(entry.path) for entry in islice(entries(path), ENOUGH) if entry.is_file()]


def has(path: Path, endings: Any, depth: int = 2) -> bool:
    """Whether one of the first files in a folder, or in folders in it, ends so."""
    if any(file.suffix.lower() in endings for file in files_in(path)):
        return True
    return depth > 0 and any(has(folder, endings, depth - 1) for folder in subfolders(path)[:5])


def starts(path: Path, *words: bytes) -> bool:
    """Whether one of these words stands in the first bytes (or, for COCO's long files, the last)."""
    try:
        with path.open("rb") as file:
            head = file.read(65536)
            file.seek(max(0, path.stat().st_size - 65536))
            tail = file.read(65536)
    except OSError:
        return False
    return any(word in head or word in tail for word in words)


def named(names: list[str]) -> str:
    """A few names, and how many there are beside them."""
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"

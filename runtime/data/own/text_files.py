"""Plain text from a file, or from all the text files of a folder, in any usual encoding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runtime.data.csv_text import PIECE, script_of
from runtime.data.own.entries import TEXTS
from runtime.data.schema import DataError
from runtime.data.source import Loading


def text_paths(path: Path) -> list[Path]:
    """The file itself, or the visible text files of a folder at any depth, by name."""
    if not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in TEXTS
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not found:
        raise DataError(f"{path} holds no text files ({', '.join(sorted(TEXTS))}).")
    return found


def text_of(path: Path, loading: Loading) -> str:
    """The whole text of a file, its line ends as ``\\n``. :class:`DataError` when it is no text, or empty."""
    script = script_of(path, loading)
    parts: list[str] = []
    with path.open(encoding=script.encoding) as file:
        while piece := file.read(PIECE):
            loading.step(0.0, f"Reading {path.name}")
            parts.append(piece)
    return "".join(parts).removeprefix("\ufeff")


def texts_of(path: Path, loading: Loading, skipped: list[str]) -> Iterator[tuple[Path, str]]:
    """(file, text) of every file that can be read; a sentence in ``skipped`` for each that cannot."""
    files = text_paths(path)
    for file in files:
        try:
            yield file, text_of(file, loading)
        except DataError as error:
            if len(files) == 1:
                raise
            skipped.append(f"{file.relative_to(path)} is left out: {error}")

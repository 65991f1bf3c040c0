"""Texts with a class or a number each, from a table or from folders of text files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from runtime.data.csv_text import Header
from runtime.data.own.entries import PARTS, TEXTS, Part
from runtime.data.own.parted import files_of
from runtime.data.own.peeking import peek
from runtime.data.own.text_files import text_of
from runtime.data.rows import PARQUET
from runtime.data.schema import DataError
from runtime.data.source import Loading
from runtime.data.table import Table, as_classes, class_names, open_table


@dataclass(frozen=True, slots=True)
class Labelled:
    """``answers`` are class numbers, or the numbers themselves where ``classes`` is ``None``; ``parts`` tells of each
    text to which part it belongs, where there are several. ``text`` and ``table`` tell where they come from, unless
    it is a folder."""

    texts: list[str]
    answers: list[float]
    classes: list[str] | None
    target: str
    notes: list[str]
    parts: list[Part]
    text: str = ""
    table: Table | None = None


def texted(path: Path, options: Mapping[str, Any], names: tuple[str, ...], loading: Loading) -> Table:
    """The table with the texts of these columns."""
    header = options.get("header", "auto")
    return open_table(path, header, loading, dict.fromkeys(names, "text"), names, files_of(path, options))


def text_columns(path: Path, header: Header) -> dict[str, float]:
    """How long the texts in the first rows of each column of words are on average."""
    if path.suffix.lower() in PARQUET:
        import polars as pl

        head = pl.scan_parquet(path).head(200).collect()
        return {
            name: float(head[name].str.len_chars().mean() or 0)  # type: ignore[arg-type]
            for name, kind in head.schema.items()
            if kind == pl.String
        }
    seen = peek(path, header)
    return {
        name: sum(map(len, seen.column(name))) / max(1, len(seen.rows))
        for name, kind in zip(seen.names, seen.kinds, strict=True)
        if kind in ("text", "category")
    }


def text_column(path: Path, header: Header) -> str:
    """The column with the longest texts."""
    lengths = text_columns(path, header)
    if not lengths:
        raise DataError(f"{path.name} has no column of text.")
    return max(lengths, key=lambda name: lengths[name])


def from_table(path: Path, options: Mapping[str, Any], loading: Loading) -> Labelled:
    """Rows with a text and an answer; the others are left out and counted."""
    name = options["text"] or text_column(path, options.get("header", "auto"))
    table = texted(path, options, (name,), loading)
    table.column(name)
    others = [
        column.name
        for column in table.columns
        if column.name != name and column.kind not in ("text", "empty")
    ]
    wanted = options["target"] or (others[-1] if others else None)
    if wanted is None:
        raise DataError(f"{path.name} has no column to predict beside the texts in “{name}”.")
    if wanted == name:
        raise DataError(f"The texts in “{name}” cannot be predicted from themselves. Choose another column.")
    column = table.target(wanted)
    texts = table.texts[name]
    kept = [row for row, text in enumerate(texts) if text and not numpy.isnan(column.values[row])]
    if not kept:
        raise DataError(f"{path.name} has no row with a text in “{name}” and an answer in “{wanted}”.")
    notes = [note for note in table.skipped if not note.startswith("The column")]
    if len(kept) < table.rows:
        notes.append(
            f"Left out for want of a text or an answer: {table.rows - len(kept):,} of {table.rows:,} rows."
        )
    answers = column.values[kept]
    parts = table.parts_of(kept)
    if not as_classes(column, "auto"):
        return Labelled(
            [texts[row] for row in kept], answers.tolist(), None, wanted, notes, parts, name, table
        )
    present, numbers = numpy.unique(answers, return_inverse=True)
    every = class_names(column)
    places = (
        present.astype(int)
        if column.kind == "category"
        else numpy.searchsorted(column.distinct or (), present)
    )
    classes = [every[int(place)] for place in places]
    if len(classes) < 2:
        raise DataError(f"Every row has the same “{wanted}”: {classes[0]}. There is nothing to learn.")
    return Labelled(
        [texts[row] for row in kept], numbers.tolist(), classes, wanted, notes, parts, name, table
    )


def from_folder(path: Path, loading: Loading) -> Labelled:
    """A folder of text files per class; in folders called train, val or test they are these parts."""
    top = sorted(
        place for place in path.iterdir() if place.is_dir() and not place.name.startswith((".", "__"))
    )
    divided = bool(top) and all(place.name.lower() in PARTS for place in top)
    classes: set[str] = set()
    found: list[tuple[str, Path, Part]] = []
    roots: list[tuple[Path, Part]] = [(place, PARTS[place.name.lower()]) for place in top] if divided else []
    for root, part in roots or [(path, "train")]:
        for folder in sorted(
            place for place in root.iterdir() if place.is_dir() and not place.name.startswith(".")
        ):
            loading.step(0.0, f"Looking through {folder.name}")
            files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in TEXTS]
            found += [(folder.name, file, part) for file in files]
            classes |= {folder.name} if files else set()
    names = sorted(classes)
    if len(names) < 2:
        raise DataError(f"{path} needs at least two folders with text files, one for each class.")
    texts: list[str] = []
    answers: list[float] = []
    parts: list[Part] = []
    notes: list[str] = []
    for number, (name, file, part) in enumerate(found):
        loading.step(number / len(found), f"Reading {number:,} of {len(found):,} texts")
        try:
            text = text_of(file, loading)
        except DataError as error:
            notes.append(f"{file.relative_to(path)} is left out: {error}")
            continue
        parts.append(part)
        texts.append(" ".join(text.split()))
        answers.append(names.index(name))
    if not texts:
        raise DataError(f"None of the text files in {path} can be read. {notes[0]}")
    return Labelled(texts, answers, names, "class", notes, parts)

"""A table that comes in parts: the files to train, to validate and to test with. Only their names are looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.own.entries import COLUMNAR, PARTS, TABLES, Files, Part
from runtime.data.schema import DataError

PART_OPTIONS: dict[Part, str] = {"validation": "validation_file", "test": "test_file"}
"""Part -> the option of a source that names its file."""
PART_PARAMS = tuple(
    Param(
        name, "text", None, f"A file beside it whose rows are the {part} set; empty holds a share of the rows back.",
        optional=True,
    )
    for part, name in PART_OPTIONS.items()
)  # fmt: skip
IN_PARTS = ("own-table", "own-sentences", "own-pairs")
"""Sources that read such files as one."""
PART_ENDINGS: dict[str, Part] = {
    ".data": "train",
    ".train": "train",
    ".tra": "train",
    ".test": "test",
    ".tes": "test",
}
"""How the repository of UCI calls its files: adult.data, adult.test."""
SHARD = re.compile(r"(.*?)-\d{5}(-of-\d{5})?")
"""One of several files that hold a part together: train-00000-of-00002.parquet."""


def files_of(path: Path, options: Mapping[str, Any]) -> Files:
    """The files that are read, part by part; :class:`DataError` where one that is named is not there."""
    found: Files = {"train": shards(path)}
    for part, option in PART_OPTIONS.items():
        name = options.get(option)
        if not name:
            continue
        place = path.parent / str(name)
        if not place.is_file():
            raise DataError(
                f"There is no file {name} beside {path.name}, which is to be its {part} set. Put it there, or leave "
                f"{option} empty."
            )
        found[part] = shards(place)
    return found


def shards(path: Path) -> list[Path]:
    """The file itself, or all files that are numbered as it is."""
    match = SHARD.fullmatch(path.stem)
    if match is None or not path.is_file():
        return [path]
    first, last = match.groups()
    return sorted(
        file
        for file in path.parent.iterdir()
        if file.suffix == path.suffix
        and (other := SHARD.fullmatch(file.stem)) is not None
        and other.groups() == (first, last)
    )


def parts_among(files: Sequence[Path]) -> dict[Part, Path] | None:
    """The (first) file of each part, where names tell that files belong together: train.csv and test.csv, adult.data
    and adult.test. ``None`` where there is nothing to train with but one file, or more than one would do."""
    groups: dict[str, dict[Part, Path]] = {}
    for file in sorted(files):
        named = _part_of(file)
        if named is not None:
            rest, part = named
            groups.setdefault(rest, {}).setdefault(part, file)
    taught = [group for group in groups.values() if "train" in group]
    if len(taught) != 1 or len(taught[0]) == 1:
        return None
    return {part: taught[0][part] for part in ("train", "validation", "test") if part in taught[0]}


def lacking(path: Path, names: Sequence[str], first: Path, wanted: Sequence[str], part: Part) -> str:
    """Why a file with columns of these names is no part of the table that the first file begins; empty where it is."""
    missing = [name for name in wanted if name not in names]
    if not missing:
        return ""
    instead = "Its rows are not read."
    if part != "train":
        instead = f"The {part} set is a share of the rows of {first.name} instead."
    return f"{path.name} lacks {columns_named(missing)} of {first.name}, so it is not used. {instead}"


def columns_named(names: Sequence[str]) -> str:
    """A few of them in words."""
    shown = ", ".join(f"“{name}”" for name in names[:4])
    more = f" and {len(names) - 4:,} more" if len(names) > 4 else ""
    return f"the column{'' if len(names) == 1 else 's'} {shown}{more}"


def _part_of(file: Path) -> tuple[str, Part] | None:
    """(what the names of files that belong together have in common, the part)."""
    ending = file.suffix.lower()
    if ending not in TABLES | COLUMNAR | PART_ENDINGS.keys() | {".txt"}:
        return None
    match = SHARD.fullmatch(file.stem)
    words = re.split(r"[\W_]+", (match.group(1) if match else file.stem).lower())
    for place in (0, -1):
        if words[place] in PARTS:
            part = PARTS[words.pop(place)]
            return "_".join(words) + ending, part
    return (file.stem, PART_ENDINGS[ending]) if ending in PART_ENDINGS else None

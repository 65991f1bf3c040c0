"""The classes of a person's pictures, wherever they stand: in folders, in the files' names, in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from runtime.data.folder import Folder, Picture, pictures_below, scan
from runtime.data.own.entries import COLUMNAR, PARTS, TABLES, Part, named
from runtime.data.own.peeking import peek
from runtime.data.own.picture_folders import class_in
from runtime.data.own.wording import counted
from runtime.data.schema import DataError
from runtime.data.source import Loading

Where = Literal["folders", "file names", "table"]
LABELS = (
    "label",
    "labels",
    "class",
    "classes",
    "category",
    "target",
    "y",
    "species",
    "breed",
    "diagnosis",
    "name",
)
SPLITS = ("split", "set", "subset", "partition")
MOST_CLASSES = 1000
ENDINGS_NAMED = 4


def pictures_of(path: Path, where: Where, table: str | None, label: str | None, loading: Loading) -> Folder:
    """The pictures of a folder with their classes. :class:`DataError` when there are no pictures, or no classes
    where they should be."""
    if where == "file names":
        return _named_after(path, loading)
    if where == "table":
        return _listed(path, table, label, loading)
    return scan(path, loading)


def ignored_note(ignored: Counter[str]) -> list[str]:
    """A sentence on the files that are no pictures, with their endings: who has photos as .heic wants to know."""
    count = sum(ignored.values())
    if not count:
        return []
    kinds = [
        f"{number:,} × {ending or 'without ending'}" for ending, number in ignored.most_common(ENDINGS_NAMED)
    ]
    more = " and others" if len(ignored) > ENDINGS_NAMED else ""
    told = counted(count, "file is no picture that can be read", "files are no pictures that can be read")
    return [f"{told}, and passed over: {', '.join(kinds)}{more}."]


def _named_after(path: Path, loading: Loading) -> Folder:
    files, ignored = pictures_below(path, loading)
    found = [(class_in(file.stem), file, part) for file, part in files]
    classes = sorted({name for name, _, _ in found if name is not None})
    if len(classes) < 2:
        raise DataError(
            f"The names of the pictures in {path} do not begin with two or more classes, as “cat.12.jpg” and "
            "“dog.7.jpg” do. Choose “folders” for the classes."
        )
    strange = [file.name for name, file, _ in found if name is None]
    notes = []
    if strange:
        told = counted(len(strange), "picture is left out", "pictures are left out")
        notes = [f"{told}, for no class can be seen in the name: {named(strange)}."]
    return _made(path, classes, [(name, file, part) for name, file, part in found if name], ignored, notes)


def _listed(path: Path, table: str | None, label: str | None, loading: Loading) -> Folder:
    files, ignored = pictures_below(path, loading)
    places = _places(path, files)
    place = _table(path, table)
    names = peek(place).names
    if label is not None and label not in names:
        raise DataError(f"{place.name} has no column “{label}”. It has {', '.join(names)}.")
    loading.step(0.1, f"Reading {place.name}")
    from runtime.data.table import open_table

    texts = open_table(place, "auto", loading, dict.fromkeys(names, "text"), names).texts
    near = place.stem.lower()
    # The column that names the most different pictures: classes that are numbers may be called as some pictures are.
    hits = {
        name: len({seen[0] for cell in texts[name][:2000] if (seen := _find(cell, places, near)) is not None})
        for name in names
    }
    files_in = max(names, key=lambda name: hits[name])
    if not hits[files_in]:
        raise DataError(f"No column of {place.name} names pictures that are in {path.name}.")
    answers = label or _label_column(texts, [name for name in names if name != files_in], place)
    split = next((name for name in names if name.lower() in SPLITS and _are_splits(texts[name])), None)
    found: dict[Path, tuple[str, Path, Part | None]] = {}
    gone, unlabelled, again = 0, 0, 0
    for row, cell in enumerate(texts[files_in]):
        file = _find(cell, places, near)
        answer = (texts[answers][row] or "").strip()
        if file is None:
            gone += 1
        elif not answer:
            unlabelled += 1
        elif file[0] in found:
            again += 1
        else:
            part = PARTS.get(texts[split][row].strip().lower()) if split else file[1]
            found[file[0]] = (answer, file[0], part)
    classes = sorted({name for name, _, _ in found.values()}, key=_order)
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"“{answers}” in {place.name} has {len(classes):,} different values, too many for classes. Choose another "
            "column."
        )
    if len(classes) < 2:
        raise DataError(f"Every picture has the same “{answers}” in {place.name}. There is nothing to learn.")
    notes = [
        counted(count, one, many)
        for count, one, many in (
            (gone, f"row of {place.name} names a picture that is not there.",
             f"rows of {place.name} name pictures that are not there."),
            (unlabelled, f"row of {place.name} has no “{answers}” and is left out.",
             f"rows of {place.name} have no “{answers}” and are left out."),
            (again, f"row of {place.name} names a picture that another row named before; the first counts.",
             f"rows of {place.name} name pictures that other rows named before; the first counts."),
            (len(files) - len(found), f"picture is not listed in {place.name} and is left out.",
             f"pictures are not listed in {place.name} and are left out."),
        )
        if count
    ]  # fmt: skip
    ignored[place.suffix.lower()] -= 1
    listed = sorted(found.values(), key=lambda item: item[1])
    return _made(path, classes, listed, +ignored, notes)


def _table(path: Path, table: str | None) -> Path:
    if table:
        place = path / table
        if Path(table).is_absolute() or ".." in Path(table).parts or not place.is_file():
            raise DataError(f"There is no table “{table}” in {path.name}.")
        return place
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in TABLES | COLUMNAR)
    if len(found) != 1:
        told = named([file.name for file in found]) if found else "none"
        raise DataError(f"Which table in {path.name} names the pictures? There are: {told}. Write its name.")
    return found[0]


Places = dict[str, list[tuple[Path, Part | None]]]


def _places(root: Path, files: Sequence[tuple[Path, Part | None]]) -> Places:
    """Pictures by their path, their name, and their name without the ending, all in small letters."""
    found: Places = {}
    for file, part in files:
        inside = file.relative_to(root).as_posix().lower()
        for key in {inside, file.name.lower(), file.stem.lower()}:
            found.setdefault(key, []).append((file, part))
    return found


def _find(cell: str | None, places: Places, near: str) -> tuple[Path, Part | None] | None:
    """The picture that a cell names; of several one in a folder that is called as the table is."""
    name = (cell or "").strip().replace("\\", "/").lower().removeprefix("./")
    found = places.get(name) or places.get(name.rsplit("/", 1)[-1]) if name else None
    if not found:
        return None
    return next((item for item in found if item[0].parent.name.lower() == near), found[0])


def _label_column(texts: dict[str, list[str]] | object, names: list[str], place: Path) -> str:
    """The column that is called as labels are, else the one with the fewest different values (two at least)."""
    by_name = {name.lower(): name for name in names}
    for word in LABELS:
        if word in by_name:
            return by_name[word]
    counts = {name: len(set(texts[name])) for name in names}  # type: ignore[index]
    usable = [name for name in names if 1 < counts[name] <= MOST_CLASSES and name.lower() not in SPLITS]
    if not usable:
        raise DataError(f"{place.name} has no column with classes beside the names of the pictures.")
    return min(usable, key=lambda name: counts[name])


def _are_splits(cells: Sequence[str]) -> bool:
    return all((cell or "").strip().lower() in PARTS for cell in cells)


def _order(name: str) -> tuple[int, float, str]:
    """Numbers by their size, before words."""
    try:
        return (0, float(name), name)
    except ValueError:
        return (1, 0.0, name)


def _made(
    path: Path, classes: Sequence[str], found: Sequence[tuple[str, Path, Part | None]], ignored: Counter[str],
    notes: Sequence[str],
) -> Folder:  # fmt: skip
    numbers = {name: number for number, name in enumerate(classes)}
    pictures = tuple(Picture(file, numbers[name], part) for name, file, part in found)
    return Folder(path, tuple(classes), pictures, ignored, tuple(notes))

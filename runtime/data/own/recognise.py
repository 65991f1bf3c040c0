"""What a dropped file or folder is: only names and first bytes are looked at, so it answers at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from runtime.data.csv_text import first_text
from runtime.data.own.columned import columned, window_for
from runtime.data.own.entries import (
    ARRAYS,
    COLUMNAR,
    ENOUGH,
    PACKED,
    PICTURES,
    TABLES,
    TEXTS,
    UNREADABLE_PICTURES,
    Part,
    entries,
    has,
    named,
    starts,
    subfolders,
)
from runtime.data.own.parted import IN_PARTS, PART_OPTIONS, lacking, parts_among, shards
from runtime.data.own.peeking import kind_of, peek
from runtime.data.own.picture_folders import found_in, parts_of
from runtime.data.schema import DataError

CODE = frozenset((".pkl", ".pickle", ".pt", ".pth", ".joblib", ".ckpt"))
SOUNDS = frozenset((".wav", ".mp3", ".flac", ".ogg", ".m4a"))
SHEETS = frozenset((".xlsx", ".xls", ".ods"))
SIDE_NOTES = ("readme", "license", "licence", "changelog", "citation", "about", "info")
"""What texts are called that lie beside data without being data."""

USUAL_WINDOW, FEW_WINDOWS = 64, 8
"""Tokens in a window of text, unless a file has less than so many windows."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The source that reads a file or folder, the options to begin with, a title for the project, and a
    sentence that says what it was taken for and why."""

    source: str
    options: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    sentence: str = ""


def recognise(path: str | Path, *beside: str | Path) -> Recognised:
    """What this file or folder is; or several files, which may be parts of one table. :class:`DataError` with a
    sentence when nothing can be made of it."""
    together = [Path(each).expanduser().absolute() for each in (path, *beside)]
    if beside and len({place.parent for place in together}) == 1 and all(map(Path.is_file, together)):
        whole = _parted("", together)
        if whole is not None:
            return whole
    place = Path(path).expanduser()
    try:
        about = place.stat()
    except (OSError, ValueError):
        raise DataError(f"There is nothing at {place}.") from None
    place = place.absolute()
    if place.is_dir():
        return _folder(place)
    if not place.is_file():
        raise DataError(f"{place.name} is neither a file nor a folder.")
    if about.st_size == 0:
        raise DataError(f"{place.name} is empty.")
    return _file(place)


def _made(source: str, path: Path, why: str, **options: Any) -> Recognised:
    return Recognised(source, {"path": str(path), **options}, path.stem.replace("_", " ") or path.name, why)


def _file(path: Path) -> Recognised:
    ending = path.suffix.lower()
    refused = {
        **dict.fromkeys(PACKED, "is packed. Unpack it and choose the folder that comes out"),
        **dict.fromkeys(
            CODE, "may hold code, which is never run here. Save the arrays as .npz or .safetensors"
        ),
        **dict.fromkeys(SOUNDS, "is a sound; sounds cannot be read yet. Save their features as .npz"),
        **dict.fromkeys(SHEETS, "is a spreadsheet. Save it as CSV"),
    }
    if ending in refused:
        raise DataError(f"{path.name} {refused[ending]}.")
    if ending in PICTURES:
        raise DataError(f"{path.name} is one picture. Choose the folder that holds all of them.")
    if ending in ARRAYS:
        return _made("own-arrays", path, f"{path.name} holds arrays.")
    if ending in COLUMNAR:
        return _made("own-table", path, f"{path.name} is a table with typed columns.")
    if ending in (".yaml", ".yml"):
        if starts(path, b"names"):
            return _made("own-boxes", path.parent, f"{path.name} names the classes of boxes (YOLO layout).")
        raise DataError(
            f"{path.name} does not name the classes of boxes, and nothing else is read from YAML."
        )
    if ending == ".json":
        if starts(path, b'"annotations"', b'"images"', b'"categories"'):
            return _made("own-boxes", path, f"{path.name} lists boxes of pictures (COCO layout).")
        raise DataError(f"{path.name} does not list boxes of pictures, and nothing else is read from JSON.")
    seen = peek(path)  # raises a sentence for what is not text
    if ending in TEXTS and not (seen.delimiter == "\t" and seen.width > 1) and "number" not in seen.kinds:
        return _text(path)
    if seen.width < 2:
        if ending in TABLES and seen.has_header and not seen.rows:
            raise DataError(f"{path.name} has a header but no rows. There is nothing to learn from.")
        if ending in TABLES and seen.rows and kind_of([row[0] for row in seen.rows]) == "number":
            why = f"{path.name} has one column of numbers, which may follow each other."
            return _made("own-series", path, why, **window_for(seen))
        if ending in TABLES:
            raise DataError(
                f"{path.name} has only one column. A table needs one to predict and at least one to learn from."
            )
        return _text(path)
    source, why, options = columned(path.name, seen)
    return _made(source, path, why, **options)


def _text(path: Path) -> Recognised:
    """A text, in shorter windows where it is short itself."""
    letters = len(first_text(path)[0])
    if letters >= FEW_WINDOWS * USUAL_WINDOW:
        return _made("own-text", path, f"{path.name} is a text.")
    window = letters // FEW_WINDOWS
    if window < 2:
        raise DataError(f"{path.name} holds {letters} characters, which is too little to learn from.")
    return _made("own-text", path, f"{path.name} is a short text.", window=window, stride=max(1, window // 2))


def _folder(path: Path) -> Recognised:
    inside = list(islice(entries(path), ENOUGH * 20))
    folders = {entry.name.lower(): Path(entry.path) for entry in inside if entry.is_dir()}
    files = [Path(entry.path) for entry in inside if entry.is_file()]
    if not inside:
        raise DataError(f"{path.name} is empty.")
    found = found_in(path, folders, files)
    if found is not None:
        source, why, options = found
        return _made(source, path, why, **options)
    wrapped = _wrapped(folders, files)
    if wrapped is not None:
        return _folder(wrapped)
    pictures = [file for file in files if file.suffix.lower() in PICTURES]
    parts = parts_of(folders)
    classes = [place for folder in (parts or [path]) for place in subfolders(folder)]
    filled = sorted({place.name for place in classes if has(place, PICTURES)})
    if len(filled) > 1:
        how = "train and test folders with a folder" if parts else "a folder"
        return _made("own-images", path, f"{path.name} has {how} of pictures for each of {named(filled)}.")
    readable = TABLES | COLUMNAR | ARRAYS
    data = [file for file in files if file.suffix.lower() in readable and file.stat().st_size]
    whole = None if filled or pictures else _parted(path.name, files)
    if whole is not None:
        return whole
    if len(data) == 1 and not pictures:
        return recognise(data[0])
    if data and not pictures and _are_parts(data):
        return _made("own-arrays", path, f"{path.name} holds arrays that belong together.")
    if filled or pictures or any(has(place, PICTURES) for place in folders.values()):
        return _made("own-images", path, f"{path.name} has pictures without classes.")
    texts = sorted({place.name for place in classes if has(place, TEXTS)})
    if len(texts) > 1:
        return _made("own-sentences", path, f"{path.name} has a folder of texts for each of {named(texts)}.")
    if has(path, TEXTS):
        return _made("own-text", path, f"{path.name} has text files.")
    if data:
        raise DataError(
            f"{path.name} has {len(data)} data files. Choose one of them: {named([f.name for f in data])}."
        )
    _nothing(path, files)


def _parted(title: str, files: list[Path]) -> Recognised | None:
    """A table whose rows to train and to test with stand in several files, where these are so called."""
    found = parts_among([file for file in files if file.stat().st_size])
    if found is None:
        return None
    first, *held = found.items()
    whole = recognise(first[1])
    if whole.source not in IN_PARTS and whole.source != "own-series":
        return None
    read = [file for place in found.values() for file in shards(place)]
    rest = [file.name for file in files if file.suffix.lower() in TABLES | COLUMNAR and file not in read]
    said, options = [whole.sentence], dict(whole.options)
    if whole.source == "own-series":  # is divided by time
        rest = [*(place.name for _, place in held), *rest]
    else:
        for part, place in held:
            why = _unlike(first[1], place, part)
            if not why:
                options[PART_OPTIONS[part]] = place.name
            said.append(why or f"{place.name} has its {part} rows.")
    if rest:
        said.append(f"{named(sorted(rest))} {'is' if len(rest) == 1 else 'are'} not read.")
    return Recognised(whole.source, options, title.replace("_", " ") or whole.title, " ".join(said))


def _unlike(first: Path, place: Path, part: Part) -> str:
    """Why a file of text is no part of a table, as its first rows tell: the test file of a contest has no answers."""
    if first.suffix.lower() in COLUMNAR:
        return ""
    one = peek(first)
    other = peek(place, "yes" if one.has_header else "no")
    if not one.has_header and one.width == other.width:
        return ""
    return lacking(place, other.names, first, one.names, part)


def _are_parts(data: list[Path]) -> bool:
    """Whether files are the samples and targets of one set, as x_train.npy and y_train.npy are."""
    from runtime.data.own.arrays import INPUTS, TARGETS

    words = [file.stem.lower().split("_") for file in data]
    both = all(any(word in names for each in words for word in each) for names in (INPUTS, TARGETS))
    return both and all(file.suffix.lower() == ".npy" for file in data)


def _nothing(path: Path, files: list[Path]) -> NoReturn:
    """Nothing can be read: say so, and what to do with what is there."""
    packed = [file.name for file in files if file.suffix.lower() in PACKED]
    if packed:
        raise DataError(
            f"{path.name} holds {named(packed)}. Unpack that and choose the folder that comes out."
        )
    for ending in sorted(UNREADABLE_PICTURES):
        if has(path, (ending,)):
            raise DataError(
                f"{path.name} holds {ending} files, which cannot be read. Save them as PNG or JPEG pictures."
            )
    raise DataError(f"{path.name} holds no pictures, tables, texts or arrays that could be read.")


def _wrapped(folders: dict[str, Path], files: list[Path]) -> Path | None:
    """The only folder in a folder that holds no data beside it, as comes out of most archives."""
    if len(folders) != 1:
        return None
    known = PICTURES | TABLES | COLUMNAR | ARRAYS | TEXTS | {".json"}
    beside = [
        file
        for file in files
        if file.suffix.lower() in known and not file.stem.lower().startswith(SIDE_NOTES)
    ]
    inner = next(iter(folders.values()))
    return None if beside or not has(inner, PICTURES | TABLES | COLUMNAR | ARRAYS) else inner

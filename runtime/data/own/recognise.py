"""What a dropped file or folder is: only names and first bytes are looked at, so it answers at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from runtime.data.own.peeking import SENTENCE_WORDS, Peek, peek
from runtime.data.own.two_folders import known_pair
from runtime.data.schema import DataError

PICTURES = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
)
TABLES = frozenset((".csv", ".tsv", ".tab", ".data", ".psv"))
COLUMNAR = frozenset((".parquet", ".pq"))
TEXTS = frozenset((".txt", ".text", ".md", ".rst", ".py", ".tex", ".html", ".log"))
ARRAYS = frozenset((".npy", ".npz", ".safetensors"))
PACKED = frozenset((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"))
CODE = frozenset((".pkl", ".pickle", ".pt", ".pth", ".joblib", ".ckpt"))
SOUNDS = frozenset((".wav", ".mp3", ".flac", ".ogg", ".m4a"))
SHEETS = frozenset((".xlsx", ".xls", ".ods"))
MASK_FOLDERS = ("masks", "mask", "segmentationclass", "segmentation", "annotations", "labels", "gt")
IMAGE_FOLDERS = ("images", "image", "jpegimages", "imgs", "img", "pictures")
PART_FOLDERS = ("train", "training", "val", "valid", "validation", "dev", "test", "testing")
ENOUGH = 200
"""So many entries of a folder say what it holds."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The source that reads a file or folder, the options to begin with, a title for the project, and a
    sentence that says what it was taken for and why."""

    source: str
    options: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    sentence: str = ""


def recognise(path: str | Path) -> Recognised:
    """What this file or folder is. :class:`DataError` with a sentence when nothing can be made of it."""
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
        if _starts(path, b"names"):
            return _made("own-boxes", path.parent, f"{path.name} names the classes of boxes (YOLO layout).")
        raise DataError(
            f"{path.name} does not name the classes of boxes, and nothing else is read from YAML."
        )
    if ending == ".json":
        if _starts(path, b'"annotations"', b'"images"', b'"categories"'):
            return _made("own-boxes", path, f"{path.name} lists boxes of pictures (COCO layout).")
        raise DataError(f"{path.name} does not list boxes of pictures, and nothing else is read from JSON.")
    seen = peek(path)  # raises a sentence for what is not text
    if ending in TEXTS and not (seen.delimiter == "\t" and seen.width > 1) and "number" not in seen.kinds:
        return _made("own-text", path, f"{path.name} is a text.")
    if seen.width < 2:
        if ending in TABLES and seen.has_header and not seen.rows:
            raise DataError(f"{path.name} has a header but no rows. There is nothing to learn from.")
        if ending in TABLES:
            raise DataError(
                f"{path.name} has only one column. A table needs one to predict and at least one to learn from."
            )
        return _made("own-text", path, f"{path.name} is a text.")
    return _table(path, seen)


def _table(path: Path, seen: Peek) -> Recognised:
    if _is_pairs(seen):
        first, second = seen.names[:2]
        return _made(
            "own-pairs", path, f"{path.name} has pairs of sentences: “{first}” and “{second}”.",
            first=first, second=second,
        )  # fmt: skip
    kinds = dict(zip(seen.names, seen.kinds, strict=True))
    text = [name for name, kind in kinds.items() if kind == "text"] or _repeated_sentences(seen)
    words = [
        name
        for name, kind in kinds.items()
        if (kind == "category" or _is_label(seen, name)) and name not in text
    ]
    rest = [name for name in kinds if name not in text and name not in words and not seen.counts(name)]
    if len(text) == 1 and len(words) == 1 and not rest:
        return _made(
            "own-sentences", path, f"{path.name} has sentences (“{text[0]}”), each with its “{words[0]}”.",
            text=text[0], target=words[0],
        )  # fmt: skip
    dates = [name for name, kind in kinds.items() if kind == "date" and seen.rises(name)]
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    if dates and numbers and len(dates) + len(numbers) == len(kinds):
        return _made(
            "own-series", path, f"{path.name} is a series: its rows follow each other by “{dates[0]}”.",
            time=dates[0],
        )  # fmt: skip
    return _made("own-table", path, f"{path.name} is a table of {seen.width} columns.")


def _repeated_sentences(seen: Peek) -> list[str]:
    """The one of two columns that holds sentences, though many of them come again (made from a pattern)."""
    if seen.width != 2:
        return []
    columns = {name: seen.column(name) for name in seen.names}
    found = [
        name
        for name, cells in columns.items()
        if seen.kind(name) == "category"
        and sum(len(cell.split()) for cell in cells) >= SENTENCE_WORDS * len(cells)
        and len(set(cells)) > 2 * min(len(set(other)) for key, other in columns.items() if key != name)
    ]
    return found if len(found) == 1 else []


def _is_pairs(seen: Peek) -> bool:
    """Two columns of sentences (or of words that hardly ever come again), and nothing else but perhaps a column
    that says where they are from."""
    if seen.width not in (2, 3) or len(seen.rows) < 2 or (seen.width == 3 and seen.delimiter != "\t"):
        return False
    if any(kind not in ("text", "category") for kind in seen.kinds):
        return False
    return all(
        seen.kinds[place] == "text" or len(set(seen.column(seen.names[place]))) > 0.9 * len(seen.rows)
        for place in (0, 1)
    )


def _is_label(seen: Peek, name: str) -> bool:
    """Few different whole numbers, as a label of sentences may be."""
    values = seen.column(name)
    return seen.kind(name) == "number" and len(set(values)) <= 10 and not seen.counts(name) and all(
        value.strip().lstrip("-").isdigit() for value in values if value.strip()
    )  # fmt: skip


def _folder(path: Path) -> Recognised:
    entries = list(islice(_entries(path), ENOUGH * 20))
    folders = {entry.name.lower(): Path(entry.path) for entry in entries if entry.is_dir()}
    files = [Path(entry.path) for entry in entries if entry.is_file()]
    if not entries:
        raise DataError(f"{path.name} is empty.")
    found = _boxes(path, folders, files) or _masks(path, folders)
    if found is not None:
        return found
    pair = known_pair(set(folders))
    if pair is not None and _belong_together(pair, folders):
        one, other = (folders[name].name for name in pair)
        why = f"{path.name} has pictures in “{one}” that are to become those in “{other}”."
        return _made("own-picture-pairs", path, why, first=one, second=other)
    pictures = [file for file in files if file.suffix.lower() in PICTURES]
    parts = [place for name, place in folders.items() if name in PART_FOLDERS]
    divided = bool(parts) and len(parts) == len(folders)
    classes = [place for folder in (parts if divided else [path]) for place in _subfolders(folder)]
    filled = sorted({place.name for place in classes if _has(place, PICTURES)})
    if len(filled) > 1:
        how = "train and test folders with a folder" if divided else "a folder"
        return _made("own-images", path, f"{path.name} has {how} of pictures for each of {_named(filled)}.")
    readable = TABLES | COLUMNAR | ARRAYS
    data = [file for file in files if file.suffix.lower() in readable and file.stat().st_size]
    if len(data) == 1 and not pictures:
        return recognise(data[0])
    if filled or pictures or any(_has(place, PICTURES) for place in folders.values()):
        return _made("own-images", path, f"{path.name} has pictures without classes.")
    texts = sorted({place.name for place in classes if _has(place, TEXTS)})
    if len(texts) > 1:
        return _made("own-sentences", path, f"{path.name} has a folder of texts for each of {_named(texts)}.")
    if _has(path, TEXTS):
        return _made("own-text", path, f"{path.name} has text files.")
    if data:
        raise DataError(
            f"{path.name} has {len(data)} data files. Choose one of them: {_named([f.name for f in data])}."
        )
    raise DataError(f"{path.name} holds no pictures, tables, texts or arrays that could be read.")


def _belong_together(pair: tuple[str, str], folders: dict[str, Path]) -> bool:
    """Whether two folders are no classes: nothing else stands beside them, and what is called so shortly that it
    might be a class has pictures of the same names."""
    if set(folders) - set(pair) - {"testa", "testb"} or not all(
        _has(folders[name], PICTURES) for name in pair
    ):
        return False
    one, other = ({file.stem for file in _files(folders[name])} for name in pair)
    return len(pair[0]) > 1 or len(one & other) > 0.9 * max(len(one), len(other))


def _boxes(path: Path, folders: dict[str, Path], files: list[Path]) -> Recognised | None:
    names = {file.name.lower() for file in files}
    places = [place for name, place in folders.items() if name in (*PART_FOLDERS, "labels")]
    places += [
        inner
        for place in places
        for inner in _subfolders(place)
        if inner.name.lower() in (*PART_FOLDERS, "labels")
    ]
    labels = any(
        place.name.lower() == "labels" or place.parent.name.lower() == "labels"
        for place in places
        if _has(place, (".txt",))
    )
    if labels and (
        names & {"data.yaml", "data.yml", "classes.txt"} or folders.keys() & set(IMAGE_FOLDERS) or places
    ):
        return _made("own-boxes", path, f"{path.name} has a text of boxes beside each picture (YOLO layout).")
    listed = [file for file in files if file.suffix.lower() == ".json"]
    for folder in ("annotations", *PART_FOLDERS):
        if folder in folders:
            listed += [file for file in _files(folders[folder]) if file.suffix.lower() == ".json"]
    for file in listed[:20]:
        if _starts(file, b'"annotations"', b'"images"', b'"categories"'):
            return _made("own-boxes", path, f"{file.name} lists the boxes of the pictures (COCO layout).")
    return None


def _masks(path: Path, folders: dict[str, Path]) -> Recognised | None:
    pictures = next((folders[name] for name in IMAGE_FOLDERS if name in folders), None)
    masks = next(
        (folders[name] for name in MASK_FOLDERS if name in folders and _has(folders[name], PICTURES)), None
    )
    if pictures is None or masks is None or not _has(pictures, PICTURES):
        return None
    return _made(
        "own-masks", path, f"{path.name} has pictures in “{pictures.name}” and their masks in “{masks.name}”."
    )


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith((".", "__")):
                    yield entry
    except OSError as error:
        raise DataError(f"{path} cannot be looked into: {error.strerror or error}.") from error


def _subfolders(path: Path) -> list[Path]:
    return [Path(entry.path) for entry in islice(_entries(path), ENOUGH * 20) if entry.is_dir()][:ENOUGH]


def _files(path: Path) -> list[Path]:
    return [Path(entry.path) for entry in islice(_entries(path), ENOUGH) if entry.is_file()]


def _has(path: Path, endings: Any, depth: int = 2) -> bool:
    """Whether one of the first files in a folder, or in folders in it, ends so."""
    if any(file.suffix.lower() in endings for file in _files(path)):
        return True
    return depth > 0 and any(_has(folder, endings, depth - 1) for folder in _subfolders(path)[:5])


def _starts(path: Path, *words: bytes) -> bool:
    """Whether one of these words stands in the first bytes (or, for COCO's long files, the last)."""
    try:
        with path.open("rb") as file:
            head = file.read(65536)
            file.seek(max(0, path.stat().st_size - 65536))
            tail = file.read(65536)
    except OSError:
        return False
    return any(word in head or word in tail for word in words)


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"

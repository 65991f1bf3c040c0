"""What a folder with pictures is: with classes, with masks, with boxes, in pairs. Only names are looked at."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from runtime.data.own.entries import (  # fmt: skip
    ENOUGH,
    PICTURES,
    TABLES,
    files_in,
    has,
    named,
    starts,
    subfolders,
)
from runtime.data.own.peeking import peek
from runtime.data.own.two_folders import known_pair
from runtime.data.schema import DataError

MASK_FOLDERS = (
    "masks", "mask", "segmentationclass", "segmentation", "segmentations", "annotations", "labels", "gt",
    "ground_truth", "groundtruth", "ground truth", "mask_images", "masks_png",
)  # fmt: skip
IMAGE_FOLDERS = ("images", "image", "jpegimages", "imgs", "img", "pictures", "photos")
XML_FOLDERS = ("annotations", "annotation", "xml", "xmls", "labels")
MASK_ENDINGS = ("_mask", "-mask", "_masks", "_seg", "_segmentation", "_gt", "_groundtruth")
"""What the name of a mask has more than that of its picture, where both lie in one folder."""
BESIDE = ("_masks", "_mask", "_labels", "annot", "_annotations", "_gt")
"""What the folder of the masks has more than that of its pictures: train and train_masks."""
PART_FOLDERS = ("train", "training", "val", "valid", "validation", "dev", "test", "testing")
CAMERAS = frozenset((
    "img", "image", "images", "dsc", "dscn", "dscf", "pxl", "photo", "pic", "picture", "screenshot", "frame", "scan",
    "sample", "file",
))  # fmt: skip
"""What cameras and programs call their pictures: no classes."""
FEWEST = 5
"""Pictures of one name from which on the name may be a class."""
LOOKED = 20
"""Rows of a table whose pictures are looked for."""

Found = tuple[str, str, dict[str, Any]]
"""Source, the sentence that says why, and options beside the path."""


def found_in(path: Path, folders: dict[str, Path], files: list[Path]) -> Found | None:
    """What the pictures of a folder come with; ``None`` when nothing but their folders tells anything."""
    found = _boxes(path, folders, files) or _masks(path, folders) or _xml(path, folders, files)
    if found is not None:
        return found
    pair = known_pair(set(folders))
    if pair is not None and _belong_together(pair, folders):
        one, other = (folders[name].name for name in pair)
        why = f"{path.name} has pictures in “{one}” that are to become those in “{other}”."
        return "own-picture-pairs", why, {"first": one, "second": other}
    return _listed(path, folders, files) or _by_names(path, files)


def parts_of(folders: dict[str, Path]) -> list[Path]:
    """The folders that are splits: train, test and the like, where no others hold pictures beside them."""
    parts = [place for name, place in folders.items() if name in PART_FOLDERS]
    others = [place for name, place in folders.items() if name not in PART_FOLDERS]
    return [] if any(has(place, PICTURES) for place in others) else parts


# -- boxes and masks -------------------------------------------------------------------------------------


def _boxes(path: Path, folders: dict[str, Path], files: list[Path]) -> Found | None:
    names = {file.name.lower() for file in files}
    places = [place for name, place in folders.items() if name in (*PART_FOLDERS, "labels")]
    places += [
        inner
        for place in places
        for inner in subfolders(place)
        if inner.name.lower() in (*PART_FOLDERS, "labels")
    ]
    labels = any(
        place.name.lower() == "labels" or place.parent.name.lower() == "labels"
        for place in places
        if has(place, (".txt",))
    )
    yolo = labels and bool(
        names & {"data.yaml", "data.yml", "classes.txt"} or folders.keys() & set(IMAGE_FOLDERS) or places
    )
    beside = (path, *(place for name, place in folders.items() if name in (*PART_FOLDERS, *IMAGE_FOLDERS)))
    if yolo or any(_texts_of_boxes(place) for place in beside):
        return "own-boxes", f"{path.name} has a text of boxes beside each picture (YOLO layout).", {}
    listed = [file for file in files if file.suffix.lower() == ".json"]
    for folder in ("annotations", *PART_FOLDERS):
        if folder in folders:
            listed += [file for file in files_in(folders[folder]) if file.suffix.lower() == ".json"]
    for file in listed[:20]:
        if starts(file, b'"annotations"', b'"images"', b'"categories"'):
            return "own-boxes", f"{file.name} lists the boxes of the pictures (COCO layout).", {}
    return None


def _xml(path: Path, folders: dict[str, Path], files: list[Path]) -> Found | None:
    """An XML file beside each picture, or in a folder of them."""
    places = [folders[name] for name in (*XML_FOLDERS, *IMAGE_FOLDERS, *PART_FOLDERS) if name in folders]
    for file in (*files, *(file for place in places for file in files_in(place))):
        if file.suffix.lower() == ".xml":
            if not starts(file, b"<annotation"):
                return None
            return (
                "own-boxes",
                f"{path.name} has an XML file of boxes for each picture (Pascal VOC layout).",
                {},
            )
    return None


def _texts_of_boxes(folder: Path) -> bool:
    """Whether pictures and texts of the same names lie in one folder, and the texts have a class and four numbers."""
    seen = files_in(folder)
    pictures = {file.stem for file in seen if file.suffix.lower() in PICTURES}
    texts = [file for file in seen if file.suffix.lower() == ".txt" and file.stem in pictures]
    if 2 * len(texts) < len(pictures) or not texts:
        return False
    for file in texts[:LOOKED]:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        first = next((line.split() for line in lines if line.strip()), None)
        if first is not None:
            return len(first) >= 5 and first[0].isdigit() and all(_is_number(cell) for cell in first[1:])
    return False


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _masks(path: Path, folders: dict[str, Path]) -> Found | None:
    for root in (path, *(place for name, place in folders.items() if name in PART_FOLDERS)):
        inside = folders if root is path else {place.name.lower(): place for place in subfolders(root)}
        pair = mask_folders(inside)
        if pair is not None and all(has(place, PICTURES) for place in pair):
            where = f"{path.name}" if root is path else f"{path.name}/{root.name}"
            return (
                "own-masks", f"{where} has pictures in “{pair[0].name}” and their masks in “{pair[1].name}”.", {},
            )  # fmt: skip
    for name in PART_FOLDERS:
        masks = masks_beside(name, folders)
        if masks is not None and has(masks, PICTURES) and has(folders[name], PICTURES):
            why = f"{path.name} has pictures in “{folders[name].name}” and their masks in “{masks.name}”."
            return "own-masks", why, {}
    for place in (path, *list(folders.values())[:5]):
        seen = [file.stem.lower() for file in files_in(place) if file.suffix.lower() in PICTURES]
        known = set(seen)
        masks_of = [name for name in seen if (plain := without_mask(name)) and plain in known]
        if masks_of and 3 * len(masks_of) >= len(seen):
            return (
                "own-masks",
                f"{path.name} has the masks of the pictures beside them (“{masks_of[0]}”).",
                {},
            )
    return None


def mask_folders(inside: dict[str, Path]) -> tuple[Path, Path] | None:
    """The folder of the pictures and that of their masks, among folders by their names in small letters."""
    images = next((inside[name] for name in IMAGE_FOLDERS if name in inside), None)
    masks = next((inside[name] for name in MASK_FOLDERS if name in inside), None)
    return None if images is None or masks is None else (images, masks)


def masks_beside(name: str, folders: dict[str, Path]) -> Path | None:
    """The folder of the masks of the folder of this name: train_masks of train."""
    if name not in folders:
        return None
    return next((folders[name + ending] for ending in BESIDE if name + ending in folders), None)


def without_mask(name: str) -> str:
    """The name of the picture whose mask is called so; empty when that is no name of a mask."""
    return next((name.removesuffix(ending) for ending in MASK_ENDINGS if name.endswith(ending)), "")


def _belong_together(pair: tuple[str, str], folders: dict[str, Path]) -> bool:
    """Whether two folders are no classes: nothing else stands beside them, and what is called so shortly that it
    might be a class has pictures of the same names."""
    if set(folders) - set(pair) - {"testa", "testb"} or not all(
        has(folders[name], PICTURES) for name in pair
    ):
        return False
    one, other = ({file.stem for file in files_in(folders[name])} for name in pair)
    return len(pair[0]) > 1 or len(one & other) > 0.9 * max(len(one), len(other))


# -- classes that stand elsewhere than in the names of folders ---------------------------------------------


def _listed(path: Path, folders: dict[str, Path], files: list[Path]) -> Found | None:
    """A table beside the pictures that names them and their classes."""
    tables = [file for file in files if file.suffix.lower() in TABLES and file.stat().st_size]
    here = any(file.suffix.lower() in PICTURES for file in files)
    if not tables or not (here or any(has(place, PICTURES) for place in folders.values())):
        return None
    best: tuple[int, str] | None = None
    for table in sorted(tables)[:LOOKED]:
        try:
            seen = peek(table)
        except DataError:
            continue
        if len(seen.names) < 2 or not seen.rows:
            continue
        rows = seen.rows[:LOOKED]
        there = max(
            sum(is_there(path, folders, row[place]) for row in rows) / len(rows)
            for place in range(seen.width)
        )
        different = max(len(set(seen.column(name))) for name in seen.names)
        labelled = any(1 < len(set(seen.column(name))) < max(3, different) for name in seen.names)
        if there > 0.5 and labelled and (best is None or len(seen.rows) > best[0]):
            best = (len(seen.rows), table.name)
    if best is None:
        return None
    return "own-images", f"{best[1]} names the pictures in {path.name} and their classes.", {
        "classes": "table", "table": best[1],
    }  # fmt: skip


def is_there(path: Path, folders: dict[str, Path], name: str) -> bool:
    """Whether a picture of this name (perhaps without its ending) lies in the folder or in one of those in it."""
    name = name.strip().replace("\\", "/")
    if not name or name.startswith("/") or ".." in name.split("/"):
        return False
    endings = ("",) if os.path.splitext(name)[1].lower() in PICTURES else (".jpg", ".png", ".jpeg", ".JPG")
    places = (path, *list(folders.values())[:LOOKED])
    return any(os.path.isfile(place / (name + ending)) for place in places for ending in endings)


def class_in(stem: str) -> str | None:
    """The class that a file's name begins with, before a number: "cat.12", "great_pyrenees_7"."""
    match = re.fullmatch(r"([^\W\d_]+(?:[ _.-]+[^\W\d_]+)*)[ _.-]*\(?\d+\)?", stem)
    return match.group(1) if match else None


def _by_names(path: Path, files: list[Path]) -> Found | None:
    """Loose pictures whose names begin with their classes."""
    if any(has(entry_path, PICTURES) for entry_path in subfolders(path)[:LOOKED]):
        return None
    stems = [file.stem for file in files if file.suffix.lower() in PICTURES]
    counts = Counter(class_in(stem) for stem in stems)
    strange = counts.pop(None, 0)
    if not 2 <= len(counts) <= ENOUGH or strange > 0.05 * len(stems) or min(counts.values()) < FEWEST:
        return None
    names = sorted(str(name) for name in counts)
    if any(name.lower().rstrip(" _.-") in CAMERAS for name in names):
        return None
    why = f"The names of the pictures in {path.name} begin with their classes: {named(names)}."
    return "own-images", why, {"classes": "file names"}

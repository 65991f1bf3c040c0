"""Pictures with boxes as Pascal VOC and LabelImg write them: an XML file for each picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from runtime.data.own.box_files import Boxes, Scene, add_box, by_name, part_of, size_of
from runtime.data.own.entries import PARTS, Part
from runtime.data.source import Loading

FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
"""What such files never have; entities can make a small file fill the memory."""


def voc_files(path: Path) -> list[Path]:
    """The XML files below a folder that annotate a picture."""
    found = []
    for file in sorted(path.rglob("*.xml")):
        if not file.name.startswith("."):
            with file.open("rb") as stream:
                if b"<annotation" in stream.read(2048):
                    found.append(file)
    return found


def read_voc(files: list[Path], root: Path, loading: Loading) -> Boxes:
    """The boxes of these files, with the names of their classes in order."""
    read: list[tuple[Path, Path, list[tuple[str, list[float]]], tuple[float, float]]] = []
    found = Boxes(root, [])
    known = by_name(root)
    stems = {place.stem: place for places in known.values() for place in places}
    for number, file in enumerate(files):
        if number % 200 == 0:
            loading.step(0.5 * number / len(files), f"Reading the boxes of {number:,} pictures")
        tree = _parsed(file, found)
        if tree is None:
            continue
        name = (tree.findtext("filename") or "").replace("\\", "/").rsplit("/", 1)[-1]
        image = next(iter(known.get(name, ())), None) or stems.get(file.stem)
        if image is None:
            found.fault("Listed pictures that are not there", name or file.name)
            continue
        read.append((file, image, _things(tree), size_of(image)))
    found.classes = sorted({name for _, _, things, _ in read for name, _ in things})
    numbers = {name: number for number, name in enumerate(found.classes)}
    splits = _splits(root)
    for file, image, things, (width, height) in read:
        scene = Scene(image, [], splits.get(image.stem) or part_of(image.parent, root))
        if not width or not height:
            found.fault("Pictures that cannot be read", image.name)
            continue
        for name, corners in things:
            if len(corners) != 4:
                found.fault("Boxes that are not four numbers", file.name)
                continue
            left, top, right, bottom = corners
            add_box(
                found, scene, numbers[name], (left / width, top / height, right / width, bottom / height), file.name
            )  # fmt: skip
        found.scenes.append(scene)
    return found


def _parsed(file: Path, found: Boxes) -> ElementTree.Element | None:
    try:
        words = file.read_bytes()
        if any(each in words for each in FORBIDDEN):
            found.fault("XML files with definitions of their own, which are not read", file.name)
            return None
        return ElementTree.fromstring(words)
    except (OSError, ElementTree.ParseError, ValueError, LookupError):
        found.fault("XML files that cannot be read", file.name)
        return None


def _things(tree: ElementTree.Element) -> list[tuple[str, list[float]]]:
    """The name of every thing and its left, top, right and bottom in pixels; fewer numbers where some are missing."""
    found = []
    for thing in tree.iter("object"):
        corners = []
        for side in ("xmin", "ymin", "xmax", "ymax"):
            try:
                corners.append(float(thing.findtext(f"bndbox/{side}") or ""))
            except ValueError:
                continue
        whole = all(abs(value) < 1e9 for value in corners)
        found.append(((thing.findtext("name") or "thing").strip(), corners if whole else []))
    return found


def _splits(root: Path) -> dict[str, Part]:
    """The splits of Pascal VOC: names of pictures in ImageSets/Main/val.txt and test.txt."""
    found: dict[str, Part] = {}
    for name in ("val", "test"):
        file = root / "ImageSets" / "Main" / f"{name}.txt"
        if file.is_file():
            words = file.read_text(encoding="utf-8", errors="replace").split()
            found.update(dict.fromkeys(words, PARTS[name]))
    return found

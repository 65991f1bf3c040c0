"""Pictures with boxes: COCO's JSON files, YOLO's texts and VOC's XML, read with whatever is wrong in them told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.data.folder import ENDINGS
from runtime.data.own.entries import PARTS, Part
from runtime.data.schema import DataError
from runtime.data.source import Loading

Box = tuple[int, float, float, float, float]
"""Class, centre x, centre y, width, height, from 0 to 1 of the picture."""
YAMLS = ("data.yaml", "data.yml", "dataset.yaml")
SHOWN = 5


@dataclass(slots=True)
class Scene:
    """One picture with its boxes."""

    image: Path
    boxes: list[Box]
    part: Part | None


@dataclass(slots=True)
class Boxes:
    """All pictures of a folder, the names of the classes, and what was wrong."""

    root: Path
    classes: list[str]
    scenes: list[Scene] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, kind: str, where: str) -> None:
        self.faults.setdefault(kind, []).append(where)

    @property
    def notes(self) -> list[str]:
        """A sentence for every kind of fault, with the first places it was found in."""
        found = []
        for kind, places in self.faults.items():
            more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
            found.append(f"{kind}: {len(places):,} ({', '.join(places[:SHOWN])}{more}).")
        return found


def read_boxes(path: Path, loading: Loading) -> Boxes:
    """The boxes of a folder (or of one COCO file). :class:`DataError` when there are none."""
    loading.step(0.0, f"Looking through {path.name}")
    files = [path] if path.is_file() else coco_files(path)
    if files:
        found = _coco(files, path if path.is_dir() else path.parent, loading)
    else:
        from runtime.data.own.voc_boxes import read_voc, voc_files

        written = voc_files(path)
        found = read_voc(written, path, loading) if written else _yolo(path, loading)
    if not found.scenes:
        told = " ".join(found.notes)
        raise DataError(
            f"{path} holds no pictures with boxes, as COCO, YOLO or Pascal VOC write them. {told}".strip()
        )
    if not any(scene.boxes for scene in found.scenes):
        raise DataError(
            f"None of the {len(found.scenes):,} pictures in {path} has a box. {' '.join(found.notes)}".strip()
        )
    return found


# -- COCO -------------------------------------------------------------------------------------------------


def coco_files(path: Path) -> list[Path]:
    """The JSON files below a folder that list annotations."""
    found = []
    for file in sorted({*path.glob("*.json"), *path.glob("*/*.json"), *path.glob("*/*/*.json")}):
        with file.open("rb") as stream:
            head = stream.read(65536)
            stream.seek(max(0, file.stat().st_size - 65536))
            tail = stream.read()
        words = (b'"annotations"', b'"images"', b'"categories"')
        if any(word in head or word in tail for word in words):
            found.append(file)
    return found


def _coco(files: list[Path], root: Path, loading: Loading) -> Boxes:
    read = [(file, _json(file)) for file in files]
    # Captions, keypoints and panoptic files lie beside the boxes and have none.
    with_boxes = [
        (file, data)
        for file, data in read
        if any("bbox" in item for item in _items(data, "annotations")[:50])
    ]
    names: dict[str, None] = {}
    for _, data in with_boxes or read:
        for item in sorted(_items(data, "categories"), key=lambda item: str(item.get("id")).zfill(9)):
            names[str(item.get("name", item.get("id")))] = None
    found = Boxes(root, list(names))
    places = {name: number for number, name in enumerate(names)}
    known = by_name(root)
    for file, data in with_boxes:
        loading.step(0.2, f"Reading {file.name}")
        _one_coco(file, data, places, known, found)
    return found


def _of_this_part(same: list[Path], file: Path, root: Path) -> Path | None:
    """Of pictures with one name that which lies where the words of the file's name say: val2017 for
    instances_val2017.json."""
    words = set(_words(file, root))
    return max(same, key=lambda place: len(words & set(_words(place.parent, root))), default=None)


def part_of(place: Path, root: Path) -> Part | None:
    """The split that a file or folder belongs to by the words of its path below ``root``."""
    return next((PARTS[word] for word in _words(place, root) if word in PARTS), None)


def _one_coco(
    file: Path, data: Any, places: dict[str, int], known: dict[str, list[Path]], found: Boxes
) -> None:
    part = part_of(file, found.root)
    categories = {item.get("id"): places[str(item.get("name", item.get("id")))] for item in _items(data, "categories")
                  if str(item.get("name", item.get("id"))) in places}  # fmt: skip
    scenes: dict[Any, tuple[Scene, float, float]] = {}
    for item in _items(data, "images"):
        name = str(item.get("file_name", ""))
        inside = bool(name) and not Path(name).is_absolute() and ".." not in Path(name).parts
        tries = (file.parent / name, found.root / name) if inside else ()
        place = next((place for place in tries if place.is_file()), None)
        place = place or _of_this_part(known.get(Path(name).name, []), file, found.root)
        width, height = _number(item.get("width")), _number(item.get("height"))
        if place is None:
            found.fault("Listed pictures that are not there", name or "(without a name)")
            continue
        if not width or not height:
            width, height = size_of(place)
        if not width or not height:
            found.fault("Pictures that cannot be read", place.name)
            continue
        scene = Scene(place, [], part)
        scenes[item.get("id")] = (scene, width, height)
        found.scenes.append(scene)
    for number, item in enumerate(_items(data, "annotations")):
        where = f"annotation {item.get('id', number)}"
        scene_of = scenes.get(item.get("image_id"))
        box = item.get("bbox")
        if scene_of is None:
            found.fault("Boxes of no picture that is there", where)
        elif item.get("category_id") not in categories:
            found.fault("Boxes of a class without a name", where)
        elif not isinstance(box, list) or len(box) != 4 or any(_number(value) is None for value in box):
            found.fault("Boxes that are not four numbers", where)
        elif item.get("iscrowd") == 1:
            found.fault("Boxes around a crowd instead of one thing, which are left out", where)
        else:
            scene, width, height = scene_of
            x, y, w, h = (float(value) for value in box)
            add_box(found, scene, categories[item["category_id"]],
                 (x / width, y / height, (x + w) / width, (y + h) / height), where)  # fmt: skip


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{file.name} is not JSON that can be read: {error}.") from error


def _items(data: Any, key: str) -> list[dict[str, Any]]:
    items = data.get(key) if isinstance(data, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _words(file: Path, root: Path) -> list[str]:
    """train, val, … in the name of a file and of its folders."""
    inside = file.relative_to(root) if file.is_relative_to(root) else Path(file.name)
    return re.findall(r"[a-z]+", inside.as_posix().lower())


# -- YOLO -------------------------------------------------------------------------------------------------


def _yolo(path: Path, loading: Loading) -> Boxes:
    found = Boxes(path, _class_names(path))
    highest = -1
    for number, image in enumerate(_images(path)):
        if number % 200 == 0:
            loading.step(0.1, f"Reading the boxes of {number:,} pictures")
        text = _text_of(image, path)
        part = part_of(image.parent, path)
        scene = Scene(image, [], part)
        if text is None:
            found.fault("Pictures without a text of boxes, which count as empty", image.name)
        else:
            for line, cells in _lines(text, found):
                where = f"{text.name} line {line}"
                number_of = int(cells[0])
                highest = max(highest, number_of)
                if found.classes and number_of >= len(found.classes):
                    found.fault("Boxes of a class without a name", where)
                    continue
                x, y, w, h = _outline(cells[1:])
                add_box(found, scene, number_of, (x - w / 2, y - h / 2, x + w / 2, y + h / 2), where)
        found.scenes.append(scene)
    if found.scenes and all(_text_of(scene.image, path) is None for scene in found.scenes):
        found.scenes = []
    if not found.classes:
        found.classes = [f"class {number}" for number in range(highest + 1)]
    return found


def _outline(values: list[float]) -> tuple[float, float, float, float]:
    """Four numbers are a box; more are the corners of an outline, whose box is taken."""
    if len(values) == 4:
        return values[0], values[1], values[2], values[3]
    left, right, top, bottom = min(values[0::2]), max(values[0::2]), min(values[1::2]), max(values[1::2])
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def _lines(file: Path, found: Boxes) -> Iterator[tuple[int, list[float]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        found.fault("Texts that cannot be read", file.name)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            cells = [float(cell) for cell in line.split()]
        except ValueError:
            cells = []
        whole = bool(cells) and cells[0] >= 0 and cells[0] == int(cells[0])
        finite = all(abs(cell) < 1e6 for cell in cells)
        if not whole or not finite or not (len(cells) == 5 or (len(cells) >= 7 and len(cells) % 2)):
            found.fault("Lines that are not a class and four numbers", f"{file.name} line {number}")
        else:
            yield number, cells


def _images(path: Path) -> list[Path]:
    return sorted(
        file for file in path.rglob("*")
        if file.suffix.lower() in ENDINGS and not file.name.startswith(".") and file.is_file()
    )  # fmt: skip


def _text_of(image: Path, root: Path) -> Path | None:
    """The text beside a picture, or at the same place below “labels” instead of “images”."""
    beside = image.with_suffix(".txt")
    if beside.is_file():
        return beside
    parts = list(image.relative_to(root).with_suffix(".txt").parts)
    for number in range(len(parts) - 1, -1, -1):
        if parts[number].lower() in ("images", "image", "imgs", "img", "jpegimages"):
            place = root.joinpath(*parts[:number], "labels", *parts[number + 1 :])
            if place.is_file():
                return place
    return None


def _class_names(path: Path) -> list[str]:
    for name in YAMLS:
        if (path / name).is_file():
            names = yaml_names((path / name).read_text(encoding="utf-8", errors="replace"))
            if names:
                return names
    for place in (path / "classes.txt", path / "labels" / "classes.txt", path / "obj.names"):
        if place.is_file():
            lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
            return [line.strip() for line in lines if line.strip()]
    return []


def yaml_names(text: str) -> list[str]:
    """The list ``names`` of a data.yaml, written ``[a, b]``, as lines ``- a``, or as lines ``0: a``."""
    match = re.search(r"^names\s*:[ \t]*(.*)$", text, re.MULTILINE)
    if match is None:
        return []
    same = match.group(1).split(" #")[0].strip()
    if same.startswith(("[", "{")):
        inside = text[match.start(1) :]
        end = min((inside.index(mark) for mark in "]}" if mark in inside), default=len(inside))
        items = [item.strip() for item in re.split(r",|\n", inside[1:end]) if item.strip()]
        return [_bare(item.split(":", 1)[-1] if same.startswith("{") else item) for item in items]
    names = []
    for line in text[match.end() :].splitlines()[1:] if not same else []:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = re.match(r"^\s*-\s*(.+)$", line) or re.match(r"^\s+\d+\s*:\s*(.+)$", line)
        if found is None:
            break
        names.append(_bare(found.group(1).split(" #")[0]))
    return names


def _bare(text: str) -> str:
    return text.strip().strip("'\"").strip()


# -- both -------------------------------------------------------------------------------------------------


def add_box(
    found: Boxes, scene: Scene, number: int, corners: tuple[float, float, float, float], where: str
) -> None:
    """Add a box, cut off at the picture's edges; one without an area inside is a fault."""
    left, top, right, bottom = (min(1.0, max(0.0, value)) for value in corners)
    if right - left <= 1e-6 or bottom - top <= 1e-6:
        found.fault("Boxes without an area inside their picture", where)
        return
    if min(corners) < -0.01 or max(corners) > 1.01:
        found.fault("Boxes that reach beyond their picture and are cut off", where)
    scene.boxes.append((number, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top))


def _number(value: Any) -> float | None:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if good else None


def size_of(path: Path) -> tuple[float, float]:
    """Width and height of a picture from its header, turned as the camera was held; 0 when it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            width, height = opened.size
            turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return 0.0, 0.0
    return (height, width) if turned else (width, height)


def by_name(root: Path) -> dict[str, list[Path]]:
    """All pictures below a folder by their names."""
    found: dict[str, list[Path]] = {}
    for file in _images(root):
        found.setdefault(file.name, []).append(file)
    return found


def fitted(boxes: list[Box], image: Path, fit: str) -> list[Box]:
    """Boxes as they lie in the square: "stretch" leaves them as they are, "pad" moves them with the picture."""
    if fit == "stretch":
        return boxes
    width, height = size_of(image)
    if not width or not height:
        return boxes
    side = max(width, height)
    across, down = width / side, height / side
    return [
        (number, (1 - across) / 2 + x * across, (1 - down) / 2 + y * down, w * across, h * down)
        for number, x, y, w, h in boxes
    ]

"""A person's own pictures: one folder per class, or train, validation and test folders of such."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runtime.data.decoding import Colour, Fit
from runtime.data.own.entries import PARTS, PICTURES, Part
from runtime.data.schema import DataError, Schema, classification
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

PixelRange = Literal["0 to 1", "-1 to 1", "standardised"]
ENDINGS = PICTURES


@dataclass(frozen=True, slots=True)
class Picture:
    """One file, its class number and, if the folder is divided, its split."""

    path: Path
    label: int
    part: Part | None


@dataclass(frozen=True, slots=True)
class Folder:
    """What :func:`scan` found: nothing is opened yet. ``ignored`` counts files that are no pictures by their
    endings; ``notes`` are sentences about what was left out."""

    path: Path
    classes: tuple[str, ...]
    pictures: tuple[Picture, ...]
    ignored: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def schema(self, image_size: int = 64, colour: Colour = "rgb") -> Schema:
        """What a picture looks like once it is read. Files that turn out broken are still counted."""
        test = sum(picture.part == "test" for picture in self.pictures)
        return schema_of(self.classes, len(self.pictures), test, image_size, colour)


def schema_of(classes: Sequence[str], size: int, test: int, edge: int, colour: Colour) -> Schema:
    """What a picture looks like, with a class or (without classes) without."""
    names = ("red", "green", "blue") if colour == "rgb" else ("grey",)
    shape = (len(names), edge, edge)
    if not classes:
        return Schema(
            shape, "unlabelled", "image", target_shape=(0,), target_dtype="float32", size=size,
            test_size=test or None, features=names,
        )  # fmt: skip
    return classification(shape, classes, "image", size=size, test_size=test or None, features=names)


def scan(path: str | Path, loading: Loading | None = None) -> Folder:
    """List the pictures below a folder. Each sub-folder is a class, with all the pictures at any depth in it.

    If every sub-folder with pictures is called train, val or test (or a usual variant), they are the splits and the
    classes stand one level deeper. Without two such sub-folders, all the pictures at any depth have no class. Hidden
    files and linked folders are passed over. Raises :class:`DataError` when there are no pictures.
    """
    path = Path(path).expanduser()
    loading = loading or Loading()
    loading.step(0.0, f"Looking through {path.name}")
    roots = roots_of(path)
    divided = roots[0][1] is not None
    found: list[tuple[str, Path, Part | None]] = []
    ignored: Counter[str] = Counter()
    for root, part in roots:
        for folder in _subfolders(root):
            loading.step(0.0, f"Looking through {folder.name}")
            for number, file in enumerate(_files(folder)):
                if number % 500 == 0:
                    loading.step(0.0, f"Looking through {folder.name}")
                if file.suffix.lower() in ENDINGS:
                    found.append((folder.name, file, part))
                else:
                    ignored[file.suffix.lower()] += 1
    classes = tuple(sorted({name for name, _, _ in found}))
    if len(classes) < 2:
        loose = [
            (file, part) for root, part in roots for file in _files(root) if file.suffix.lower() in ENDINGS
        ]
        if not loose:
            raise DataError(
                f"{path} holds no pictures. Choose a folder with a folder of pictures for each class."
            )
        ignored = Counter(
            file.suffix.lower()
            for root, _ in roots
            for file in _files(root)
            if file.suffix.lower() not in ENDINGS
        )
        return Folder(path, (), tuple(Picture(file, 0, part) for file, part in loose), ignored)
    numbers = {name: number for number, name in enumerate(classes)}
    pictures = tuple(Picture(file, numbers[name], part) for name, file, part in found)
    if divided and not any(picture.part == "train" for picture in pictures):
        raise DataError(f"{path} has no pictures to train on: there is no train folder, or it is empty.")
    return Folder(path, classes, pictures, ignored)


def roots_of(path: Path) -> list[tuple[Path, Part | None]]:
    """The folders that are splits, with what they are for; the folder itself where it is not divided. What holds no
    pictures (notes, archives) is no reason not to be."""
    top = _subfolders(path)
    parts = [(folder, PARTS[folder.name.lower()]) for folder in top if folder.name.lower() in PARTS]
    others = [folder for folder in top if folder.name.lower() not in PARTS]
    if not parts or any(file.suffix.lower() in ENDINGS for folder in others for file in _files(folder)):
        return [(path, None)]
    return list(parts)


def pictures_below(path: Path, loading: Loading) -> tuple[list[tuple[Path, Part | None]], Counter[str]]:
    """Every picture at any depth with the split it is in, and how many other files there are by their endings."""
    found: list[tuple[Path, Part | None]] = []
    ignored: Counter[str] = Counter()
    for root, part in roots_of(path):
        for number, file in enumerate(_files(root)):
            if number % 500 == 0:
                loading.step(0.0, f"Looking through {root.name}")
            ending = file.suffix.lower()
            if ending in ENDINGS:
                found.append((file, part))
            else:
                ignored[ending] += 1
    return found, ignored


def read_folder(
    path: str | Path,
    image_size: int = 64,
    fit: Fit = "crop",
    colour: Colour = "rgb",
    scaling: PixelRange = "0 to 1",
    loading: Loading | None = None,
) -> Dataset:
    """All the pictures of a folder as (N, C, image_size, image_size), float32.

    ``fit`` brings a picture to a square: "crop" keeps the middle, "pad" adds black, "stretch" squeezes.
    16-bit pictures are scaled down, CMYK becomes RGB, transparency is laid on white, of an animation the
    first frame is taken, and a camera's rotation mark is obeyed. What cannot be read is skipped and listed
    in ``skipped``. A folder that would take much memory is decoded once into a file in the cache folder and read
    from there as it is needed. Raises :class:`DataError` when none can be read or the disk is full.
    """
    return read_pictures(scan(path, loading), image_size, fit, colour, scaling, loading)


def read_pictures(
    folder: Folder,
    image_size: int = 64,
    fit: Fit = "crop",
    colour: Colour = "rgb",
    scaling: PixelRange = "0 to 1",
    loading: Loading | None = None,
) -> Dataset:
    """The pictures that were found, as :func:`read_folder` gives them."""
    import torch

    from runtime.data.divided import pictured
    from runtime.data.pixels import Wanted, decoded_pictures

    loading = loading or Loading()
    schema = folder.schema(image_size, colour)
    files = [picture.path for picture in folder.pictures]
    found = decoded_pictures(folder.path, files, Wanted(image_size, fit, colour, scaling), loading)
    kept = [folder.pictures[row] for row in found.kept]
    targets = torch.tensor([picture.label for picture in kept])
    if schema.task == "binary":
        targets = targets.float().unsqueeze(1)
    elif schema.task == "unlabelled":
        targets = torch.empty(len(kept), 0)
    parts = [picture.part for picture in kept]
    return pictured(found.pixels, targets, schema, parts, scaling, (*found.skipped, *folder.notes))


def _subfolders(path: Path) -> list[Path]:
    try:
        entries = list(os.scandir(path))
    except FileNotFoundError:
        raise DataError(f"There is no folder {path}.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be looked into: {error.strerror or error}.") from error
    return sorted(
        Path(entry.path)
        for entry in entries
        if not entry.name.startswith((".", "__")) and entry.is_dir(follow_symlinks=False)
    )


def _files(folder: Path) -> Iterator[Path]:
    """Every visible file at any depth, in a fixed order."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(place, name)

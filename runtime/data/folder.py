"""A person's own pictures: one folder per class, or train, validation and test folders of such."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy

from runtime.data.schema import DataError, Schema, classification
from runtime.data.source import Loading

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from runtime.data.dataset import Dataset

Fit = Literal["crop", "stretch", "pad"]
Colour = Literal["rgb", "grey"]
PixelRange = Literal["0 to 1", "-1 to 1", "standardised"]
Part = Literal["train", "validation", "test"]

ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
)
PARTS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
MEMORY_SHARE = 0.5
"""How much of the free memory the pictures may take."""
CHUNK = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """One file, its class number and, if the folder is divided, its split."""

    path: Path
    label: int
    part: Part | None


@dataclass(frozen=True, slots=True)
class Folder:
    """What :func:`scan` found: nothing is opened yet. ``ignored`` counts files that are no pictures."""

    path: Path
    classes: tuple[str, ...]
    pictures: tuple[Picture, ...]
    ignored: int = 0

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

    If every sub-folder is called train, val or test (or a usual variant), they are the splits and the classes
    stand one level deeper. Hidden files and linked folders are passed over. Raises :class:`DataError` when
    there are not two classes with pictures.
    """
    path = Path(path).expanduser()
    loading = loading or Loading()
    loading.step(0.0, f"Looking through {path.name}")
    top = _subfolders(path)
    divided = bool(top) and all(folder.name.lower() in PARTS for folder in top)
    roots: list[tuple[Path, Part | None]] = (
        [(folder, PARTS[folder.name.lower()]) for folder in top] if divided else [(path, None)]
    )
    found: list[tuple[str, Path, Part | None]] = []
    ignored = 0
    for root, part in roots:
        for folder in _subfolders(root):
            loading.step(0.0, f"Looking through {folder.name}")
            for file in _files(folder):
                if file.suffix.lower() in ENDINGS:
                    found.append((folder.name, file, part))
                else:
                    ignored += 1
    classes = tuple(sorted({name for name, _, _ in found}))
    if not classes:
        raise DataError(
            f"{path} holds no pictures in sub-folders. Put the pictures of each class in a folder of its own."
        )
    if len(classes) == 1:
        raise DataError(
            f"{path} holds pictures of one class only, {classes[0]}. Put each class in a folder of its own."
        )
    pictures = tuple(Picture(file, classes.index(name), part) for name, file, part in found)
    if divided and not any(picture.part == "train" for picture in pictures):
        raise DataError(f"{path} has no pictures to train on: there is no train folder, or it is empty.")
    return Folder(path, classes, pictures, ignored)


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
    in ``skipped``. Raises :class:`DataError` when the pictures do not fit into memory or none can be read.
    """
    import torch
    from PIL import Image

    from runtime.data.dataset import Dataset

    loading = loading or Loading()
    folder = scan(path, loading)
    schema = folder.schema(image_size, colour)
    channels = schema.input_shape[0]
    _check_memory(folder, channels * image_size * image_size * 4)

    pixels = torch.empty(len(folder.pictures), *schema.input_shape)
    kept: list[Picture] = []
    skipped: list[str] = []
    total = len(folder.pictures)
    with warnings.catch_warnings():
        # A picture so large that it may be an attack on the memory is an error here, not a warning.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for number, (picture, result) in enumerate(_decoded(folder, image_size, fit, colour)):
            if number % CHUNK == 0:
                loading.step(number / total, f"Reading {number:,} of {total:,} pictures")
            if isinstance(result, str):
                skipped.append(f"{picture.path.relative_to(folder.path)} is left out: {result}.")
            else:
                pixels[len(kept)] = torch.from_numpy(result)
                kept.append(picture)
    if not kept:
        raise DataError(
            f"None of the {len(folder.pictures):,} pictures in {folder.path} can be read. {skipped[0]}"
        )
    pixels = pixels[: len(kept)]
    if scaling == "-1 to 1":
        pixels.mul_(2).sub_(1)
    labels = torch.tensor([picture.label for picture in kept])
    parts = {
        part: torch.tensor([row for row, picture in enumerate(kept) if picture.part == part])
        for part in ("validation", "test")
    }
    return Dataset(
        pixels,
        labels if schema.task == "classification" else labels.float().unsqueeze(1),
        replace(schema, size=len(kept), test_size=len(parts["test"]) or None),
        test=parts["test"] if len(parts["test"]) else None,
        validation=parts["validation"] if len(parts["validation"]) else None,
        scaling="standardise" if scaling == "standardised" else "none",
        skipped=tuple(skipped),
    )


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


def _check_memory(folder: Folder, each: int) -> None:
    import psutil

    needed, free = each * len(folder.pictures), psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        raise DataError(
            f"{len(folder.pictures):,} pictures of this size need {needed / 1e9:.1f} GB of memory; "
            f"{free / 1e9:.1f} GB are free. Choose a smaller image size."
        )


def _decoded(
    folder: Folder, size: int, fit: Fit, colour: Colour
) -> Iterator[tuple[Picture, NDArray[numpy.float32] | str]]:
    """Every picture in order with its pixels, or with why it cannot be read.

    PIL decodes outside Python's lock, so threads help; a few pictures at a time, so that a cancelled reading
    stops soon.
    """
    waiting = iter(folder.pictures)
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(waiting, CHUNK)):
            results = pool.map(lambda picture: decode(picture.path, size, fit, colour), chunk)
            yield from zip(chunk, results, strict=True)


def decode(path: Path, size: int, fit: Fit = "crop", colour: Colour = "rgb") -> NDArray[numpy.float32] | str:
    """One picture as (C, size, size) in 0…1, or a few words on why it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    if path.stat().st_size == 0:
        return "the file is empty"
    try:
        with Image.open(path) as opened:
            picture = _squared(_plain(opened, colour), size, fit)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "it has too many pixels"
    except UnidentifiedImageError:
        return "it is not a picture, whatever its name says"
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        # PIL's decoders complain in many ways about damaged data.
        return f"it is damaged ({error})"
    pixels = numpy.asarray(picture, dtype=numpy.float32).reshape(size, size, -1) / numpy.float32(255)
    return numpy.ascontiguousarray(pixels.transpose(2, 0, 1))


def _plain(opened: Image.Image, colour: Colour) -> Image.Image:
    """The picture in 8-bit RGB or grey, upright, without transparency."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I") or picture.mode == "F":
        values = numpy.asarray(picture, dtype=numpy.float64)
        # Integer modes hold 16-bit pictures; floats are taken to lie in 0…1 unless they go beyond.
        top = 65535.0 if picture.mode != "F" else (1.0 if values.max(initial=0.0) <= 1 else 255.0)
        picture = Image.fromarray((values / top * 255).clip(0, 255).round().astype(numpy.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(ground, layer)
    return picture.convert("RGB" if colour == "rgb" else "L")


def _squared(picture: Image.Image, size: int, fit: Fit) -> Image.Image:
    """A square picture of this size, resized with antialiasing."""
    from PIL import Image, ImageOps

    smooth = Image.Resampling.BILINEAR
    if fit == "crop":
        return ImageOps.fit(picture, (size, size), smooth)
    if fit == "pad":
        return ImageOps.pad(picture, (size, size), smooth)
    return picture.resize((size, size), smooth)

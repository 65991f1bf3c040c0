"""Pictures with a mask each: which files belong together, and which class a pixel of a mask means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from runtime.data.decoding import Fit, squared, upright
from runtime.data.folder import ENDINGS, PARTS, Part
from runtime.data.own.recognise import IMAGE_FOLDERS, MASK_FOLDERS
from runtime.data.own.wording import counted
from runtime.data.schema import IGNORED, DataError
from runtime.data.source import Loading

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 100
"""So many masks decide which classes there are; a value that only others have does not count."""
MOST = 255
SUFFIXES = ("_mask", "-mask", "_seg", "_label", "_labels", "_gt", "_l", "mask", "_segmentation")
NAMES = ("classes.txt", "labels.txt", "labelmap.txt", "codes.txt")


@dataclass(frozen=True, slots=True)
class Pair:
    image: Path
    mask: Path
    part: Part | None


def pairs_in(path: Path, loading: Loading, notes: list[str]) -> list[Pair]:
    """Pictures and masks of the same name; a sentence in ``notes`` for what has no partner."""
    loading.step(0.0, f"Looking through {path.name}")
    top = {folder.name.lower(): folder for folder in sorted(path.iterdir()) if folder.is_dir()}
    roots: list[tuple[Path, Part | None]] = [
        (folder, PARTS[name]) for name, folder in top.items() if name in PARTS
    ]
    found: list[Pair] = []
    for root, part in roots or [(path, None)]:
        found += _one(root, part, loading, notes)
    if not found:
        raise DataError(
            f"{path} holds no pictures with masks. Put the pictures in a folder “images” and their masks, of the "
            "same names, in a folder “masks” beside it."
        )
    return found


def _one(root: Path, part: Part | None, loading: Loading, notes: list[str]) -> list[Pair]:
    inside = {folder.name.lower(): folder for folder in root.iterdir() if folder.is_dir()}
    images = next((inside[name] for name in IMAGE_FOLDERS if name in inside), None)
    masks = next((inside[name] for name in MASK_FOLDERS if name in inside), None)
    if images is None or masks is None:
        return []
    by_name: dict[str, Path] = {}
    for file in _pictures(masks):
        name = file.relative_to(masks).with_suffix("").as_posix().lower()
        by_name.setdefault(name, file)
        for suffix in SUFFIXES:
            by_name.setdefault(name.removesuffix(suffix), file)
    found, lonely = [], 0
    splits = _listed_splits(root)
    for number, file in enumerate(_pictures(images)):
        if number % 500 == 0:
            loading.step(0.0, f"Looking through {images.name}")
        name = file.relative_to(images).with_suffix("").as_posix().lower()
        mask = by_name.get(name) or by_name.get(name.removesuffix("_img").removesuffix("_image"))
        inner = file.relative_to(images).parts[0].lower()
        if mask is None:
            lonely += 1
        else:
            found.append(Pair(file, mask, part or PARTS.get(inner) or splits.get(file.stem)))
    if lonely:
        notes.append(
            counted(
                lonely,
                f"picture in {images.name} has no mask in {masks.name} and is left out.",
                f"pictures in {images.name} have no mask in {masks.name} and are left out.",
            )
        )
    return found


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS and not file.name.startswith(".")
    )


def _listed_splits(root: Path) -> dict[str, Part]:
    """The validation set of Pascal VOC: file names in ImageSets/Segmentation/val.txt."""
    found: dict[str, Part] = {}
    for name, part in (("val", "validation"), ("test", "test")):
        file = root / "ImageSets" / "Segmentation" / f"{name}.txt"
        if file.is_file():
            for line in file.read_text(encoding="utf-8", errors="replace").split():
                found[line] = part  # type: ignore[assignment]
    return found


def opened_mask(path: Path) -> Any:
    """A mask as PIL has it: palette numbers, grey values or colours. A few words where it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        if path.stat().st_size == 0:
            return "the mask is empty"
        with Image.open(path) as opened:
            opened.load()
            mask = upright(opened)
    except UnidentifiedImageError:
        return "the mask is not a picture, whatever its name says"
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "the mask has too many pixels"
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        return f"the mask is damaged ({error})"
    if mask.mode in ("P", "L") or mask.mode.startswith("I"):
        return mask
    if mask.mode == "1":
        return mask.convert("L")
    if mask.mode == "LA":
        return mask.getchannel("L")
    return mask.convert("RGB")


def values_of(mask: Any) -> NDArray[numpy.int64]:
    """One number per pixel: the palette number or grey value, or red × 65536 + green × 256 + blue."""
    pixels = numpy.asarray(mask).astype(numpy.int64)
    if pixels.ndim == 3:
        return pixels[..., 0] * 65536 + pixels[..., 1] * 256 + pixels[..., 2]
    return pixels


def values_in(pairs: Sequence[Pair], loading: Loading) -> list[int]:
    """The values that the first masks have (a few from everywhere in the list)."""
    step = max(1, len(pairs) // SAMPLE)
    found: set[int] = set()
    looked = list(pairs[::step])[:SAMPLE]
    colours = False
    for number, pair in enumerate(looked):
        loading.step(number / len(looked), f"Looking at {number:,} of {len(looked):,} masks")
        mask = opened_mask(pair.mask)
        if not isinstance(mask, str):
            colours = colours or mask.mode == "RGB"
            found |= set(numpy.unique(values_of(mask)).tolist())
    if not found:
        raise DataError("None of the masks can be read.")
    if not colours and len(found) > 2 and IGNORED in found:
        found.discard(IGNORED)  # the border that does not count, as in Pascal VOC
    if len(found) > MOST:
        raise DataError(
            f"The masks have {len(found):,} different values, too many for classes. Save them as PNG: JPEG blurs "
            "the borders between classes."
        )
    if len(found) < 2:
        raise DataError("Every pixel of every mask has the same class. There is nothing to learn.")
    return sorted(found)


def class_names(path: Path, values: Sequence[int], colours: bool) -> list[str]:
    """Names of the classes from a text file beside the folders, else their values."""
    for name in NAMES:
        file = path / name
        if file.is_file():
            lines = [
                line.split(":")[0].strip()
                for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
            ]
            names = [line for line in lines if line and not line.startswith("#")]
            if len(names) >= len(values) and (colours or max(values) < len(names)):
                return names[: len(values)] if colours else [names[value] for value in values]
    if len(values) == 2:
        return ["background", "object"]
    return [f"#{value:06x}" if colours else f"class {value}" for value in values]


def mask_numbers(mask: Any, values: Sequence[int], size: int, fit: Fit) -> NDArray[numpy.uint8]:
    """The mask brought to a square: class numbers (size, size), :data:`IGNORED` for values that are no class.
    Nothing is blended on the way; what ``pad`` adds does not count."""
    from PIL import Image

    numbers = values_of(mask)
    place = numpy.searchsorted(numpy.array(values), numbers).clip(max=len(values) - 1)
    known = numpy.array(values)[place] == numbers
    classes = numpy.where(known, place, IGNORED).astype(numpy.uint8)
    return numpy.asarray(squared(Image.fromarray(classes), size, fit, smooth=False, ground=IGNORED))

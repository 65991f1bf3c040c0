"""Pictures with a mask each: which files belong together, and which class a pixel of a mask means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from runtime.data.decoding import Fit, squared, upright
from runtime.data.folder import ENDINGS
from runtime.data.own.entries import PARTS, Part
from runtime.data.own.picture_folders import mask_folders, masks_beside, without_mask
from runtime.data.own.wording import counted
from runtime.data.schema import IGNORED, DataError
from runtime.data.source import Loading

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLUR_SHARE, ENDS = 0.9, 16
"""Of a blurred mask of two values so many pixels lie that near to black or to white."""
SEVERAL = 4
"""Greys near black and near white that only blurring leaves at both ends."""
SAMPLE = 100
"""So many masks decide which classes there are; a value that only others have does not count."""
MOST = 255
GREY = 0x010101
"""What a grey value is multiplied by to be that colour."""
SUFFIXES = ("_mask", "-mask", "_seg", "_label", "_labels", "_gt", "_l", "mask", "_segmentation")
COLOURS = {
    0x000000: "black", 0xFFFFFF: "white", 0xFF0000: "red", 0x00FF00: "green", 0x0000FF: "blue", 0xFFFF00: "yellow",
    0xFF00FF: "magenta", 0x00FFFF: "cyan", 0x808080: "grey",
}  # fmt: skip
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
    found: list[Pair] = []
    for name, folder in top.items():
        if name in PARTS:
            masks = masks_beside(name, top)
            inside = _two_of(folder) if masks is None else (folder, masks)
            if inside is not None:
                found += _paired(*inside, folder, PARTS[name], loading, notes)
    if not found:
        inside = _two_of(path)
        found = _paired(*inside, path, None, loading, notes) if inside is not None else []
    found = found or _in_one_heap(path, loading, notes)
    if not found:
        raise DataError(
            f"{path} holds no pictures with masks. Put the pictures in a folder “images” and their masks, of the "
            "same names, in a folder “masks” beside it."
        )
    return found


def _two_of(root: Path) -> tuple[Path, Path] | None:
    return mask_folders({folder.name.lower(): folder for folder in root.iterdir() if folder.is_dir()})


def _paired(
    images: Path, masks: Path, root: Path, part: Part | None, loading: Loading, notes: list[str]
) -> list[Pair]:
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


def _in_one_heap(path: Path, loading: Loading, notes: list[str]) -> list[Pair]:
    """Masks that lie beside their pictures: 7.tif and 7_mask.tif, at any depth."""
    files = _pictures(path)
    by_name = {file.relative_to(path).with_suffix("").as_posix().lower(): file for file in files}
    found: list[Pair] = []
    for number, (name, mask) in enumerate(by_name.items()):
        if number % 500 == 0:
            loading.step(0.0, f"Looking through {path.name}")
        image = by_name.get(without_mask(name))
        if image is not None:
            found.append(Pair(image, mask, PARTS.get(image.relative_to(path).parts[0].lower())))
    lonely = len(files) - 2 * len(found)
    if found and lonely:
        notes.append(
            counted(
                lonely, "picture has no mask beside it and is left out.",
                "pictures have no masks beside them and are left out.",
            )
        )  # fmt: skip
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
    if mask.mode in ("LA", "RGBA"):
        plain = mask.convert("L" if mask.mode == "LA" else "RGB")
        # A shape cut out of one colour: where it is seen is all that there is to see.
        seen = mask.getchannel("A")
        cut_out = len(plain.getcolors(2) or ()) == 1 and len(seen.getcolors(2) or (1, 1)) > 1
        return seen if cut_out else plain
    return mask.convert("RGB")


def values_of(mask: Any) -> NDArray[numpy.int64]:
    """One number per pixel: the palette number or grey value, or red × 65536 + green × 256 + blue."""
    pixels = numpy.asarray(mask).astype(numpy.int64)
    if pixels.ndim == 3:
        return pixels[..., 0] * 65536 + pixels[..., 1] * 256 + pixels[..., 2]
    return pixels


@dataclass(frozen=True, slots=True)
class Values:
    """The values that masks have, in order; ``colours`` says that they are red × 65536 + green × 256 + blue.
    ``blurred``: black and white with greys between, as JPEG and smooth resizing leave them; the nearer one counts."""

    values: list[int]
    colours: bool
    blurred: bool


def values_in(pairs: Sequence[Pair], loading: Loading) -> Values:
    """The values that the first masks have (a few from everywhere in the list)."""
    step = max(1, len(pairs) // SAMPLE)
    counts: Counter[int] = Counter()
    looked = list(pairs[::step])[:SAMPLE]
    colours = False
    for number, pair in enumerate(looked):
        loading.step(number / len(looked), f"Looking at {number:,} of {len(looked):,} masks")
        mask = opened_mask(pair.mask)
        if not isinstance(mask, str):
            colours = colours or mask.mode == "RGB"
            values, times = numpy.unique(values_of(mask), return_counts=True)
            counts.update(dict(zip(values.tolist(), times.tolist(), strict=True)))
    if not counts:
        raise DataError("None of the masks can be read.")
    if _blurred(counts, colours):
        return Values([0, 255 * (GREY if colours else 1)], colours, True)
    found = set(counts)
    if not colours and len(found) > 2 and IGNORED in found:
        found.discard(IGNORED)  # the border that does not count, as in Pascal VOC
    if len(found) > MOST:
        raise DataError(
            f"The masks have {len(found):,} different values, too many for classes. Save them as PNG: JPEG blurs "
            "the borders between classes."
        )
    if len(found) < 2:
        raise DataError("Every pixel of every mask has the same class. There is nothing to learn.")
    return Values(sorted(found), colours, False)


def _blurred(counts: Counter[int], colours: bool) -> bool:
    """Whether nearly all pixels are nearly black or nearly white, and the others any grey between."""
    if colours and any(value % GREY for value in counts):
        return False
    greys = {value // GREY if colours else value: count for value, count in counts.items()}
    dark = sum(count for value, count in greys.items() if value <= ENDS)
    light = sum(count for value, count in greys.items() if 255 - ENDS <= value <= 255)
    between = all(any(low <= value < high for value in greys) for low, high in ((32, 128), (128, 224)))
    at_both_ends = all(
        sum(low <= value < high for value in greys) >= SEVERAL for low, high in ((1, 32), (224, 255))
    )
    whole = max(greys) <= 255 and (between or at_both_ends) and bool(dark) and bool(light)
    return whole and dark + light >= BLUR_SHARE * sum(greys.values())


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
    return [COLOURS.get(value, f"#{value:06x}") if colours else f"class {value}" for value in values]


def mask_numbers(
    mask: Any, values: Sequence[int], size: int, fit: Fit, blurred: bool = False
) -> NDArray[numpy.uint8]:
    """The mask brought to a square: class numbers (size, size), :data:`IGNORED` for values that are no class.
    Nothing is blended on the way; what ``pad`` adds does not count. Of a ``blurred`` mask each pixel is the nearer of
    black and white."""
    from PIL import Image

    numbers = values_of(mask)
    if blurred:
        light = numpy.asarray(mask.convert("L")) >= 128
        numbers = numpy.where(light, values[-1], values[0])
    place = numpy.searchsorted(numpy.array(values), numbers).clip(max=len(values) - 1)
    known = numpy.array(values)[place] == numbers
    classes = numpy.where(known, place, IGNORED).astype(numpy.uint8)
    return numpy.asarray(squared(Image.fromarray(classes), size, fit, smooth=False, ground=IGNORED))

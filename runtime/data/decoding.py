"""One picture file as bytes of a fixed shape, whatever kind of picture it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

Fit = Literal["crop", "stretch", "pad"]
Colour = Literal["rgb", "grey"]


def decode(path: Path, size: int, fit: Fit = "crop", colour: Colour = "rgb") -> NDArray[numpy.float32] | str:
    """One picture as (C, size, size) in 0…1, or a few words on why it cannot be read."""
    found = decode_bytes(path, size, fit, colour)
    return found if isinstance(found, str) else found.astype(numpy.float32) / numpy.float32(255)


def decode_bytes(
    path: Path, size: int, fit: Fit = "crop", colour: Colour = "rgb"
) -> NDArray[numpy.uint8] | str:
    """One picture as (C, size, size) in 0…255, or a few words on why it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        if path.stat().st_size == 0:
            return "the file is empty"
        with Image.open(path) as opened:
            if opened.format == "JPEG":
                opened.draft(None, (2 * size, 2 * size))  # large photographs are decoded at a fraction
            picture = squared(_plain(opened, colour), size, fit)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return "it has too many pixels"
    except UnidentifiedImageError:
        return "it is not a picture, whatever its name says"
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError) as error:
        # PIL's decoders complain in many ways about damaged data.
        return f"it is damaged ({error})"
    pixels = numpy.asarray(picture, dtype=numpy.uint8).reshape(size, size, -1)
    return pixels.transpose(2, 0, 1).copy()  # PIL lends its memory read-only


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


def squared(picture: Image.Image, size: int, fit: Fit, smooth: bool = True, ground: int = 0) -> Image.Image:
    """A square picture of this size: resized with antialiasing, or by taking the nearest pixel. ``ground`` is
    what "pad" adds."""
    from PIL import Image, ImageOps

    method = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    if fit == "crop":
        return ImageOps.fit(picture, (size, size), method)
    if fit == "pad":
        return ImageOps.pad(picture, (size, size), method, color=ground or None)
    return picture.resize((size, size), method)


def upright(picture: Image.Image) -> Image.Image:
    """The picture as the camera was held."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(picture)

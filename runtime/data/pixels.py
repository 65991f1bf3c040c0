"""Many picture files as one tensor: decoded in threads, in memory or, when they are too many, in a cache file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import psutil
import torch

from runtime.data.decoding import Colour, Fit, decode_bytes
from runtime.data.folder import PixelRange
from runtime.data.schema import DataError
from runtime.data.source import Loading
from runtime.data.stored import Stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMORY_SHARE = 0.25
"""How much of the free memory pictures may take as floats; more of them stay in a file."""
MOST_FLOATS = 2**30
"""Bytes that decoded pictures may take as floats; more of them stay bytes, for the window has them as well as the
worker."""
MANY = 1000
"""From so many pictures on, decoding is worth keeping for the next time, whether they fit into the memory or not."""
CHUNK = 64
KEPT_FILES = 4
"""So many decoded sets are kept in the cache folder, the latest ones."""
SPARE = 2**30
"""Bytes that stay free on the disk."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every picture is brought to."""

    size: int
    fit: Fit = "crop"
    colour: Colour = "rgb"
    scaling: PixelRange = "0 to 1"

    @property
    def shape(self) -> tuple[int, int, int]:
        return (3 if self.colour == "rgb" else 1, self.size, self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """``pixels`` (N, C, H, W) of float32, or :class:`Stored`; ``kept`` says which file each row is."""

    pixels: torch.Tensor
    kept: list[int]
    skipped: tuple[str, ...]


def decoded_pictures(root: Path, files: Sequence[Path], wanted: Wanted, loading: Loading) -> Decoded:
    """The pictures in the order of ``files``; what cannot be read is left out and listed.

    Raises :class:`DataError` when none can be read, or when neither memory nor disk have room.
    """
    from PIL import Image

    each = int(numpy.prod(wanted.shape))
    in_memory = 4 * each * len(files) <= MEMORY_SHARE * psutil.virtual_memory().available
    keep = len(files) >= MANY and each * len(files) + SPARE <= _free(loading.root)
    with warnings.catch_warnings():
        # A picture so large that it may be an attack on the memory is an error here, not a warning.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        found = (_in_memory if in_memory and not keep else _in_file)(root, files, wanted, loading)
    if in_memory and 4 * each * len(files) <= MOST_FLOATS and isinstance(found.pixels, Stored):
        found = Decoded(found.pixels.floats(found.pixels.pixels), found.kept, found.skipped)
    if not found.kept:
        first = found.skipped[0] if found.skipped else ""
        raise DataError(f"None of the {len(files):,} pictures in {root} can be read. {first}")
    pixels = found.pixels
    if wanted.scaling == "-1 to 1":
        from runtime.data.dataset import Scaler

        half = torch.full((wanted.shape[0], 1, 1), 0.5)
        pixels = pixels.scaled(Scaler(half, half)) if isinstance(pixels, Stored) else pixels.mul_(2).sub_(1)
    return Decoded(pixels, found.kept, found.skipped)


def _in_memory(root: Path, files: Sequence[Path], wanted: Wanted, loading: Loading) -> Decoded:
    pixels = torch.empty(len(files), *wanted.shape)
    kept: list[int] = []
    skipped: list[str] = []
    for row, result in _decoded(root, files, wanted, loading):
        if isinstance(result, str):
            skipped.append(result)
        else:
            pixels[len(kept)] = torch.from_numpy(result)
            kept.append(row)
    return Decoded(pixels[: len(kept)].div_(255), kept, tuple(skipped))


def _in_file(root: Path, files: Sequence[Path], wanted: Wanted, loading: Loading) -> Decoded:
    """Decoded once into a file of bytes under the cache folder, which the next run finds again."""
    folder = loading.root / "pictures"
    about = folder / f"{_key(root, files, wanted)}.json"
    data = about.with_suffix(".bytes")
    if not (about.exists() and data.exists()):
        _write(root, files, wanted, loading, about, data)
    os.utime(data)
    told = json.loads(about.read_text(encoding="utf-8"))
    kept = [int(row) for row in told["kept"]]
    pixels = Stored.mapped(data, (len(kept), *wanted.shape)) if kept else torch.empty(0, *wanted.shape)
    return Decoded(pixels, kept, tuple(told["skipped"]))


def _write(
    root: Path, files: Sequence[Path], wanted: Wanted, loading: Loading, about: Path, data: Path
) -> None:
    each = int(numpy.prod(wanted.shape))
    part = data.with_suffix(f".{os.getpid()}")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        _prune(data.parent)
        needed, free = each * len(files) + SPARE, _free(data.parent)
        if needed > free:
            raise DataError(
                f"{len(files):,} pictures of this size need {needed / 1e9:.1f} GB on the disk of {data.parent}; "
                f"{free / 1e9:.1f} GB are free. Choose a smaller image size."
            )
        kept: list[int] = []
        skipped: list[str] = []
        with part.open("wb") as file:
            for row, result in _decoded(root, files, wanted, loading):
                if isinstance(result, str):
                    skipped.append(result)
                else:
                    file.write(result.tobytes())
                    kept.append(row)
        part.replace(data)
        note = about.with_suffix(f".{os.getpid()}.json")
        note.write_text(json.dumps({"kept": kept, "skipped": skipped}), encoding="utf-8")
        note.replace(about)
    except OSError as error:
        raise DataError(
            f"The decoded pictures cannot be kept in {data.parent}: {error.strerror or error}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _free(folder: Path) -> int:
    """Bytes free on the disk of a folder that may not be there yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _key(root: Path, files: Sequence[Path], wanted: Wanted) -> str:
    digest = hashlib.sha256(
        json.dumps([VERSION, wanted.size, wanted.fit, wanted.colour, str(root.absolute())]).encode()
    )
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue  # gone since the folder was listed: it is told when it is read
        digest.update(
            f"{file.relative_to(root)}|{state.st_size}|{state.st_mtime_ns}\n".encode(errors="surrogateescape")
        )
    return digest.hexdigest()[:40]


def _prune(folder: Path) -> None:
    """Remove the sets that were not used for longest."""
    sets = sorted(folder.glob("*.bytes"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in sets[KEPT_FILES - 1 :]:
        old.with_suffix(".json").unlink(missing_ok=True)
        try:
            old.unlink()
        except PermissionError:
            continue  # another run still reads it (Windows)


def _decoded(
    root: Path, files: Sequence[Path], wanted: Wanted, loading: Loading
) -> Iterator[tuple[int, NDArray[numpy.uint8] | str]]:
    """Every picture in order as bytes (C, H, W), or a sentence on why it is left out.

    PIL decodes outside Python's lock, so threads help; a few pictures at a time, so that a cancelled reading
    stops soon.
    """
    waiting = enumerate(files)
    total = len(files)

    def one(item: tuple[int, Path]) -> tuple[int, NDArray[numpy.uint8] | str]:
        row, path = item
        result = decode_bytes(path, wanted.size, wanted.fit, wanted.colour)
        return row, f"{_below(path, root)} is left out: {result}." if isinstance(result, str) else result

    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        while chunk := list(islice(waiting, CHUNK)):
            loading.step(chunk[0][0] / total, f"Reading {chunk[0][0]:,} of {total:,} pictures")
            yield from pool.map(one, chunk)


def _below(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path

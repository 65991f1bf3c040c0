"""The samples of arrays as tensors: bytes where they are bytes, 32-bit floats otherwise, from the disk where they can
stay there."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import numpy
import psutil
import torch

from runtime.data.own.wording import counted
from runtime.data.schema import DataError
from runtime.data.source import Loading
from runtime.data.stored import Stored

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 2**24
"""Values looked at together."""
MEMORY_SHARE = 0.25
"""Of the free memory, how much converted values may take before they go to a file in the cache folder."""
SPARE = 2**30
KEPT_FILES = 4


def as_pixels(values: NDArray[Any], loading: Loading, notes: list[str]) -> torch.Tensor | None:
    """Pictures (N, C, H, W) of bytes as they are; whole numbers from 0 to 255 become bytes, and count as 0 to 1 as
    those do. ``None`` for anything else."""
    if values.dtype == numpy.uint8:
        if values.flags.c_contiguous:
            return Stored(torch.from_numpy(values))  # bytes stay bytes, on the disk where they are
        return Stored(torch.from_numpy(_converted(values, numpy.dtype(numpy.uint8), loading)))
    if values.dtype == numpy.bool_ or not _like_bytes(values):
        return None
    notes.append("The pictures hold whole numbers from 0 to 255: they are divided by 255.")
    return Stored(torch.from_numpy(_converted(values, numpy.dtype(numpy.uint8), loading)))


def as_floats(values: NDArray[Any], name: str, loading: Loading, notes: list[str]) -> torch.Tensor:
    """Numbers as 32-bit floats, those of a file on the disk from there. What is infinite, or too large for 32 bits,
    counts as missing. :class:`DataError` when nothing is left."""
    wanted = numpy.dtype(numpy.float32)
    if values.dtype != wanted or not values.flags.c_contiguous:
        values = _converted(values, wanted, loading)
    gone, known = 0, 0
    for rows in _chunks(values):
        part = values[rows]
        endless = numpy.isinf(part)
        if endless.any():
            part[endless] = numpy.nan  # of a mapped file only this process's copy
            gone += int(endless.sum())
        known = known or int(not numpy.isnan(part).all())
        loading.step(0.8, f"Reading {name}")
    if not known and values.size:
        raise DataError(
            f"Not one of the numbers in {name} is finite in 32 bits. Scale them before they are saved."
        )
    if gone:
        notes.append(
            counted(
                gone, "number is infinite or too large for 32 bits, and counts as missing.",
                "numbers are infinite or too large for 32 bits, and count as missing.",
            )
        )  # fmt: skip
    return torch.from_numpy(values)


def _like_bytes(values: NDArray[Any]) -> bool:
    """Whether all are whole numbers from 0 to 255, and some beyond 1."""
    highest = 0.0
    for rows in _chunks(values):
        part = values[rows]
        low, high = part.min(), part.max()
        if not (low >= 0 and high <= 255) or (part.dtype.kind == "f" and (part % 1).any()):
            return False
        highest = max(highest, float(high))
    return highest > 1


def _chunks(values: NDArray[Any]) -> list[slice]:
    each = max(1, CHUNK // max(1, values[:1].size))
    return [slice(start, start + each) for start in range(0, len(values), each)]


def _converted(values: NDArray[Any], wanted: numpy.dtype[Any], loading: Loading) -> NDArray[Any]:
    """The values in another type and in order: in memory, or in a file of the cache folder where they take much."""
    needed = values.size * wanted.itemsize
    made: NDArray[Any]
    if needed <= MEMORY_SHARE * psutil.virtual_memory().available or not isinstance(
        _base(values), numpy.memmap
    ):
        made = numpy.empty(values.shape, wanted)
        _copy(values, made, loading)
        return made
    file = loading.root / "arrays" / f"{_key(values, wanted)}.npy"
    if not file.exists():
        _write(values, wanted, file, needed, loading)
    os.utime(file)
    made = numpy.load(file, mmap_mode="c", allow_pickle=False)
    return made


def _copy(values: NDArray[Any], made: NDArray[Any], loading: Loading) -> None:
    chunks = _chunks(values)
    for number, rows in enumerate(chunks):
        with numpy.errstate(over="ignore"):  # what does not fit becomes infinite, and is told
            made[rows] = values[rows]
        loading.step(0.2 + 0.5 * number / len(chunks), "Converting the numbers")


def _write(values: NDArray[Any], wanted: numpy.dtype[Any], file: Any, needed: int, loading: Loading) -> None:
    import shutil

    part = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = sorted(file.parent.glob("*.npy"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[KEPT_FILES - 1 :]:
            old.unlink(missing_ok=True)
        free = shutil.disk_usage(file.parent).free
        if needed + SPARE > free:
            raise DataError(
                f"The converted numbers need {needed / 1e9:.1f} GB on the disk of {file.parent}; {free / 1e9:.1f} GB "
                "are free. Save them as float32 (pictures as uint8), then nothing has to be converted."
            )
        made = numpy.lib.format.open_memmap(part, "w+", wanted, values.shape)
        _copy(values, made, loading)
        made.flush()
        part.replace(file)
    except OSError as error:
        raise DataError(
            f"The converted numbers cannot be kept in {file.parent}: {error.strerror or error}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _base(values: NDArray[Any]) -> Any:
    """The array that a view looks at."""
    while not isinstance(values, numpy.memmap) and isinstance(values.base, numpy.ndarray):
        values = values.base
    return values


def _key(values: NDArray[Any], wanted: numpy.dtype[Any]) -> str:
    place = _base(values).filename
    state = os.stat(place)
    told = f"{place}|{state.st_size}|{state.st_mtime_ns}|{values.shape}|{values.strides}|{wanted}"
    return hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()[:40]

"""Arrays of .npy, .npz and .safetensors files, or of a folder of .npy files. Objects, which could run code, are
refused."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy
from numpy.lib import format as layout

from runtime.data.schema import DataError

INPUTS = ("x", "inputs", "input", "images", "image", "data", "features", "samples", "arr_0")
TARGETS = ("y", "targets", "target", "labels", "label", "classes", "masks", "arr_1")
TRAIN, VALIDATION, TEST = ("train", "training"), ("val", "valid", "validation", "dev"), ("test", "testing")
OBJECTS = "holds Python objects, which could run code and are never opened. Save plain numbers instead"

MEMORY_SHARE = 0.8
"""Of the free memory, how much one array may take."""
CUT_OFF = ("mmap length is greater", "not a zip file", "EOF", "cannot reshape array")
"""What the readers say of files that were cut off."""
NOT_NUMPY = ("BF16", "F8_E4M3", "F8_E5M2")
"""Types of safetensors that only torch knows."""

OBJECT = "objects"
"""The type of an array that is listed but never opened."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One array: its name, shape and type, before it is read."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Whatever the readers complain about becomes a sentence."""
    try:
        yield
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, TypeError, SyntaxError) as error:
        if "pickle" in str(error).lower() or "object array" in str(error).lower():
            raise DataError(f"{path.name} {OBJECTS}.") from error
        what = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if any(words in what for words in CUT_OFF):
            what = "it ends too early, or is no such file at all"
        raise DataError(f"{path.name} cannot be read: {what.rstrip('.')}.") from error


def listed(path: Path) -> list[Listed]:
    """What a file holds, read from its headers; of a folder its .npy files."""
    ending = path.suffix.lower()
    if path.is_dir():
        files = sorted(path.glob("*.npy"))
        return [replace(listed(file)[0], name=file.stem) for file in files]
    if ending == ".safetensors":
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "numpy") as file:
                parts = [(name, file.get_slice(name)) for name in file.keys()]  # noqa: SIM118, no mapping
                return [Listed(name, tuple(part.get_shape()), part.get_dtype()) for name, part in parts]
        except (SafetensorError, OSError) as error:
            raise DataError(f"{path.name} cannot be read: {error}.") from error
    with told(path):
        if ending == ".npy":
            with path.open("rb") as stream:
                return [_header("array", stream)]
        found = []
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                if name.endswith(".npy"):
                    with packed.open(name) as stream:
                        found.append(_header(name.removesuffix(".npy"), stream))
        return found


def _header(name: str, stream: Any) -> Listed:
    version = layout.read_magic(stream)
    read = layout.read_array_header_1_0 if version == (1, 0) else layout.read_array_header_2_0
    shape, _, dtype = read(stream)
    return Listed(name, tuple(shape), OBJECT if dtype.hasobject else str(dtype))


def array(path: Path, name: str) -> Any:
    """One array of a file; that of a .npy file stays on the disk until it is looked at. :class:`DataError` when it
    cannot be read or would not fit into the memory."""
    if path.is_dir():
        return array(path / f"{name}.npy", "array")
    ending = path.suffix.lower()
    if ending == ".npy":
        with told(path):
            return numpy.load(path, mmap_mode="c", allow_pickle=False)
    _check_memory(path, name)
    if ending == ".safetensors":
        from safetensors import safe_open

        with told(path), safe_open(path, "numpy") as file:
            if file.get_slice(name).get_dtype() not in NOT_NUMPY:
                return file.get_tensor(name)
        with told(path), safe_open(path, "pt") as file:
            return file.get_tensor(name).float().numpy()
    with told(path), numpy.load(path, allow_pickle=False) as packed:
        return packed[name]


def _check_memory(path: Path, name: str) -> None:
    """Packed arrays are read as a whole; what they take is written in their headers, however small the file is."""
    import psutil

    about = next((item for item in listed(path) if item.name == name), None)
    if about is None:
        return
    try:
        each = numpy.dtype(about.dtype).itemsize
    except TypeError:
        each = int("".join(filter(str.isdigit, about.dtype.split("_")[0])) or 64) // 8
    needed, free = math.prod(about.shape) * each, psutil.virtual_memory().available
    if needed > MEMORY_SHARE * free:
        raise DataError(
            f"“{name}” in {path.name} takes {needed / 1e9:.1f} GB of memory; {free / 1e9:.1f} GB are free. Save it as "
            "a .npy file, which is read from the disk as it is needed."
        )


Part = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Roles:
    """Which arrays are inputs and targets, one of each for every part; without targets ``targets`` is empty."""

    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    parts: tuple[Part, ...] = ("train",)


def roles(path: Path, found: list[Listed], inputs: str | None, targets: str | None) -> Roles:
    """The arrays named, else those that are called so ("x", "x_train", "labels", …), else the first two. Arrays of
    Python objects are in nobody's way, but :class:`DataError` says so when one of them is wanted."""
    plain = [item for item in found if item.dtype != OBJECT]
    which = _roles(path, found, plain or found, inputs, targets)
    for item in found:
        if item.dtype == OBJECT and item.name in (*which.inputs, *which.targets):
            raise DataError(f"“{item.name}” in {path.name} {OBJECTS}.")
    return which


def _roles(
    path: Path, found: list[Listed], plain: list[Listed], inputs: str | None, targets: str | None
) -> Roles:
    names = {item.name: item for item in found}
    for wanted in (inputs, targets):
        if wanted and wanted not in names:
            raise DataError(f"{path.name} has no array “{wanted}”. It has {', '.join(names) or 'none'}.")
    if not found:
        raise DataError(f"{path.name} holds no arrays.")
    if inputs:
        goal = targets or next((name for name in names if name != inputs and _called(name, TARGETS)), None)
        return Roles((inputs,), (goal,) if goal else ())
    first = _pick(names, INPUTS, TRAIN)
    if first is not None:
        goal = targets or _pick(names, TARGETS, TRAIN)
        chosen: list[tuple[Part, str, str | None]] = [("train", first, goal)]
        others: tuple[tuple[Part, tuple[str, ...]], ...] = (("validation", VALIDATION), ("test", TEST))
        for part, words in others:
            more, more_goal = _pick(names, INPUTS, words), _pick(names, TARGETS, words)
            if more and bool(more_goal) == bool(goal):
                chosen.append((part, more, more_goal))
        parts, inputs_of, goals = zip(*chosen, strict=True)
        return Roles(tuple(inputs_of), tuple(goals) if goal else (), tuple(parts))
    one = _pick(names, INPUTS, ())
    if one is not None:
        goal = targets or _pick(names, TARGETS, ())
        return Roles((one,), (goal,) if goal else ())
    most = max(plain, key=lambda item: (len(item.shape), item.shape))
    rest = [item.name for item in plain if item is not most and item.shape[:1] == most.shape[:1]]
    goal = targets or (rest[0] if len(rest) == 1 else None)
    return Roles((most.name,), (goal,) if goal else ())


def _called(name: str, words: tuple[str, ...]) -> bool:
    return name.lower() in words


def _pick(names: dict[str, Listed], words: tuple[str, ...], parts: tuple[str, ...]) -> str | None:
    """The array that is called one of the words, joined with one of the parts."""
    wanted = words if not parts else tuple(
        joined for word in words for part in parts for joined in (f"{word}_{part}", f"{part}_{word}", f"{word}{part}")
    )  # fmt: skip
    return next((name for word in wanted for name in names if name.lower() == word), None)

"""Two folders of pictures that belong together: pairs of the same names, or two heaps without pairs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from runtime.data.own.entries import PICTURES
from runtime.data.own.wording import counted
from runtime.data.schema import DataError
from runtime.data.source import Loading

KNOWN = (
    ("a", "b"), ("traina", "trainb"), ("input", "target"), ("inputs", "targets"), ("source", "target"),
    ("before", "after"), ("sketch", "photo"), ("sketches", "photos"), ("low", "high"), ("x", "y"),
)  # fmt: skip
"""Names of two folders that are no classes, the pictures to start from first."""
TESTS = {"traina": "testa", "trainb": "testb"}


@dataclass(frozen=True, slots=True)
class Two:
    """``first`` and ``second`` are rows of the same length; the last ``test`` of them are a test set."""

    first: list[Path]
    second: list[Path]
    paired: bool
    test: int
    names: tuple[str, str]
    notes: list[str]


def known_pair(names: set[str]) -> tuple[str, str] | None:
    """The two of these folder names (in small letters) that belong together."""
    return next((pair for pair in KNOWN if set(pair) <= names), None)


def read_two(path: Path, first: str | None, second: str | None, paired: str, loading: Loading) -> Two:
    """List the pictures. ``paired`` is "guess", "pairs" or "heaps". :class:`DataError` when there are not two
    folders with pictures."""
    loading.step(0.0, f"Looking through {path.name}")
    inside = {folder.name: folder for folder in sorted(path.iterdir()) if folder.is_dir()}
    small = {name.lower(): name for name in inside}
    pair = known_pair(set(small))
    found = tuple(small[name] for name in pair) if pair else tuple(inside)[:2]
    names = (first or (found[0] if found else ""), second or (found[-1] if len(found) > 1 else ""))
    for name in names:
        if name not in inside:
            told = ", ".join(inside) or "none"
            raise DataError(f"{path.name} needs two folders of pictures. It has {told}." if not name else
                            f"{path.name} has no folder “{name}”. It has {told}.")  # fmt: skip
    one, other = (_pictures(inside[name]) for name in names)
    if not one or not other:
        raise DataError(f"One of the folders {names[0]} and {names[1]} in {path.name} has no pictures.")
    by_name = {_key(inside[names[1]], file): file for file in other}
    matched = [(file, by_name.get(_key(inside[names[0]], file))) for file in one]
    both = [(left, right) for left, right in matched if right is not None]
    if paired == "pairs" or (paired == "guess" and 2 * len(both) > min(len(one), len(other))):
        if not both:
            raise DataError(f"No picture in {names[0]} has one of the same name in {names[1]}.")
        lonely = len(one) + len(other) - 2 * len(both)
        notes = (
            [
                counted(
                    lonely,
                    "picture has no partner of the same name and is left out.",
                    "pictures have no partner of the same name and are left out.",
                )
            ]
            if lonely
            else []
        )
        return Two([left for left, _ in both], [right for _, right in both], True, 0, names, notes)
    tests = [small.get(TESTS.get(name.lower(), "")) for name in names]
    test = [_pictures(inside[name]) if name else [] for name in tests]
    if not all(test):
        test = [[], []]
    held = max(map(len, test))
    return Two(
        _repeated(one, max(len(one), len(other))) + _repeated(test[0], held),
        _repeated(other, max(len(one), len(other))) + _repeated(test[1], held),
        False,
        held,
        names,
        [],
    )


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in PICTURES and not file.name.startswith(".")
    )


def _key(folder: Path, file: Path) -> str:
    return file.relative_to(folder).with_suffix("").as_posix().lower()


def _repeated(files: list[Path], count: int) -> list[Path]:
    """The files again and again, so that the smaller heap goes with the larger."""
    return [files[number % len(files)] for number in range(count)] if files else []

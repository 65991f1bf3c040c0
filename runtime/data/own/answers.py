"""What the targets of arrays are: classes, one-hot classes, several yes/no answers, masks or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Answers:
    """``facts`` as JSON keeps them; ``known`` (N,) is false for rows whose target is missing or infinite."""

    facts: dict[str, Any]
    known: NDArray[numpy.bool_]


def whole_of(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """The targets of all parts in one array; a single column is a list."""
    whole = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
    return whole[:, 0] if whole.ndim == 2 and whole.shape[1] == 1 else whole


def known_rows(whole: NDArray[Any]) -> NDArray[numpy.bool_]:
    """Which rows have a target that can be learnt."""
    if whole.dtype.kind != "f":
        return numpy.ones(len(whole), dtype=bool)
    found: NDArray[numpy.bool_] = numpy.isfinite(whole).reshape(len(whole), -1).all(axis=1)
    return found


def looked_at(whole: NDArray[Any]) -> Answers:
    """What the targets hold: the shape and the kind of one of them, and, where they may be classes, which."""
    known = known_rows(whole)
    rows = whole if known.all() else whole[known]
    told: dict[str, Any] = {"shape": list(whole.shape[1:]), "kind": whole.dtype.kind}
    yes_or_no = whole.dtype.kind in "biuf" and rows.size > 0 and bool(((rows == 0) | (rows == 1)).all())
    if rows.ndim == 2 and 2 <= rows.shape[1] <= MOST_CLASSES and yes_or_no:
        told["columns"] = "one-hot" if bool((rows.sum(axis=1) == 1).all()) else "yes-no"
    if whole.dtype.kind != "f" or (rows.ndim == 1 and not (rows % 1).any()):
        different = numpy.unique(rows)
        few = len(different) <= MOST_CLASSES
        told["classes"] = [_name(item) for item in different.tolist()] if few else None
        told["values"] = different.tolist() if few and whole.dtype.kind in "biuf" else None
        # Zeros and ones are two classes, even where they are kept as floats.
        told["counted"] = whole.dtype.kind != "f" or told["values"] == [0.0, 1.0]
    return Answers(told, known)


def _name(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)

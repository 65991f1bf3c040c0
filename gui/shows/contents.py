"""What a show holds, read from a message or a file and checked: nothing of it is believed unseen. No Qt.

The kinds are those of :mod:`runtime.showing`. :func:`read` turns one dict into one of the classes below;
:class:`ShowError` says in a sentence what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES = ("uint8", "float32")
MOST = 4096
"""Pictures, points of a class or rows that are looked at; a show holds a handful."""


class ShowError(ValueError):
    """A show that cannot be drawn. The text is a sentence."""


MOST_LINES = 64
"""Lines below one picture."""


@dataclass(frozen=True, slots=True)
class Content:
    """What all shows have. ``name`` stays the same from epoch to epoch."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Pictures(Content):
    """``images`` (N, C, H, W) of 0…255, with C of 1 or 3."""

    images: NDArray[np.uint8]
    columns: int
    labels: tuple[str, ...] = ()
    column_titles: tuple[str, ...] = ()
    row_titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a text show; ``right`` is ``None`` where nothing says so."""

    given: str
    output: str
    wanted: str
    right: bool | None


@dataclass(frozen=True, slots=True)
class Text(Content):
    """``heads`` names the columns given, network and wanted where they hold something else; ``compare``: what was
    written can be held against what was wanted piece by piece."""

    rows: tuple[Row, ...]
    heads: tuple[str, ...] = ()
    compare: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """``weights`` (T, S): how much each word of the target looked at each of the source."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Attention(Content):
    rows: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Masks(Content):
    """``truth`` and ``predicted`` (N, H, W) hold class numbers; 255 does not count."""

    images: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    predicted: NDArray[np.uint8]
    classes: tuple[str, ...]


Box = tuple[float, float, float, float, int, float]
"""x0, y0, x1, y1 in pixels, class, score (1 where it is the truth)."""


@dataclass(frozen=True, slots=True)
class Boxes(Content):
    images: NDArray[np.uint8]
    truth: tuple[tuple[Box, ...], ...]
    predicted: tuple[tuple[Box, ...], ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Series(Content):
    """``predicted`` is for the same steps as ``truth`` (or empty); those from ``start`` on were held out."""

    truth: NDArray[np.float32]
    predicted: NDArray[np.float32]
    start: int


@dataclass(frozen=True, slots=True)
class Said:
    """A line below a picture; ``right`` is ``None`` where nothing says so."""

    text: str
    right: bool | None


@dataclass(frozen=True, slots=True)
class Answers(Content):
    """What is said of each picture."""

    images: NDArray[np.uint8]
    rows: tuple[tuple[Said, ...], ...]


@dataclass(frozen=True, slots=True)
class Against(Content):
    """Predicted numbers (N,) and the true ones."""

    truth: NDArray[np.float32]
    predicted: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Points(Content):
    points: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]


def read(show: Any) -> Content:
    """The content of one show; :class:`ShowError` when it is damaged or of a kind that is not known."""
    if not isinstance(show, Mapping):
        raise ShowError("This is not something that can be shown.")
    kind, name = str(show.get("kind", "")), str(show.get("name", "")) or "show"
    reader = READERS.get(kind)
    if reader is None:
        raise ShowError(f"“{kind}” is a kind of picture that this TorchLoom does not know.")
    try:
        return reader(show, name, str(show.get("title", "")) or name)
    except ShowError as error:
        raise ShowError(f"“{show.get('title', name)}” cannot be drawn: {error}") from None
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ShowError(f"“{show.get('title', name)}” cannot be drawn: it is damaged ({error}).") from None


def numbers(found: Any, axes: int) -> NDArray[Any]:
    """An array as it travels (:func:`runtime.protocol.array`) with that many axes."""
    if not isinstance(found, Mapping) or found.get("dtype") not in DTYPES:
        raise ShowError("an array of it is damaged.")
    shape = found["shape"]
    if len(shape) != axes or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise ShowError(f"an array of it has the shape {shape}, not {axes} axes.")
    flat = np.frombuffer(found["data"], dtype=found["dtype"])
    if flat.size != prod(shape):
        raise ShowError(f"an array of it holds {flat.size} numbers instead of {prod(shape)}.")
    return flat.reshape(shape)


def _images(found: Any) -> NDArray[np.uint8]:
    images = numbers(found, 4)
    if images.dtype != np.uint8 or images.shape[1] not in (1, 3) or 0 in images.shape[2:]:
        raise ShowError(f"its pictures have the shape {tuple(images.shape)}, not (N, 1 or 3, H, W).")
    return images[:MOST]


def _words(found: Any) -> tuple[str, ...]:
    if found is None:
        return ()
    if isinstance(found, str) or not isinstance(found, Sequence):
        raise ShowError("its words are not a list.")
    return tuple(str(word) for word in found)


def _pictures(show: Mapping[str, Any], name: str, title: str) -> Pictures:
    images = _images(show["images"])
    return Pictures(
        name,
        title,
        images,
        max(1, min(int(show.get("columns") or 8), max(1, len(images)))),
        _words(show.get("labels")),
        _words(show.get("column_titles")),
        _words(show.get("row_titles")),
    )


def _text(show: Mapping[str, Any], name: str, title: str) -> Text:
    rows = []
    for row in list(show["rows"])[:MOST]:
        right = row.get("right")
        texts = (str(row.get(key) or "") for key in ("input", "output", "wanted"))
        rows.append(Row(*texts, right if isinstance(right, bool) else None))
    heads = _words(show.get("heads"))
    return Text(name, title, tuple(rows), heads if len(heads) == 3 else (), bool(show.get("compare")))


def _attention(show: Mapping[str, Any], name: str, title: str) -> Attention:
    rows = []
    for row in list(show["rows"])[:MOST]:
        source, target = _words(row["source"]), _words(row["target"])
        weights = numbers(row["weights"], 2)
        if weights.shape != (len(target), len(source)):
            raise ShowError(
                f"its weights have the shape {tuple(weights.shape)} for {len(target)} and {len(source)} words."
            )
        rows.append(Sentence(source, target, weights.astype(np.float32)))
    return Attention(name, title, tuple(rows))


def _masks(show: Mapping[str, Any], name: str, title: str) -> Masks:
    images, truth, predicted = (
        _images(show["images"]),
        numbers(show["truth"], 3),
        numbers(show["predicted"], 3),
    )
    wanted = (len(images), *images.shape[2:])
    if truth[:MOST].shape != wanted or predicted[:MOST].shape != wanted:
        raise ShowError("its masks are not as large as its pictures.")
    if truth.dtype != np.uint8 or predicted.dtype != np.uint8:
        raise ShowError("its masks are not class numbers.")
    return Masks(name, title, images, truth[:MOST], predicted[:MOST], _words(show.get("classes")))


def _boxes(show: Mapping[str, Any], name: str, title: str) -> Boxes:
    images = _images(show["images"])

    def rows(found: Any, scored: bool) -> tuple[tuple[Box, ...], ...]:
        pictures = tuple(
            tuple(
                (*(float(edge) for edge in row[:4]), int(row[4]), float(row[5]) if scored else 1.0)  # type: ignore[misc]
                for row in list(picture)[:MOST]
                if np.isfinite([float(value) for value in row]).all()
            )
            for picture in list(found)[:MOST]
        )
        if len(pictures) != len(images):
            raise ShowError(f"it has boxes for {len(pictures)} pictures but shows {len(images)}.")
        return pictures

    return Boxes(
        name,
        title,
        images,
        rows(show["truth"], False),
        rows(show["predicted"], True),
        _words(show.get("classes")),
    )


def _series(show: Mapping[str, Any], name: str, title: str) -> Series:
    truth, predicted = numbers(show["truth"], 1), numbers(show["predicted"], 1)
    if len(predicted) not in (0, len(truth)):
        raise ShowError(f"it has {len(predicted)} predictions for {len(truth)} steps.")
    start = int(show.get("from") or 0)
    return Series(name, title, truth.astype(np.float32), predicted.astype(np.float32), start)


def _points(show: Mapping[str, Any], name: str, title: str) -> Points:
    points = numbers(show["points"], 2)
    if points.shape[1] != 2:
        raise ShowError(f"its points have {points.shape[1]} coordinates instead of two.")
    labels = np.array([int(label) for label in show.get("labels") or [0] * len(points)], dtype=np.int64)
    if len(labels) != len(points):
        raise ShowError(f"it has {len(points)} points but {len(labels)} labels.")
    return Points(name, title, points.astype(np.float32), labels, _words(show.get("classes")))


def _answers(show: Mapping[str, Any], name: str, title: str) -> Answers:
    images = _images(show["images"])
    rows = tuple(
        tuple(
            Said(str(line["text"]), line["right"] if isinstance(line.get("right"), bool) else None)
            for line in list(said)[:MOST_LINES]
        )
        for said in list(show["rows"])[:MOST]
    )
    if len(rows) != len(images):
        raise ShowError(f"it has answers for {len(rows)} pictures but shows {len(images)}.")
    return Answers(name, title, images, rows)


def _against(show: Mapping[str, Any], name: str, title: str) -> Against:
    truth, predicted = numbers(show["truth"], 1), numbers(show["predicted"], 1)
    if len(truth) != len(predicted):
        raise ShowError(f"it has {len(predicted)} predictions for {len(truth)} numbers.")
    return Against(name, title, truth.astype(np.float32), predicted.astype(np.float32))


READERS: dict[str, Callable[[Mapping[str, Any], str, str], Content]] = {
    "pictures": _pictures,
    "text": _text,
    "attention": _attention,
    "masks": _masks,
    "boxes": _boxes,
    "series": _series,
    "answers": _answers,
    "against": _against,
    "points": _points,
}

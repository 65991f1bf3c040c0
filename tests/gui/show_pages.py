"""Shows as the worker sends them, with contents that can be checked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from runtime.protocol import array, encode


def packed(values: Any, dtype: str = "uint8") -> dict[str, Any]:
    plain = np.asarray(values, dtype=dtype)
    return array(plain.tobytes(), list(plain.shape), dtype)


def pictures(grey: int = 0, count: int = 4, **more: Any) -> dict[str, Any]:
    """Plain squares of 4 × 4 pixels of one grey."""
    images = np.full((count, 1, 4, 4), grey)
    return {
        "kind": "pictures",
        "name": "samples",
        "title": "Samples",
        "images": packed(images),
        "columns": 2,
        **more,
    }


def text(*rows: tuple[str, str, str, bool | None]) -> dict[str, Any]:
    names = ("input", "output", "wanted", "right")
    return {
        "kind": "text",
        "name": "text",
        "title": "Translations",
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
    }


def attention() -> dict[str, Any]:
    rows = [
        {
            "source": ["a", "b", "c"],
            "target": ["x", "y"],
            "weights": packed([[1, 0, 0], [0, 0.25, 0.75]], "float32"),
        },
        {"source": ["d"], "target": ["z"], "weights": packed([[1]], "float32")},
    ]
    return {"kind": "attention", "name": "attention", "title": "Attention", "rows": rows}


def masks() -> dict[str, Any]:
    truth = np.zeros((1, 4, 4), np.uint8)
    truth[0, :2] = 1
    truth[0, 3, 3] = 255
    predicted = np.zeros((1, 4, 4), np.uint8)
    predicted[0, :2, :2] = 1
    images = np.zeros((1, 3, 4, 4))
    return {
        "kind": "masks",
        "name": "masks",
        "title": "Masks",
        "images": packed(images),
        "truth": packed(truth),
        "predicted": packed(predicted),
        "classes": ["background", "square"],
    }


def boxes() -> dict[str, Any]:
    return {
        "kind": "boxes",
        "name": "boxes",
        "title": "Boxes",
        "images": packed(np.zeros((2, 3, 10, 20))),
        "truth": [[[2, 2, 8, 8, 0]], []],
        "predicted": [[[2, 2, 8, 8, 0, 0.9], [0, 0, 4, 4, 1, 0.3]], []],
        "classes": ["square", "circle"],
    }


def series() -> dict[str, Any]:
    truth, predicted = packed([0, 1, 2, 3, 4], "float32"), packed([0.5, 1.5, 2.5, 3.5, 4.5], "float32")
    return {
        "kind": "series",
        "name": "series",
        "title": "Series",
        "truth": truth,
        "predicted": predicted,
        "from": 3,
    }


def answers() -> dict[str, Any]:
    """Three pictures of 4 × 8: one right, one wrong, one of which nothing is known."""
    rows = [[("cat 90%", True)], [("dog 60% · is cat", False)], [("cat 51%", None)]]
    return {
        "kind": "answers",
        "name": "answers",
        "title": "Answers",
        "images": packed(np.zeros((3, 1, 4, 8))),
        "rows": [[{"text": text, "right": right} for text, right in said] for said in rows],
    }


def against() -> dict[str, Any]:
    truth, predicted = packed([1, 2, 3], "float32"), packed([1, 2.5, 2], "float32")
    return {"kind": "against", "name": "against", "title": "Price", "truth": truth, "predicted": predicted}


def points() -> dict[str, Any]:
    where = packed([[0, 0], [1, 1], [2, 2]], "float32")
    return {
        "kind": "points",
        "name": "points",
        "title": "Code",
        "points": where,
        "labels": [0, 1, 1],
        "classes": ["a", "b"],
    }


def page(epoch: int, *shows: dict[str, Any]) -> dict[str, Any]:
    return {"event": "shows", "epoch": epoch, "step": 10 * epoch, "shows": list(shows)}


def kept(folder: Path, *pages: dict[str, Any]) -> Path:
    """A run's folder with these pages in it."""
    (folder / "shows").mkdir(parents=True, exist_ok=True)
    for one in pages:
        (folder / "shows" / f"{one['epoch']:05d}.show").write_bytes(encode(one))
    return folder

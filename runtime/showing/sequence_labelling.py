"""Sentences with the class that the network gives each word."""

from __future__ import annotations

from typing import Any

from runtime.data.schema import UNLABELLED, DataError, Schema
from runtime.data.tokens import filled, numbers_of, words_of
from runtime.protocol import Message
from runtime.showing import Look

ROWS = 8


def show(look: Look) -> list[Message]:
    schema = look.session.dataset.schema
    if not schema.vocabulary:
        return []
    batch = look.batch(ROWS)
    found = look.loop.scores(batch["input"]).argmax(-1).tolist()
    rows = []
    for tokens, labels, target in zip(batch["input"].tolist(), found, batch["target"].tolist(), strict=True):
        counted = [place for place, label in enumerate(target) if label != UNLABELLED]
        wanted, given = [target[place] for place in counted], [labels[place] for place in counted]
        rows.append(_row(tokens, given, schema, wanted))
    return [
        {"kind": "text", "name": "labels", "title": "A class for every word", "rows": rows, "compare": True}
    ]


def _row(tokens: list[int], labels: list[int], schema: Schema, wanted: list[int] | None) -> Message:
    words, classes = words_of(tokens, schema.vocabulary, marks=True), schema.classes or ()
    return {
        "input": " ".join(words),
        "output": " ".join(classes[label] for label in labels),
        "wanted": " ".join(classes[label] for label in wanted) if wanted is not None else "",
        "right": labels == wanted if wanted is not None else None,
    }


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """The class of every word a person typed."""
    schema = look.session.dataset.schema
    numbers = numbers_of(text, schema.vocabulary)
    room = schema.input_shape[0]
    if len(numbers) > room > 0:
        raise DataError(f"This text has {len(numbers)} words, but at most {room} fit.")
    tokens = filled([numbers], max(room, len(numbers))).to(look.session.device)
    labels: list[int] = look.loop.scores(tokens)[0, : len(numbers)].argmax(-1).tolist()
    target = options.get("target")
    wanted = None if target is None else [label for label in target.tolist() if label != UNLABELLED]
    row = _row(numbers, labels, schema, wanted)
    return [
        {"kind": "text", "name": "tried", "title": "A class for every word", "rows": [row], "compare": True}
    ]

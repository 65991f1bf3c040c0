"""Hidden words with the network's guesses, and what it says of the second sentence."""

from __future__ import annotations

import re
from typing import Any

import torch

from runtime.data.schema import CLASS, MASK, SEPARATOR, DataError, Schema
from runtime.data.tokens import filled, numbers_of, readable, words_of
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.looking import attention_of, attention_show

ROWS = 8


def show(look: Look) -> list[Message]:
    """The same words of the same sentences are hidden in every epoch."""
    batch = look.batch(ROWS)
    schema, loop = look.session.dataset.schema, look.loop
    tokens, segments = batch["input"], batch["segments"]
    hidden = look.fixed("hidden", lambda: loop.masked(tokens)[1])
    given = tokens.masked_fill(hidden, loop.mask)
    shows = _guessed(look, given, segments, hidden, tokens)
    with attention_of(loop.network, across=False) as layers:
        _, sentences = loop.network(tokens, segments)
    shares = sentences.float().softmax(-1)[:, 1].tolist()
    rows = []
    for row, share, follows in zip(tokens.tolist(), shares, batch["target"].tolist(), strict=True):
        rows.append(
            {
                "input": _text(row, schema),
                "output": f"follows {share:.0%}",
                "wanted": "follows" if follows else "does not follow",
                "right": (share > 0.5) == bool(follows),
            }
        )
    shows.append(
        {"kind": "text", "name": "following", "title": "Does the second sentence follow?", "rows": rows}
    )
    read = [words_of(row, schema.vocabulary, marks=True) for row in tokens[:1].tolist()]
    shows += [
        attention_show(f"attention:{name}", f"Attention of {name}", read, read, weights[:1])
        for name, weights in list(layers.items())[-1:]
    ]
    return shows


def _text(row: list[int], schema: Schema) -> str:
    """Two sentences with a bar between them, ___ for what is hidden."""
    text = readable(row, schema.vocabulary, marks=True).replace(CLASS, "").replace(MASK, "___")
    return " | ".join(part.strip() for part in text.split(SEPARATOR) if part.strip())


def _guessed(
    look: Look,
    given: torch.Tensor,
    segments: torch.Tensor,
    hidden: torch.Tensor,
    truth: torch.Tensor | None = None,
) -> list[Message]:
    schema = look.session.dataset.schema
    guesses = look.loop.guesses(given, segments)
    rows = []
    for number, row in enumerate(given.tolist()):
        places = hidden[number].nonzero().flatten().tolist()
        best = [
            " / ".join(schema.vocabulary[guess] for guess in guesses[number, place].tolist())
            for place in places
        ]
        wanted, right = "", None
        if truth is not None:
            wanted = ", ".join(schema.vocabulary[int(truth[number, place])] for place in places)
            right = all(int(guesses[number, place, 0]) == int(truth[number, place]) for place in places)
        rows.append(
            {"input": _text(row, schema), "output": ", ".join(best), "wanted": wanted, "right": right}
        )
    return [{"kind": "text", "name": "hidden", "title": "Hidden words", "rows": rows}]


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Guess the words that a person left out: ___ or <mask>; a bar | stands between two sentences."""
    schema, loop = look.session.dataset.schema, look.loop
    words = schema.vocabulary
    parts = [part.strip() for part in re.sub(r"_+", f" {MASK} ", text).split("|") if part.strip()]
    rows: list[int] = [words.index(CLASS)]
    segments: list[int] = [0]
    for number, part in enumerate(parts[:2]):
        found = [*numbers_of(part, words), words.index(SEPARATOR)]
        rows += found
        segments += [number] * len(found)
    if len(rows) > schema.input_shape[0]:
        raise DataError(
            f"This text has {len(rows)} tokens with its marks, but at most {schema.input_shape[0]} fit."
        )
    tokens = filled([rows], schema.input_shape[0]).to(look.session.device)
    which = filled([segments], schema.input_shape[0]).to(look.session.device)
    shows = _guessed(look, tokens, which, tokens == loop.mask)
    if len(parts) > 1:
        share = float(loop.network(tokens, which)[1].float().softmax(-1)[0, 1])
        row = {"input": _text(rows, schema), "output": f"follows {share:.0%}", "wanted": "", "right": None}
        shows.append({"kind": "text", "name": "following", "title": "Does it follow?", "rows": [row]})
    return shows

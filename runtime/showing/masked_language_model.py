"""Hidden words with the network's guesses, and what it says of the second sentence."""

from __future__ import annotations

import re
from typing import Any

import torch

from runtime.data.schema import CLASS, MASK, SEPARATOR, DataError, Schema
from runtime.data.tokens import filled, numbers_of, readable, words_of
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.looking import attention_of, attention_show, title_of

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
    rows = [
        _verdict(_text(row, schema), share, bool(follows))
        for row, share, follows in zip(tokens.tolist(), shares, batch["target"].tolist(), strict=True)
    ]
    shows.append(
        {"kind": "text", "name": "following", "title": "Does the second sentence follow?", "rows": rows}
    )
    read = [words_of(row, schema.vocabulary, marks=True) for row in tokens[:1].tolist()]
    shows += [
        attention_show(f"attention:{name}", title_of(name), read, read, weights[:1])
        for name, weights in list(layers.items())[-1:]
    ]
    return shows


def _verdict(text: str, share: float, follows: bool | None) -> Message:
    """What is said of a second sentence, how sure that is, and whether it is right where that is known."""
    said = share > 0.5
    return {
        "input": text,
        "output": f"{_FOLLOWS[said]} {share if said else 1 - share:.0%}",
        "wanted": "" if follows is None else _FOLLOWS[follows],
        "right": None if follows is None else said == follows,
    }


_FOLLOWS = {True: "follows", False: "does not follow"}


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
    """The likeliest words for each that is hidden; only the first of them where that is right."""
    schema = look.session.dataset.schema
    guesses = look.loop.guesses(given, segments)
    rows = []
    for number, row in enumerate(given.tolist()):
        places = hidden[number].nonzero().flatten().tolist()
        found = [[schema.vocabulary[guess] for guess in guesses[number, place].tolist()] for place in places]
        wanted: list[str] = []
        if truth is not None:
            wanted = [schema.vocabulary[int(truth[number, place])] for place in places]
            found = [
                words[:1] if words[0] == word else words for words, word in zip(found, wanted, strict=True)
            ]
        rows.append(
            {
                "input": _text(row, schema),
                "output": ", ".join(" / ".join(words) for words in found),
                "wanted": ", ".join(wanted),
                "right": None if truth is None else all(len(words) == 1 for words in found),
            }
        )
    return [{"kind": "text", "name": "hidden", "title": "Hidden words", "rows": rows, "compare": True}]


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Guess the words that a person left out: ___ or <mask>; a bar | stands between two sentences."""
    schema, loop = look.session.dataset.schema, look.loop
    words = schema.vocabulary
    parts = [part.strip() for part in re.sub(r"_+", f" {MASK} ", text).split("|") if part.strip()]
    if len(parts) > 2:
        raise DataError(
            f"There are {len(parts)} sentences with bars between them; the network reads two at most."
        )
    if len(parts) < 2 and MASK not in "".join(parts):
        raise DataError("There is nothing to guess: write ___ for a word, or a bar | and a second sentence.")
    rows: list[int] = [words.index(CLASS)]
    segments: list[int] = [0]
    for number, part in enumerate(parts):
        found = [*numbers_of(part, words), words.index(SEPARATOR)]
        rows += found
        segments += [number] * len(found)
    if len(rows) > schema.input_shape[0]:
        raise DataError(
            f"This text has {len(rows)} tokens with its marks, but at most {schema.input_shape[0]} fit."
        )
    tokens = filled([rows], schema.input_shape[0]).to(look.session.device)
    which = filled([segments], schema.input_shape[0]).to(look.session.device)
    hidden = tokens == loop.mask
    shows = _guessed(look, tokens, which, hidden) if hidden.any() else []
    if len(parts) > 1:
        target = options.get("target")
        share = float(loop.network(tokens, which)[1].float().softmax(-1)[0, 1])
        row = _verdict(_text(rows, schema), share, None if target is None else bool(target))
        shows.append({"kind": "text", "name": "following", "title": "Does it follow?", "rows": [row]})
    return shows

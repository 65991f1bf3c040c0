"""What a language model writes after each epoch, and which tokens it looks at."""

from __future__ import annotations

from typing import Any

from runtime.data.tokens import words_of
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.looking import attention_of, attention_show, title_of
from runtime.showing.writing import continued, generated, numbers

LONGEST = 32
"""Tokens of an attention matrix, so that it can be read."""


def show(look: Look) -> list[Message]:
    batch = look.batch(1)
    schema = look.session.dataset.schema
    given = batch["input"][:, :LONGEST]
    with attention_of(look.loop.network, across=False) as layers:
        look.loop.network(given)
    read = [_shown(words_of(row, schema.classes or (), marks=True)) for row in numbers(given).tolist()]
    looks = [
        attention_show(f"attention:{name}", title_of(name), read, read, weights)
        for name, weights in list(layers.items())[-1:]
    ]
    return [*generated(look), *looks]


def _shown(words: list[str]) -> list[str]:
    """Spaces and line ends as something one can see."""
    return [{" ": "␣", "\n": "↵"}.get(word, word) for word in words]


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Go on from what a person typed."""
    return continued(look, text, options)

"""Slips of the keyboard: what was probably meant, where nothing is called what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

LEAST = 4
"""Shorter words are not guessed at: every three letters are close to some others."""
ALIKE = 0.72
"""How much of a word must be right (:class:`difflib.SequenceMatcher`'s ratio)."""


def corrected(query: str, known: Iterable[str]) -> str:
    """The query with every word that occurs in none of the ``known`` ones replaced by the closest of them.

    Case does not matter. Empty when a word is close to nothing, or when there was nothing to replace.
    """
    words = sorted({word.lower() for word in known})
    found = []
    for word in query.lower().split():
        if any(word in other for other in words):
            found.append(word)
            continue
        close = get_close_matches(word, words, 1, ALIKE) if len(word) >= LEAST else []
        if not close:
            return ""
        found.append(close[0])
    return " ".join(found) if found != query.lower().split() else ""


def words_of(*texts: str) -> set[str]:
    """The words of texts that are worth guessing: ``3-D`` and ``of`` are not."""
    return {
        word for text in texts for word in re.findall(r"[A-Za-z][A-Za-z0-9]*", text) if len(word) >= LEAST
    }

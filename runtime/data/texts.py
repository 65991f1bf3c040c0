"""The text that ships with the application, as characters, words and sentences.

The first two chapters of "Alice's Adventures in Wonderland" by Lewis Carroll (1865), which is in the public domain.
It was typed in for this application, with plain quotation marks; commas may differ from the printed book.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

TEXT = Path(__file__).parent.parent.parent / "resources" / "texts" / "alice.txt"
WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*|[^\sa-z]", re.IGNORECASE)
"""A word (with the apostrophes and hyphens in it) or a punctuation mark."""


@cache
def shipped(lower: bool = True) -> str:
    """The whole text; paragraphs are lines, with empty lines between them."""
    text = TEXT.read_text(encoding="utf-8").strip()
    return text.lower() if lower else text


def words_in(text: str) -> list[str]:
    """Words and punctuation marks one after the other."""
    return WORD.findall(text)


def commonest(words: list[str], most: int) -> tuple[str, ...]:
    """The ``most`` commonest words, in the order of the alphabet."""
    counted = sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(sorted(word for word, _ in counted[:most]))


@cache
def sentences(shortest: int = 3, longest: int = 40) -> tuple[tuple[str, ...], ...]:
    """The sentences of the text as lower-case words, in their order; what is shorter or longer is left out."""
    found = []
    for paragraph in shipped().split("\n\n")[2:]:
        for part in re.split(r"(?<=[.!?;:])[\"')]*\s+", paragraph.replace("\n", " ")):
            words = tuple(words_in(part.replace('"', "").replace("(", "").replace(")", "")))
            if shortest <= len(words) <= longest:
                found.append(words)
    return tuple(found)

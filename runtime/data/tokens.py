"""Words and their numbers: text to token numbers of a vocabulary, and token numbers to text a person reads.

In a vocabulary number 0, the empty word, fills up. The other words that are not words stand in
:mod:`runtime.data.schema`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from runtime.data.schema import CLASS, END, MASK, SEPARATOR, START, UNKNOWN, DataError

if TYPE_CHECKING:
    import torch

MARKS = (START, END, CLASS, SEPARATOR)
"""What is left out where a sentence is read: marks that only say where something begins and ends."""

INSIDE = "##"
"""How the parts of a word behind its first are marked: ``play ##ing``."""
TOLD = 40
"""Words that are told to who typed another."""
TIGHT = tuple(",.;:!?)")
"""Punctuation that follows without a space."""


def readable(numbers: Iterable[int], vocabulary: Sequence[str], marks: bool = False) -> str:
    """Token numbers as text, up to the end token. Characters stand side by side, words apart; ``marks`` keeps the
    marks and what comes behind the end. Numbers beyond the vocabulary are shown as unknown words."""
    return joined(words_of(numbers, vocabulary, marks), of_characters(vocabulary))


def words_of(numbers: Iterable[int], vocabulary: Sequence[str], marks: bool = False) -> list[str]:
    """The words themselves, as :func:`readable` takes them."""
    words: list[str] = []
    for number in numbers:
        word = vocabulary[number] if number < len(vocabulary) else UNKNOWN
        if word == END and not marks:
            break
        if word and (marks or word not in MARKS):
            words.append(word)
    return words


def of_characters(vocabulary: Sequence[str]) -> bool:
    """Whether the words of a vocabulary are single characters, special words apart."""
    return all(len(word) <= 1 for word in vocabulary if word not in (*MARKS, MASK, UNKNOWN))


def joined(words: Sequence[str], characters: bool = False) -> str:
    """Words with spaces between them, but none between characters, between digits, at a line's end and in front of
    punctuation."""
    if characters:
        return "".join(words)
    text = ""
    for number, word in enumerate(words):
        before = words[number - 1] if number else "\n"
        if word.startswith(INSIDE) and len(word) > len(INSIDE):
            text += word.removeprefix(INSIDE)
            continue
        close = word in TIGHT or "\n" in (word, before) or (word.isdigit() and before.isdigit())
        text += word if close else f" {word}"
    return text


def numbers_of(text: str, vocabulary: Sequence[str]) -> list[int]:
    """The token numbers of a text a person typed: words where the vocabulary has them, else their characters.

    A text of characters only (the vocabulary holds the space) is taken character by character. What is not
    known becomes the unknown word; where the vocabulary has none, :class:`DataError` names what was not understood.
    """
    table = {word: number for number, word in enumerate(vocabulary) if word}
    found: list[int] = []
    pieces = list(text) if " " in table else text.split()
    for piece in pieces:
        word = piece if piece in table else piece.lower()
        if word in table:
            found.append(table[word])
        elif INSIDE + word[-1:] in table and (parts := parts_of(word, table)):
            found += parts
        elif word and all(character in table for character in word):
            found += [table[character] for character in word]
        elif UNKNOWN in table:
            found.append(table[UNKNOWN])
        else:
            raise DataError(_stranger(piece, [word for word in table if word not in (*MARKS, MASK)]))
    if not found:
        raise DataError("There is nothing in this text yet. Type something.")
    return found


def _stranger(piece: str, known: Sequence[str]) -> str:
    """That a word or a character is not known, and some that are."""
    if of_characters(known):
        seen = " ".join({" ": "␣", "\n": "⏎"}.get(character, character) for character in known[:TOLD])
        kind = "characters"
    else:
        seen, kind = ", ".join(known[:TOLD]), "words"
    return (
        f"“{piece}” is not among the {kind} of this data. It knows {seen}{' …' if len(known) > TOLD else '.'}"
    )


def parts_of(word: str, table: Mapping[str, int]) -> list[int]:
    """The numbers of the parts of one word as WordPiece finds them, the longest that fits first; empty when it
    cannot be put together."""
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            part = (INSIDE if start else "") + word[start:end]
            if part in table:
                found.append(table[part])
                start = end
                break
        else:
            return []
    return found


def filled(rows: Sequence[Sequence[int]], length: int) -> torch.Tensor:
    """Rows of token numbers as one tensor (N, length) of int64, filled up with 0."""
    import torch

    tokens = torch.zeros(len(rows), length, dtype=torch.int64)
    for number, row in enumerate(rows):
        tokens[number, : len(row)] = torch.tensor(row, dtype=torch.int64)
    return tokens

"""Texts as token numbers: characters, words, or parts of words that are learned from the texts themselves.

The vocabulary alone says how a text is cut, so it is all that a schema, a run and a typed sentence need: parts of
words are written as WordPiece writes them (Wu et al., arXiv 1609.08144), ``play ##ing``, and found by taking the
longest part that fits. :mod:`runtime.data.own.corpus` tells which texts a vocabulary is learned from.
No torch in here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from graph.catalogue.spec import Param
from runtime.data.schema import UNKNOWN
from runtime.data.tokens import INSIDE, parts_of

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\s]")
"""A word of any language (with the apostrophes and hyphens in it), a digit or a punctuation mark."""
LONGEST_WORD = 100
LOWER = Param("lower", "bool", True, "Take capital letters as small ones.")


def unit_option(default: str) -> Param:
    return Param(
        "unit", "choice", default,
        "What a token is. Subwords: frequent parts of words, learned from these texts.",
        choices=("characters", "words", "subwords"),
    )  # fmt: skip


def vocabulary_option(default: int) -> Param:
    return Param(
        "vocabulary", "int", default, "Different tokens at most; rarer ones become unknown.", minimum=10,
        maximum=100_000,
    )  # fmt: skip


def composed(text: str, lower: bool) -> str:
    """A text whose letters are whole: some systems write a Korean syllable as its two or three parts, or an accent
    behind its letter, which nobody types."""
    text = unicodedata.normalize("NFC", text)
    return text.lower() if lower else text


def cut(text: str, unit: str, lower: bool) -> list[str]:
    """A text as characters or words; subwords are cut from words later."""
    text = composed(text, lower)
    return list(text) if unit == "characters" else WORD.findall(text)


def learn(
    counts: Mapping[str, int], unit: str, most: int, marks: Sequence[str], step: Callable[[], None]
) -> tuple[str, ...]:
    """The vocabulary of texts in which characters or words come so often: the empty word, the marks, then the tokens
    by letter."""
    step()
    head = tuple(dict.fromkeys(("", *marks)))
    counts = {word: count for word, count in counts.items() if word not in head}
    room = max(1, most - len(head))
    if unit == "subwords":
        return (*head, *(word for word in _parts(counts, room, step) if word not in head))
    # Frequent words first to be kept, equally frequent ones by letter, so that the order of the rows plays no part.
    kept = sorted(counts, key=lambda word: (-counts[word], word))[:room]
    return (*head, *sorted(kept))


def _parts(counts: Mapping[str, int], most: int, step: Callable[[], None]) -> list[str]:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=most, show_progress=False, continuing_subword_prefix=INSIDE, special_tokens=[]
    )

    def lines() -> Iterator[str]:
        for number, (word, count) in enumerate(sorted(counts.items())):
            if number % 1000 == 0:
                step()
            # How often a word comes matters; a hundred times is often enough to tell.
            yield " ".join([word] * min(count, 100))

    tokenizer.train_from_iterator(lines(), trainer)
    return sorted(tokenizer.get_vocab())


class Numbers:
    """Token numbers of texts that are cut, by a vocabulary. What it does not know is the unknown word, or left out
    where the vocabulary has none."""

    def __init__(self, vocabulary: Sequence[str], unit: str) -> None:
        self.table = {word: number for number, word in enumerate(vocabulary) if word}
        self.unit = unit
        self.unknown = self.table.get(UNKNOWN)
        self.known: dict[str, list[int]] = {}

    def of(self, words: Iterable[str]) -> list[int]:
        """The numbers, one after the other."""
        found: list[int] = []
        for word in words:
            if word not in self.known:
                self.known[word] = self._one(word)
            found += self.known[word]
        return found

    def _one(self, word: str) -> list[int]:
        if word in self.table:
            return [self.table[word]]
        if self.unit == "subwords":
            parts = parts_of(word, self.table) if len(word) <= LONGEST_WORD else []
            return parts or ([] if self.unknown is None else [self.unknown])
        return [] if self.unknown is None else [self.unknown]

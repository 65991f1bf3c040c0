"""Texts as numbers of the dictionary of all that occurs in them, and what their training rows teach.

A vocabulary is learned twice, because a schema must answer before anyone has divided the data: from all texts to
know how *long* it is (networks are built for that many tokens), then from the training rows alone to know which words
are in it. The second takes the place of the first (:meth:`runtime.data.dataset.Dataset.learned`): it is as long, with
empty words at its end where the training rows have fewer, and whatever else stands in the held-out texts is the
unknown word. So another seed, another share or a fold of a cross-validation never changes the shape of a network,
and nothing of the held-out texts but a count reaches what is learned. No torch in here.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy

from runtime.data.own.tokenising import Numbers, learn
from runtime.data.schema import UNKNOWN, DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Quiet = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Rows of numbers of different length, one behind the other: row i is ``flat[starts[i]:starts[i + 1]]``."""

    flat: NDArray[numpy.int64]
    starts: NDArray[numpy.int64]

    @property
    def lengths(self) -> NDArray[numpy.int64]:
        return numpy.diff(self.starts)

    def filled(
        self, length: int, before: Sequence[int] = (), after: Sequence[int] = ()
    ) -> NDArray[numpy.int64]:
        """Rows (N, length) between ``before`` and ``after``, cut off where they are longer, filled up with 0."""
        room = length - len(before) - len(after)
        kept = numpy.minimum(self.lengths, room)
        found = numpy.zeros((len(kept), length), numpy.int64)
        found[:, : len(before)] = before
        place = numpy.arange(room)
        there = place < kept[:, None]
        inside = numpy.zeros((len(kept), room), numpy.int64)
        inside[there] = self.flat[(self.starts[:-1, None] + place)[there]]
        found[:, len(before) : len(before) + room] = inside
        for offset, number in enumerate(after):
            found[numpy.arange(len(kept)), len(before) + kept + offset] = number
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """``pieces`` (all of them, one text behind the other) are numbers in ``words``, the different ones in the order
    in which they first come; text i begins at ``starts[i]``. ``marks`` are words that every vocabulary has."""

    words: tuple[str, ...]
    pieces: NDArray[numpy.int32]
    starts: NDArray[numpy.int64]
    unit: str
    marks: tuple[str, ...]

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.starts) - 1

    def vocabulary(self, most: int, step: Quiet, held: NDArray[numpy.bool_] | None = None) -> tuple[str, ...]:
        """What these texts teach, without the pieces that are ``held`` out; at most ``most`` words."""
        pieces = self.pieces if held is None else self.pieces[~held]
        counts = numpy.bincount(pieces, minlength=len(self.words)).tolist()
        known = {word: count for word, count in zip(self.words, counts, strict=True) if count}
        return learn(known, self.unit, most, self.marks, step)

    def numbered(self, vocabulary: Sequence[str]) -> Ragged:
        """The texts as numbers of a vocabulary; a piece may become several."""
        numbers = Numbers(vocabulary, self.unit)
        parts = [numbers.of([word]) for word in self.words]
        counts = numpy.array([len(part) for part in parts], numpy.int64)
        table = numpy.array([number for part in parts for number in part], numpy.int64)
        first = numpy.concatenate(([0], numpy.cumsum(counts)))
        if (counts == 1).all():
            return Ragged(table[self.pieces], self.starts)
        each = counts[self.pieces]
        ends = numpy.concatenate(([0], numpy.cumsum(each)))
        place = numpy.arange(ends[-1]) - numpy.repeat(ends[:-1], each)
        return Ragged(table[numpy.repeat(first[self.pieces], each) + place], ends[self.starts])

    def apart(self) -> Corpus:
        """The same pieces, each a text of its own."""
        return replace(self, starts=numpy.arange(len(self.pieces) + 1))

    def held_out(self, rows: NDArray[numpy.int64]) -> NDArray[numpy.bool_]:
        """Which pieces belong to texts that are not among these rows."""
        mine = numpy.zeros(len(self), bool)
        mine[rows] = True
        return numpy.repeat(~mine, numpy.diff(self.starts))

    def unknown(self, vocabulary: Sequence[str], held: NDArray[numpy.bool_], what: str) -> list[str]:
        """A sentence about what a vocabulary does not know of the pieces that are held out, if there is any."""
        numbers = Numbers(vocabulary, self.unit)
        strange = numpy.array([numbers.unknown in numbers.of([word]) for word in self.words])
        lost = int(strange[self.pieces[held]].sum())
        if not lost:
            return []
        noun = "characters" if self.unit == "characters" else "words"
        return [
            f"{lost:,} of {int(held.sum()):,} {noun} in the {what} that are held out are not in the vocabulary of the "
            f"training {what}: they are read as {UNKNOWN}."
        ]


def gathered(texts: Iterable[Sequence[str]], unit: str, marks: Sequence[str]) -> Corpus:
    """Texts that are cut as a corpus."""
    table: dict[str, int] = {}
    pieces = array("i")
    starts = [0]
    for text in texts:
        pieces.extend([table.setdefault(word, len(table)) for word in text])
        starts.append(len(pieces))
    return Corpus(
        tuple(table), numpy.array(pieces, numpy.int32), numpy.array(starts, numpy.int64), unit, tuple(marks)
    )


def of_letters(text: str, marks: Sequence[str]) -> Corpus:
    """One long text of characters as a corpus, by a table of code points: a book takes no longer than its letters."""
    codes = numpy.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), numpy.uint32)
    different = numpy.flatnonzero(numpy.bincount(codes))
    table = numpy.zeros(int(different[-1]) + 1, numpy.int32)
    table[different] = numpy.arange(len(different), dtype=numpy.int32)
    words = tuple(chr(code) for code in different.tolist())
    return Corpus(words, table[codes], numpy.array([0, len(codes)]), "characters", tuple(marks))


def lengthened(vocabulary: Sequence[str], size: int) -> tuple[str, ...]:
    """A vocabulary with empty words up to a size. :class:`DataError` when it is longer: then it is another data's."""
    if len(vocabulary) > size:
        raise DataError(
            f"The run knows {len(vocabulary):,} words, but the texts have {size:,} now: they were changed since it "
            "began. Put the old texts back, or start a new run."
        )
    return (*vocabulary, *("" for _ in range(size - len(vocabulary))))


def taught(
    corpus: Corpus,
    name: str,
    before: Sequence[str],
    held: NDArray[numpy.bool_],
    kept: Mapping[str, Sequence[str]] | None,
    what: str,
) -> tuple[tuple[str, ...], list[str]]:
    """(the vocabulary of the pieces that are not ``held`` out, or the one ``kept`` under ``name``, as long as
    ``before``; what is to be told of it). ``what`` names the texts."""
    learned = kept[name] if kept and name in kept else corpus.vocabulary(len(before), lambda: None, held)
    words = lengthened(learned, len(before))
    return words, corpus.unknown(words, held, what)

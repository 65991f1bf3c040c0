"""How answers depend on the length of a sequence, and on the place in it."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.judging.views import FEW, bars
from runtime.protocol import Message

MOST = 16
"""Bars; more lengths than that are taken together."""


def by_length(
    name: str, title: str, lengths: Sequence[int], right: Sequence[bool], places: Sequence[int], what: str
) -> Message:
    """The share of the sequences that are right, for each length (or range of lengths)."""
    low, high = min(lengths), max(lengths)
    wide = -(-(high - low + 1) // MOST)
    groups: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        groups.setdefault((length - low) // wide, []).append(number)
    labels, values, counts, behind = [], [], [], []
    for group in sorted(groups):
        start = low + group * wide
        labels.append(str(start) if wide == 1 else f"{start}–{start + wide - 1}")
        values.append(sum(right[number] for number in groups[group]) / len(groups[group]))
        counts.append(len(groups[group]))
        wrong = [places[number] for number in groups[group] if not right[number]]
        behind.append(wrong[:FEW])
    return bars(name, title, labels, values, (what, "share"), counts, share=True, samples=behind)


def by_place(name: str, title: str, hits: Sequence[Sequence[bool]], what: str) -> Message:
    """The share of right answers at each place (or range of places) of the sequences."""
    longest = max((len(row) for row in hits), default=0)
    wide = max(1, -(-longest // (2 * MOST)))
    labels, values, counts = [], [], []
    for start in range(0, longest, wide):
        found = [hit for row in hits for hit in row[start : start + wide]]
        labels.append(str(start + 1) if wide == 1 else f"{start + 1}–{start + wide}")
        values.append(sum(found) / max(1, len(found)))
        counts.append(len(found))
    return bars(name, title, labels, values, (what, "share"), counts, share=True)

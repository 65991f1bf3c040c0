"""Two rows of words beside each other: where they differ, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

Run = list[object]
"""``[text, mark]``; mark 1 for what is wrong."""


def runs(words: Sequence[str], wrong: Sequence[bool], characters: bool = False) -> list[Run]:
    """Words as text cut where right turns into wrong; between words stands a space, between characters none."""
    found: list[Run] = []
    for number, (word, bad) in enumerate(zip(words, wrong, strict=True)):
        text = word if characters or number == 0 else f" {word}"
        if found and found[-1][1] == int(bad):
            found[-1][0] = f"{found[-1][0]}{text}"
        else:
            found.append([text, int(bad)])
    return found


def differences(
    given: Sequence[str], wanted: Sequence[str]
) -> tuple[list[bool], list[bool], list[tuple[str, str]]]:
    """Which of the given words are wrong, which of the wanted are missed, and the pairs (wanted, given) of words that
    stand in each other's place."""
    wrong, missed = [False] * len(given), [False] * len(wanted)
    swapped = []
    for kind, a, b, c, d in SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        missed[a:b] = [True] * (b - a)
        wrong[c:d] = [True] * (d - c)
        if kind == "replace" and b - a == d - c:
            swapped += list(zip(wanted[a:b], given[c:d], strict=True))
    return wrong, missed, swapped


def distance(given: Sequence[object], wanted: Sequence[object]) -> int:
    """How many words must be put in, taken out or changed to make one row the other (Levenshtein, 1966)."""
    row = list(range(len(wanted) + 1))
    for number, one in enumerate(given, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(wanted, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (one != other)),
            )
    return row[-1]

"""What a text in columns is: pairs of sentences, labelled sentences, a series, or just a table. No numpy, no torch."""

from __future__ import annotations

from typing import Any

from runtime.data.columns import is_missing
from runtime.data.csv_text import SENTENCE_ENDS
from runtime.data.numerals import to_number
from runtime.data.own.peeking import ROWS, SENTENCE_WORDS, Peek

LABELS = frozenset(
    ("label", "labels", "class", "category", "sentiment", "emotion", "target", "y",
     "라벨", "레이블", "감정", "분류", "정답")
)  # fmt: skip
"""Names of columns that say what is to be said of a text."""
TIMES = frozenset(("t", "time", "step", "timestamp", "epoch", "hour", "시간", "시각", "시점"))
"""Names of columns of numbers that order the rows of a series."""
USUAL_WINDOW = 24
FEW_WINDOWS = 5
MANY = 10
"""Rows from which on cells that are all different are no chance."""


def columned(name: str, seen: Peek) -> tuple[str, str, dict[str, Any]]:
    """(source, why, options) of the file of this name whose first rows were seen."""
    pair = _pair(seen)
    if pair is not None:
        first, second = pair
        return "own-pairs", f"{name} has pairs of sentences: “{first}” and “{second}”.", {
            "first": first, "second": second,
        }  # fmt: skip
    labelled = _labelled(seen)
    if labelled is not None:
        text, label = labelled
        return "own-sentences", f"{name} has sentences (“{text}”), each with its “{label}”.", {
            "text": text, "target": label,
        }  # fmt: skip
    time = _time(seen)
    if time is not None:
        why = f"{name} is a series: its rows follow each other by “{time}”."
        return "own-series", why, {"time": time, **window_for(seen)}
    return "own-table", f"{name} is a table of {seen.width} columns.", {}


def window_for(seen: Peek) -> dict[str, int]:
    """The window of a series as an option, where it has too few rows for the usual one."""
    few = len(seen.rows) < FEW_WINDOWS * USUAL_WINDOW < ROWS
    return {"window": max(2, len(seen.rows) // FEW_WINDOWS)} if few else {}


def _pair(seen: Peek) -> tuple[str, str] | None:
    """Two columns of sentences (or of words that hardly ever come again), and nothing else but perhaps numbers for
    both, or a column that says where they are from."""
    if len(seen.rows) < 2:
        return None
    worded = [name for name in seen.names if seen.kind(name) in ("text", "category")]
    others = [name for name in seen.names if name not in worded]
    tabs = seen.delimiter == "\t"
    numbered = tabs and len(others) == len(worded) == 2 and all(_whole(seen, name) for name in others)
    if (others and not numbered) or not (len(worded) == 2 or (len(worded) == 3 and tabs)):
        return None
    one, other = (seen.column(name) for name in worded[:2])
    if len(worded) == 3 and _share("CC-BY" in cell for cell in seen.column(worded[2])) > 0.9:
        return worded[0], worded[1]
    apart = all(
        seen.kind(name) == "text" or len(set(cells)) > 0.9 * len(cells)
        for name, cells in zip(worded, (one, other), strict=False)
    )
    ended = all(
        _share(cell.strip().endswith(SENTENCE_ENDS) for cell in cells) > 0.7 for cells in (one, other)
    )
    return (worded[0], worded[1]) if apart or ended else None


def _labelled(seen: Peek) -> tuple[str, str] | None:
    """A column of sentences and one that says something of each; others only tell the rows apart or are always the
    same."""
    text = [name for name in seen.names if seen.kind(name) == "text"] or _repeated_sentences(seen)
    if len(text) != 1:
        return None
    rest = [
        name
        for name in seen.names
        if name not in text and len(set(seen.column(name))) > 1 and not _tells_rows_apart(seen, name)
    ]
    words = [name for name in rest if seen.kind(name) == "category" or _is_label(seen, name)]
    if len(words) > 1:
        label = [name for name in words if name.strip().lower() in LABELS]
        if any(seen.kind(name) == "number" for name in words if name not in label):
            return None  # more is known of each row than its text
        words = label
    elif len(words) < len(rest):
        return None
    return (text[0], words[0]) if len(words) == 1 else None


def _repeated_sentences(seen: Peek) -> list[str]:
    """The one of two columns that holds sentences, though many of them come again (made from a pattern)."""
    if seen.width != 2:
        return []
    columns = {name: seen.column(name) for name in seen.names}
    found = [
        name
        for name, cells in columns.items()
        if seen.kind(name) == "category"
        and sum(len(cell.split()) for cell in cells) >= SENTENCE_WORDS * len(cells)
        and len(set(cells)) > 2 * min(len(set(other)) for key, other in columns.items() if key != name)
    ]
    return found if len(found) == 1 else []


def _time(seen: Peek) -> str | None:
    """The column by which rows of numbers follow each other."""
    numbers = [name for name in seen.names if seen.kind(name) == "number"]
    dates = [name for name in seen.names if seen.kind(name) == "date"]
    if len(dates) + len(numbers) < seen.width:
        return None
    rising = [name for name in dates if seen.rises(name)]
    if rising and numbers:
        return rising[0]
    first = seen.names[0]
    if not dates and len(numbers) > 1 and first.strip().lower() in TIMES and seen.steady(first):
        return first
    return None


def _tells_rows_apart(seen: Peek, name: str) -> bool:
    """Whether a column numbers or names the rows, each differently."""
    cells = seen.column(name)
    if seen.counts(name):
        return True
    apart = len(cells) >= MANY and len(set(cells)) == len(cells)
    return apart and (seen.kind(name) == "category" or _whole(seen, name))


def _is_label(seen: Peek, name: str) -> bool:
    """Few different whole numbers, as a label of sentences may be."""
    return len(set(seen.column(name))) <= 10 and not seen.counts(name) and _whole(seen, name)


def _whole(seen: Peek, name: str) -> bool:
    numbers = [to_number(cell) for cell in seen.column(name) if not is_missing(cell)]
    return seen.kind(name) == "number" and all(
        number == number and number == round(number) for number in numbers
    )


def _share(found: Any) -> float:
    answers = list(found)
    return sum(answers) / max(1, len(answers))

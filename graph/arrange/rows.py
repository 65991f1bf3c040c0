"""Long networks go on in the next row, as text does, so that they can be read on a screen."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise

from graph.geometry import ABOVE, FAR, Flow

SCREEN: dict[Flow, tuple[float, float]] = {"right": (1000.0, 565.0), "down": (565.0, 1000.0)}
"""What is readable at once, along and across the wires: the canvas of a laptop's window at 1:1."""

READABLE = 0.8
WORTH_IT = 1.3
"""How much larger things must get for another row."""
WORTH_A_GAP = 1.6
"""The same where a row holds something above the place where its wire arrives, so that it must keep far from
the row before it, or where a node or two are left alone in a row beside a long one."""

LONELY, LONG = 2, 5
"""Columns of a row that looks lost beside a row of at least so many."""

MOST_ROWS = 80
ROW_MARGIN = 26.0


@dataclass(slots=True)
class Column:
    """One column: its width with the gap behind it, and its extent along y."""

    width: float
    gap: float
    top: float
    bottom: float
    leaving: float | None = None
    """Where the only wire behind this column starts (y), when it may be broken there."""
    entering: float | None = None
    """Where that wire ends."""


def broken(columns: list[Column], flow: Flow = "right") -> list[tuple[float, float]]:
    """For each column, how far it moves (x from its own left edge's place, y): rows, if that helps."""
    along, across = SCREEN[flow]
    groups = _groups(columns)
    best: list[tuple[float, float]] = []
    best_scale = -1.0
    widths = [sum(columns[item].width + columns[item].gap for item in group) for group in groups]
    ends = list(accumulate(widths))
    for count in range(1, min(len(groups), MOST_ROWS) + 1):
        rows = _filled(groups, ends, count)
        moves, width, height = _laid(columns, rows, flow)
        scale = min(along / max(width, 1.0), across / max(height, 1.0))
        worth = WORTH_A_GAP if _gaping(columns, rows, flow) or _lonely(rows) else WORTH_IT
        if scale > best_scale * worth:
            best, best_scale = moves, scale
        if scale >= READABLE or across / height < best_scale:
            break
    return best


def _groups(columns: list[Column]) -> list[list[int]]:
    groups: list[list[int]] = [[]]
    for number, column in enumerate(columns):
        groups[-1].append(number)
        if column.leaving is not None and number + 1 < len(columns):
            groups.append([])
    return groups


def _filled(groups: list[list[int]], ends: list[float], count: int) -> list[list[int]]:
    """At most ``count`` rows, the widest as narrow as it can be. ``ends``: right edges of the groups."""

    def cuts(limit: float) -> list[int]:
        """Number of the first group of every row (and of none, at the end)."""
        starts = [0]
        while starts[-1] < len(groups):
            begin = starts[-1]
            left = ends[begin - 1] if begin else 0.0
            starts.append(max(begin + 1, bisect_right(ends, left + limit + 1e-6)))
        return starts

    low, high = 0.0, ends[-1]
    for _ in range(30):
        middle = (low + high) / 2
        if len(cuts(middle)) - 1 <= count:
            high = middle
        else:
            low = middle
    return [[item for group in groups[a:b] for item in group] for a, b in pairwise(cuts(high))]


def _laid(
    columns: list[Column], rows: list[list[int]], flow: Flow
) -> tuple[list[tuple[float, float]], float, float]:
    moves: list[tuple[float, float]] = []
    widest = 0.0
    down = 0.0
    for number, row in enumerate(rows):
        if number:
            before, last = rows[number - 1], columns[rows[number - 1][-1]]
            start, end = last.leaving or 0.0, last.entering or 0.0
            beneath = max(columns[item].bottom for item in before) - start
            above = _above(columns, last, row)
            down += start - end + _drop(beneath + ROW_MARGIN, above + ROW_MARGIN, flow)
        across = 0.0
        for item in row:
            moves.append((across, down))
            across += columns[item].width + columns[item].gap
        widest = max(widest, across - columns[row[-1]].gap)
    tops = [columns[i].top + moves[i][1] for i in range(len(columns))]
    bottoms = [columns[i].bottom + moves[i][1] for i in range(len(columns))]
    return moves, widest, max(bottoms) - min(tops)


def _above(columns: list[Column], last: Column, row: list[int]) -> float:
    """How far a row reaches above the place where the wire from the ``last`` column before it arrives."""
    return (last.entering or 0.0) - min(columns[item].top for item in row)


def _gaping(columns: list[Column], rows: list[list[int]], flow: Flow) -> bool:
    """Whether a row must keep far from the one before it."""
    return any(
        _above(columns, columns[before[-1]], row) + ROW_MARGIN > ABOVE[flow] for before, row in pairwise(rows)
    )


def _lonely(rows: list[list[int]]) -> bool:
    """Whether a row holds next to nothing while another is long: a picture torn apart, not wrapped."""
    lengths = [len(row) for row in rows]
    return min(lengths) <= LONELY and max(lengths) >= LONG


def _drop(beneath: float, above: float, flow: Flow) -> float:
    """How far down the next row starts, so that the wire to it passes between the two rows.

    It needs ``beneath`` below its start and ``above`` over its end; see :func:`graph.geometry.returning`.
    """
    near, far = ABOVE[flow], FAR[flow]
    if above <= near and max(beneath, near) + near <= far:
        return max(beneath, near) + near
    return max(far + max(0.0, above - near) / 0.8, 5 * (beneath + near - 0.8 * far))

"""Long networks go on in the next row, as text does, so that they can be read on a screen."""

from __future__ import annotations

from dataclasses import dataclass

SCREEN = (1240.0, 700.0)
"""What is readable at once: the canvas of a laptop's window at 1:1."""

READABLE = 0.8
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


def broken(columns: list[Column]) -> list[tuple[float, float]]:
    """For each column, how far it moves (x from its own left edge's place, y): rows, if that helps."""
    groups = _groups(columns)
    best: list[tuple[float, float]] = []
    best_scale = -1.0
    widths = [sum(columns[number].width + columns[number].gap for number in group) for group in groups]
    for count in range(1, min(len(groups), 60) + 1):
        moves, width, height = _laid(columns, _filled(groups, widths, count))
        scale = min(SCREEN[0] / max(width, 1.0), SCREEN[1] / max(height, 1.0))
        if scale > best_scale:
            best, best_scale = moves, scale
        if scale >= READABLE:
            break
    return best


def _groups(columns: list[Column]) -> list[list[int]]:
    groups: list[list[int]] = [[]]
    for number, column in enumerate(columns):
        groups[-1].append(number)
        if column.leaving is not None and number + 1 < len(columns):
            groups.append([])
    return groups


def _filled(groups: list[list[int]], widths: list[float], count: int) -> list[list[int]]:
    """At most ``count`` rows, the widest as narrow as it can be."""

    def rows_at(limit: float) -> list[list[int]]:
        rows: list[list[int]] = []
        used = 0.0
        for group, width in zip(groups, widths, strict=True):
            if rows and used + width <= limit:
                rows[-1] = rows[-1] + group
                used += width
            else:
                rows.append(list(group))
                used = width
        return rows

    low, high = max(widths), sum(widths)
    for _ in range(40):
        middle = (low + high) / 2
        if len(rows_at(middle)) <= count:
            high = middle
        else:
            low = middle
    return rows_at(high)


def _laid(columns: list[Column], rows: list[list[int]]) -> tuple[list[tuple[float, float]], float, float]:
    moves: list[tuple[float, float]] = []
    widest = 0.0
    down = 0.0
    for number, row in enumerate(rows):
        if number:
            before, last = rows[number - 1], columns[rows[number - 1][-1]]
            start, end = last.leaving or 0.0, last.entering or 0.0
            beneath = max(columns[item].bottom for item in before) - start
            above = end - min(columns[item].top for item in row)
            # the wire runs back half-way between its ends, and must pass between the rows there
            down += start - end + 2 * (ROW_MARGIN + max(beneath, above))
        across = 0.0
        for item in row:
            moves.append((across, down))
            across += columns[item].width + columns[item].gap
        widest = max(widest, across - columns[row[-1]].gap)
    tops = [columns[i].top + moves[i][1] for i in range(len(columns))]
    bottoms = [columns[i].bottom + moves[i][1] for i in range(len(columns))]
    return moves, widest, max(bottoms) - min(tops)

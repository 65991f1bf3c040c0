"""In which order the nodes of each column stand, from top to bottom.

Sweeps sort every column by the median of its neighbours and swap neighbours until crossings stop going
down (Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs", IEEE TSE 1993,
section 3). Of pictures that cross as little, the one with its long wires on top is taken.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from graph.arrange.layers import Layers, branches, renumber

SWEEPS = 16
PATIENCE = 3

Gap: TypeAlias = list[tuple[int, float, int, float]]
"""The wires between two columns: left vertex and port, right vertex and port."""


@dataclass(slots=True)
class _Neighbours:
    """Per vertex its neighbours in the next or previous column, with the ports as fractions of a place."""

    before: list[list[tuple[int, float]]]
    after: list[list[tuple[int, float]]]
    gaps: list[Gap]


def _neighbours(layers: Layers) -> _Neighbours:
    total = len(layers.rank)
    found = _Neighbours(
        [[] for _ in range(total)], [[] for _ in range(total)], [[] for _ in range(len(layers.columns))]
    )
    seen: set[tuple[int, int, float, float]] = set()
    for wire, path in zip(layers.wires, layers.paths, strict=True):
        for left, right in pairwise(path):
            out = _fraction(wire.out) if left == wire.source else 0.0
            into = _fraction(wire.into) if right == wire.target else 0.0
            if (left, right, out, into) in seen:
                continue
            seen.add((left, right, out, into))
            found.after[left].append((right, into))
            found.before[right].append((left, out))
            found.gaps[layers.rank[left]].append((left, out, right, into))
    return found


def _fraction(offset: float) -> float:
    return max(-0.4, min(0.4, offset / 400))


def put_in_order(layers: Layers) -> None:
    """Sort all columns."""
    _first_order(layers)
    _reduce_crossings(layers)


def _first_order(layers: Layers) -> None:
    """Depth first along the wires, so that what belongs together starts together."""
    following: dict[int, list[int]] = defaultdict(list)
    for wire, path in sorted(
        zip(layers.wires, layers.paths, strict=True), key=lambda item: (item[0].out, item[0].key)
    ):
        for left, right in pairwise(path):
            if right not in following[left]:
                following[left].append(right)
        del wire
    seen: set[int] = set()
    columns: list[list[int]] = [[] for _ in layers.columns]
    entered = {right for rights in following.values() for right in rights}
    for start in range(layers.count):
        if start in entered:
            continue
        todo = [start]
        while todo:
            vertex = todo.pop()
            if vertex in seen:
                continue
            seen.add(vertex)
            columns[layers.rank[vertex]].append(vertex)
            todo.extend(reversed(following[vertex]))
    layers.columns = columns
    renumber(layers)


def _reduce_crossings(layers: Layers) -> None:
    near = _neighbours(layers)
    best = [list(column) for column in layers.columns]
    fewest = _crossings(layers, near.gaps)
    idle = 0
    small = len(layers.rank) <= 4000
    for sweep in range(SWEEPS):
        if not fewest or idle >= PATIENCE:
            break
        _sort_by_medians(layers, near, down=sweep % 2 == 0)
        if small:
            _transpose(layers, near)
        crossings = _crossings(layers, near.gaps)
        idle += 1
        if crossings < fewest:
            best, fewest, idle = [list(column) for column in layers.columns], crossings, 0
    layers.columns = best
    renumber(layers)
    _hang(layers, near, fewest)
    _sort_branches(layers, near)


def _hang(layers: Layers, near: _Neighbours, crossings: int) -> None:
    """Turn the picture upside down when that puts the long wires on top, so that a U-Net looks like a U."""

    def depth() -> float:
        return sum(
            place / len(column)
            for column in layers.columns
            for place, vertex in enumerate(column)
            if layers.is_dummy(vertex)
        )

    before, upright = depth(), layers.columns
    layers.columns = [column[::-1] for column in upright]
    renumber(layers)
    if depth() >= before or _crossings(layers, near.gaps) > crossings:
        layers.columns = upright
        renumber(layers)


def _sort_branches(layers: Layers, near: _Neighbours) -> None:
    """Of branches side by side, the shortest on top: then no wire has to pass another branch's nodes."""
    position = layers.position
    groups: dict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for branch in branches(layers):
        if len(branch) > 2:
            groups[branch[0], branch[-1]].append(branch)
    for group in groups.values():
        wanted = sorted(group, key=lambda branch: (-sum(map(layers.is_dummy, branch)), position[branch[1]]))
        if len(group) < 2 or wanted == sorted(group, key=lambda branch: position[branch[1]]):
            continue
        gaps = near.gaps[layers.rank[group[0][0]] : layers.rank[group[0][-1]]]
        fewest, old = _crossings(layers, gaps), list(position)
        for vertices in zip(*(branch[1:-1] for branch in wanted), strict=True):
            slots = sorted(position[vertex] for vertex in vertices)
            for slot, vertex in zip(slots, vertices, strict=True):
                position[vertex] = slot
        if _crossings(layers, gaps) > fewest:
            position[:] = old
    for column in layers.columns:
        column.sort(key=lambda vertex: position[vertex])


def _crossings(layers: Layers, gaps: list[Gap]) -> int:
    position = layers.position
    total = 0
    for gap in gaps:
        if len(gap) < 2:
            continue
        ends = sorted((position[left] + out, position[right] + into) for left, out, right, into in gap)
        seen: list[float] = []
        start = ends[0][0]
        waiting: list[float] = []
        for left, right in ends:
            if left != start:  # wires from one port do not cross each other
                for value in waiting:
                    seen.insert(bisect_left(seen, value), value)
                waiting, start = [], left
            total += len(seen) - bisect_left(seen, right + 1e-9)
            waiting.append(right)
    return total


def _sort_by_medians(layers: Layers, near: _Neighbours, down: bool) -> None:
    position = layers.position
    ranks = range(1, len(layers.columns)) if down else range(len(layers.columns) - 2, -1, -1)
    sides = near.before if down else near.after
    for rank in ranks:
        column = layers.columns[rank]
        if len(column) < 2:
            continue
        free: list[tuple[float, float, int]] = []
        fixed: dict[int, int] = {}
        for vertex in column:
            places = sorted(position[other] + port for other, port in sides[vertex])
            if not places:
                fixed[position[vertex]] = vertex
                continue
            free.append((_median(places), position[vertex], vertex))
        free.sort()
        queue = iter(free)
        column = [fixed[place] if place in fixed else next(queue)[2] for place in range(len(column))]
        layers.columns[rank] = column
        for place, vertex in enumerate(column):
            position[vertex] = place


def _median(places: list[float]) -> float:
    half = len(places) // 2
    if len(places) % 2:
        return places[half]
    if len(places) == 2:
        return (places[0] + places[1]) / 2
    left, right = places[half - 1] - places[0], places[-1] - places[half]
    if left + right == 0:
        return (places[half - 1] + places[half]) / 2
    return (places[half - 1] * right + places[half] * left) / (left + right)


def _transpose(layers: Layers, near: _Neighbours) -> None:
    """Swap neighbours in a column wherever that alone saves crossings."""
    position = layers.position
    for _ in range(4):
        improved = False
        for column in layers.columns:
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                if _pair(position, near, lower, upper) < _pair(position, near, upper, lower):
                    column[place], column[place + 1] = lower, upper
                    position[upper], position[lower] = place + 1, place
                    improved = True
        if not improved:
            return


def _pair(position: list[int], near: _Neighbours, upper: int, lower: int) -> int:
    """Crossings between the wires of two neighbours in a column if they stand in this order."""
    total = 0
    for side in (near.before, near.after):
        below = [position[other] + port for other, port in side[lower]]
        for other, port in side[upper]:
            place = position[other] + port + 1e-9
            total += sum(1 for value in below if value + 2e-9 < place)
    return total

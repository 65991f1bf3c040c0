"""How high each node stands: long wires first of all straight, then the main path, then the rest.

Vertices that a straight wire joins form a *band* and move as one (the blocks of Brandes and Köpf, "Fast
and simple horizontal coordinate assignment", 2002; which wires are straight is decided by priority
instead of by four sweeps).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import pairwise
from typing import TypeAlias

from graph.arrange.clearing import Clearing
from graph.arrange.layers import Layers, branches, renumber, separation

Piece: TypeAlias = tuple[int, int, float]
"""Two vertices in neighbouring columns, and how much lower the right middle is when the wire is level."""

SWEEPS = 14
TRIES = 4
SMALL = 400
"""Up to how many vertices other sides are tried."""


def heights_of(
    layers: Layers, height: list[float], left: list[float], width: list[float]
) -> tuple[list[float], int]:
    """The middle of every vertex along y, and how often a wire still touches a foreign node.

    ``left`` is each node's x, for the curves of its wires.

    Where a wire cannot but run through a node, it is tried on the node's other side.
    """
    middle, touching = _heights(layers, height, left, width)
    for _ in range(TRIES if len(layers.rank) <= SMALL else 0):
        for group in _by_wire(layers, touching):
            columns = [list(column) for column in layers.columns]
            _change_sides(layers, group)
            other, still = _heights(layers, height, left, width)
            if len(still) < len(touching):
                middle, touching = other, still
                break
            layers.columns = columns
            renumber(layers)
        else:
            break
    return middle, len(touching)


def _heights(
    layers: Layers, height: list[float], left: list[float], width: list[float]
) -> tuple[list[float], list[tuple[int, int]]]:
    """Heights in the present order, and the pieces of wires with the nodes they run through."""
    bands = _Bands(layers, height)
    for chain in _by_priority(layers):
        bands.join(chain)
    middle = bands.placed()
    return middle, Clearing(layers, height, left, width, middle).run()


def _by_wire(layers: Layers, touching: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pieces of wires with nodes, together where they are of one wire."""
    owner = {dummy: number for number, path in enumerate(layers.paths) for dummy in path[1:-1]}
    groups: dict[int, list[tuple[int, int]]] = {}
    for dummy, node in touching:
        if dummy in owner:
            groups.setdefault(owner[dummy], []).append((dummy, node))
    return list(groups.values())


def _change_sides(layers: Layers, pairs: list[tuple[int, int]]) -> None:
    """Let pieces of a wire pass their nodes on the other side."""
    for dummy, node in pairs:
        column = layers.columns[layers.rank[dummy]]
        below = column.index(dummy) > column.index(node)
        column.remove(dummy)
        column.insert(column.index(node) + (0 if below else 1), dummy)
    renumber(layers)


def _by_priority(layers: Layers) -> list[list[Piece]]:
    """What should be straight, most wanted first: whole branches, from where wires part to where they meet.

    The branch with the longest wire comes first (its ends then stand level, and shorter wires get out of
    its way), then the main path, then what has most nodes.
    """
    shifts: dict[tuple[int, int], float] = {}
    for wire, path in zip(layers.wires, layers.paths, strict=True):
        for left, right in pairwise(path):
            out = wire.out if left == wire.source else 0.0
            into = wire.into if right == wire.target else 0.0
            shifts.setdefault((left, right), out - into)
    main = _main_path(layers)
    ranked: list[tuple[int, bool, int, int, list[int]]] = []
    for branch in branches(layers):
        dummies = sum(map(layers.is_dummy, branch))
        on_main = main.get(branch[0]) == branch[1]
        ranked.append((-dummies, not on_main, -len(branch), len(ranked), branch))
    return [[(a, b, shifts[a, b]) for a, b in pairwise(branch)] for *_, branch in sorted(ranked)]


def _main_path(layers: Layers) -> dict[int, int]:
    """The longest path, as what comes after each of its nodes."""
    best: dict[int, tuple[int, int]] = {}
    after: dict[int, list[int]] = {}
    for wire in layers.wires:
        after.setdefault(wire.source, []).append(wire.target)
    for vertex in sorted(range(layers.count), key=lambda vertex: -layers.rank[vertex]):
        lengths = [(1 + best[target][0], -target) for target in after.get(vertex, ())]
        length, target = max(lengths, default=(0, 1))
        best[vertex] = (length, -target)
    here = max(range(layers.count), key=lambda vertex: (best[vertex][0], -vertex), default=-1)
    path: dict[int, int] = {}
    while here >= 0 and best[here][0]:
        path[here] = best[here][1]
        here = best[here][1]
    return path


class _Bands:
    """Straight runs of vertices. ``offset`` is a vertex's middle relative to its band."""

    def __init__(self, layers: Layers, height: list[float]) -> None:
        self.layers = layers
        self.height = height
        total = len(layers.rank)
        self.band = list(range(total))
        self.offset = [0.0] * total
        self.members: dict[int, list[int]] = {vertex: [vertex] for vertex in range(total)}
        self.has_left = [False] * total
        self.has_right = [False] * total
        self.gaps: list[list[tuple[int, int]]] = [[] for _ in layers.columns]

    def join(self, chain: list[Piece]) -> None:
        for left, right, shift in chain:
            if self._fits(left, right):
                self._weld(left, right, shift)

    def _fits(self, left: int, right: int) -> bool:
        if self.has_right[left] or self.has_left[right]:
            return False
        position = self.layers.position
        gap = self.gaps[self.layers.rank[left]]
        pair = (position[left], position[right])
        place = bisect_left(gap, pair)
        above = place == 0 or gap[place - 1][1] < pair[1]
        below = place == len(gap) or gap[place][1] > pair[1]
        return above and below

    def _weld(self, left: int, right: int, shift: float) -> None:
        position = self.layers.position
        insort(self.gaps[self.layers.rank[left]], (position[left], position[right]))
        self.has_right[left] = self.has_left[right] = True
        keep, lose = self.band[left], self.band[right]
        move = self.offset[left] + shift - self.offset[right]
        if len(self.members[keep]) < len(self.members[lose]):
            keep, lose, move = lose, keep, -move
        for vertex in self.members.pop(lose):
            self.band[vertex] = keep
            self.offset[vertex] += move
            self.members[keep].append(vertex)

    def placed(self) -> list[float]:
        """Middles: as high as the order allows, then every band towards its neighbours' median."""
        above: dict[int, dict[int, float]] = {band: {} for band in self.members}
        below: dict[int, dict[int, float]] = {band: {} for band in self.members}
        for column in self.layers.columns:
            for upper, lower in pairwise(column):
                first, second = self.band[upper], self.band[lower]
                least = separation(self.layers, self.height, upper, lower)
                least += self.offset[upper] - self.offset[lower]
                if least > below[first].get(second, float("-inf")):
                    below[first][second] = least
                    above[second][first] = least
        order = _topological(above, below)
        y: dict[int, float] = {}
        for band in order:
            y[band] = max((y[other] + least for other, least in above[band].items()), default=0.0)
        pulls = self._pulls()
        for sweep in range(SWEEPS):
            for band in order if sweep % 2 else reversed(order):
                wanted = sorted(y[other] + shift for other, shift in pulls[band])
                if not wanted:
                    continue
                half = len(wanted) // 2
                goal = wanted[half] if len(wanted) % 2 else (wanted[half - 1] + wanted[half]) / 2
                low = max((y[other] + least for other, least in above[band].items()), default=float("-inf"))
                high = min((y[other] - least for other, least in below[band].items()), default=float("inf"))
                y[band] = min(max(goal, low), high)
        return [y[self.band[vertex]] + self.offset[vertex] for vertex in range(len(self.layers.rank))]

    def _pulls(self) -> dict[int, list[tuple[int, float]]]:
        """For each band, the places where its wires to other bands would be straight."""
        pulls: dict[int, list[tuple[int, float]]] = {band: [] for band in self.members}
        for wire, path in zip(self.layers.wires, self.layers.paths, strict=True):
            for left, right in pairwise(path):
                first, second = self.band[left], self.band[right]
                if first == second:
                    continue
                start = self.offset[left] + (wire.out if left == wire.source else 0.0)
                end = self.offset[right] + (wire.into if right == wire.target else 0.0)
                pulls[first].append((second, end - start))
                pulls[second].append((first, start - end))
        return pulls


def _topological(above: dict[int, dict[int, float]], below: dict[int, dict[int, float]]) -> list[int]:
    """Bands from top to bottom. Straight wires never cross, so no band is above and below another."""
    missing = {band: len(others) for band, others in above.items()}
    order = sorted(band for band, count in missing.items() if not count)
    for band in order:
        for other in below[band]:
            missing[other] -= 1
            if not missing[other]:
                order.append(other)
    return order

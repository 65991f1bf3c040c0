"""Which column each node stands in.

Sugiyama's method: ranks by longest path, then long wires are cut into pieces by dummies, so that every
piece leads from one column to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

GAP = 36.0
WIRE_GAP = 26.0


@dataclass(slots=True)
class Wire:
    """One wire between two vertices; ``out`` and ``into`` are its ports' offsets from the middles."""

    source: int
    target: int
    out: float = 0.0
    into: float = 0.0
    key: tuple[float, int] = (0.0, 0)
    """Sorts wires that leave the same vertex: by port, then by age."""


@dataclass(slots=True)
class Layers:
    """A connected graph in columns. Vertices below ``count`` are nodes, the others dummies."""

    count: int
    wires: list[Wire]
    rank: list[int] = field(default_factory=list)
    columns: list[list[int]] = field(default_factory=list)
    paths: list[list[int]] = field(default_factory=list)
    """For every wire its vertices from source to target, dummies included."""
    position: list[int] = field(default_factory=list)

    def is_dummy(self, vertex: int) -> bool:
        return vertex >= self.count


def renumber(layers: Layers) -> None:
    """Positions after the columns have been put in another order."""
    layers.position = [0] * len(layers.rank)
    for column in layers.columns:
        for number, vertex in enumerate(column):
            layers.position[vertex] = number


def layered(count: int, wires: list[Wire]) -> Layers:
    """Columns, in no particular order yet, for a connected graph without loops."""
    layers = Layers(count, wires, _ranks(count, wires))
    _insert_dummies(layers)
    return layers


def _ranks(count: int, wires: list[Wire]) -> list[int]:
    following: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for wire in wires:
        following[wire.source].append(wire.target)
        missing[wire.target] += 1
    arriving = list(missing)
    rank = [0] * count
    order = [vertex for vertex in range(count) if not missing[vertex]]
    for vertex in order:
        for after in following[vertex]:
            rank[after] = max(rank[after], rank[vertex] + 1)
            missing[after] -= 1
            if not missing[after]:
                order.append(after)
    # pull what has more wires behind it than before it towards those it feeds
    for vertex in reversed(order):
        if following[vertex] and len(following[vertex]) > arriving[vertex]:
            nearest = min(rank[after] for after in following[vertex]) - 1
            if len(set(following[vertex])) > arriving[vertex] or not arriving[vertex]:
                rank[vertex] = max(rank[vertex], nearest)
    return rank


def _insert_dummies(layers: Layers) -> None:
    """Wires from the same port share their dummies for as long as they run side by side."""
    layers.columns = [[] for _ in range(max(layers.rank, default=0) + 1)]
    for vertex in range(layers.count):
        layers.columns[layers.rank[vertex]].append(vertex)
    shared: dict[tuple[int, float, int], int] = {}
    for wire in layers.wires:
        path = [wire.source]
        for rank in range(layers.rank[wire.source] + 1, layers.rank[wire.target]):
            key = (wire.source, wire.out, rank)
            if key not in shared:
                shared[key] = len(layers.rank)
                layers.rank.append(rank)
                layers.columns[rank].append(shared[key])
            path.append(shared[key])
        path.append(wire.target)
        layers.paths.append(path)


def branches(layers: Layers) -> list[list[int]]:
    """All runs of vertices from where wires part to where they meet, both ends included."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for path in layers.paths:
        for left, right in pairwise(path):
            if right not in after.setdefault(left, []):
                after[left].append(right)
                before.setdefault(right, []).append(left)

    def passes_on(vertex: int) -> bool:
        return len(before.get(vertex, ())) == 1 and len(after.get(vertex, ())) == 1

    found = []
    for left, rights in after.items():
        if passes_on(left):
            continue
        for right in rights:
            branch = [left, right]
            while passes_on(branch[-1]):
                branch.append(after[branch[-1]][0])
            found.append(branch)
    return found


def separation(layers: Layers, height: list[float], upper: int, lower: int) -> float:
    """The least distance of two neighbours' middles."""
    dummies = layers.is_dummy(upper) + layers.is_dummy(lower)
    gap = (GAP, WIRE_GAP, WIRE_GAP / 2)[dummies]
    return (height[upper] + height[lower]) / 2 + gap

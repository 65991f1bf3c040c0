"""Pinned nodes stay where they are: the rest of a layout makes way, and its wires keep clear of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from graph.geometry import Flow, Point, wire_points
from graph.model import Node, id_key

GAP = 24.0
"""How far free nodes keep from pinned ones."""
CLEAR = 6.0
"""How far wires keep from nodes they do not belong to."""
STEPS = (40.0, 80.0, 120.0, 160.0, 240.0, 320.0, 480.0)
"""How far nodes are tried to be moved across the wires."""
WORK = 25_000
"""Wires looked at, at most."""

Places: TypeAlias = dict[str, tuple[float, float]]
Wire: TypeAlias = tuple[str, Point, str, Point]
"""Source and where the wire starts, target and where it ends, both from the node's corner."""


def around_pinned(chosen: list[Node], places: Places, size: Places, wires: list[Wire], flow: Flow) -> Places:
    """Pinned nodes stay; the picture is shifted to where they stand, and what would lie on one makes way."""
    pinned = [node for node in chosen if node.pinned]
    if not pinned:
        return places
    dx = sum(node.x - places[node.id][0] for node in pinned) / len(pinned)
    dy = sum(node.y - places[node.id][1] for node in pinned) / len(pinned)
    found = {key: (x + dx, y + dy) for key, (x, y) in places.items()}
    found |= {node.id: (node.x, node.y) for node in pinned}
    fixed = {node.id for node in pinned}
    waiting = {key for key in found if key not in fixed and _hit(found, size, key, found[key], fixed)}
    settled = found.keys() - waiting
    for key in sorted(waiting, key=lambda key: (found[key], id_key(key))):
        found[key] = _nearest(found, size, key, settled)
        settled = settled | {key}
    return _Clearing(found, size, fixed, wires, flow).run()


def _hit(places: Places, size: Places, key: str, place: Point, others: Iterable[str]) -> list[str]:
    """What a node would come too close to at a place."""
    (x, y), (width, height) = place, size[key]
    found = []
    for other in others:
        (left, top), (wide, tall) = places[other], size[other]
        beside = x >= left + wide + GAP or left >= x + width + GAP
        if other != key and not beside and y < top + tall + GAP and top < y + height + GAP:
            found.append(other)
    return found


def _nearest(places: Places, size: Places, key: str, others: Iterable[str]) -> Point:
    """The free place straight above or below that is nearest to where a node was to stand."""
    x, wanted = places[key]
    spots = []
    for step in (-1, 1):
        y = wanted
        while met := _hit(places, size, key, (x, y), others):
            if step < 0:
                y = min(places[other][1] for other in met) - size[key][1] - GAP - 1
            else:
                y = max(places[other][1] + size[other][1] for other in met) + GAP + 1
        spots.append((abs(y - wanted), -step, y))
    return x, min(spots)[2]


class _Clearing:
    """Moves free nodes, alone or with all before or behind them, until no wire runs under a foreign node.

    One wire after the other is freed by the smallest move that leaves fewer wires under nodes than before.
    """

    def __init__(self, places: Places, size: Places, fixed: set[str], wires: list[Wire], flow: Flow) -> None:
        self.places = places
        self.size = size
        self.fixed = fixed
        self.wires = wires
        self.flow: Flow = flow
        self.work = WORK

    def run(self) -> Places:
        under = self._under(self.places)
        stuck: set[tuple[int, str]] = set()
        while self.work > 0 and (todo := [pair for pair in under if pair not in stuck]):
            best = self._best_move(todo[0], len(under))
            if best is None:
                stuck.add(todo[0])
            else:
                self.places, under = best
        return self.places

    def _under(self, places: Places) -> list[tuple[int, str]]:
        """Numbers of wires with the foreign nodes they run under."""
        self.work -= len(self.wires)
        boxes = [
            (x - CLEAR, y - CLEAR, x + self.size[key][0] + CLEAR, y + self.size[key][1] + CLEAR, key)
            for key, (x, y) in places.items()
        ]
        found = []
        for number, (source, out, target, into) in enumerate(self.wires):
            (x0, y0), (x1, y1) = places[source], places[target]
            points = wire_points((x0 + out[0], y0 + out[1]), (x1 + into[0], y1 + into[1]), 12, self.flow)
            xs, ys = [x for x, _ in points], [y for _, y in points]
            low_x, high_x, low_y, high_y = min(xs), max(xs), min(ys), max(ys)
            for left, top, right, bottom, key in boxes:
                if right < low_x or left > high_x or bottom < low_y or top > high_y:
                    continue
                if key != source and key != target and _crosses(points, left, top, right, bottom):
                    found.append((number, key))
        return found

    def _best_move(self, pair: tuple[int, str], count: int) -> tuple[Places, list[tuple[int, str]]] | None:
        number, node = pair
        source, _, target, _ = self.wires[number]
        groups = [
            frozenset({node}), frozenset({source}), frozenset({target}), frozenset({source, target}),
            self._along(source, False), self._along(target, True), frozenset(self.places),
        ]  # fmt: skip
        best: tuple[int, float, Places, list[tuple[int, str]]] | None = None
        for group in dict.fromkeys(group - self.fixed for group in groups):
            for step in STEPS if group else ():
                if self.work <= 0 or (best is not None and (best[0], best[1]) <= (0, step * len(group))):
                    break
                for way in ((0, -step), (0, step), (-step, 0), (step, 0)):
                    moved = self._moved(group, way)
                    if moved is None:
                        continue
                    under = self._under(moved)
                    score = (len(under), step * len(group))
                    if score[0] < count and (best is None or score < (best[0], best[1])):
                        best = (*score, moved, under)
        return None if best is None else (best[2], best[3])

    def _moved(self, group: frozenset[str], way: Point) -> Places | None:
        """The places with a group moved; nothing when it would come to lie on others."""
        dx, dy = way
        moved = {key: (x + dx, y + dy) if key in group else (x, y) for key, (x, y) in self.places.items()}
        others = self.places.keys() - group
        self.work -= len(group)
        return None if any(_hit(moved, self.size, key, moved[key], others) for key in group) else moved

    def _along(self, start: str, onwards: bool) -> frozenset[str]:
        """A node with all that it feeds, or all that feeds it."""
        found, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for source, _, target, _ in self.wires:
                one, other = (source, target) if onwards else (target, source)
                if one == here and other not in found:
                    found.add(other)
                    todo.append(other)
        return frozenset(found)


def _crosses(points: list[Point], left: float, top: float, right: float, bottom: float) -> bool:
    """Whether a line of short pieces runs through a box: a point of it, or the middle of a piece, lies inside."""
    before = points[0]
    for x, y in points:
        middle = ((x + before[0]) / 2, (y + before[1]) / 2)
        if left < x < right and top < y < bottom:
            return True
        if left < middle[0] < right and top < middle[1] < bottom:
            return True
        before = (x, y)
    return False

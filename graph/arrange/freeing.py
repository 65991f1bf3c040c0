"""The last thing done to a picture: wires that still run under nodes they do not belong to are freed.

Columns and heights (:mod:`graph.arrange.clearing`) leave few such wires, and pinned nodes may cause others.
Here nodes are moved, alone or with others, wherever that leaves fewer wires under nodes than there were.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import TypeAlias

from graph.geometry import Flow, Point, wire_points

GAP = 24.0
"""How far nodes that were moved keep from others."""
CLEAR = 6.0
"""How far wires keep from nodes they do not belong to."""
STEPS = (20.0, 40.0, 80.0, 120.0, 160.0, 240.0, 320.0, 480.0)
"""How far nodes are tried to be moved."""
PIECES = 16
"""Straight pieces that each curve of a wire is looked at in."""
TRADES = 60
"""Moves made, at most, that free one wire at the cost of another."""
WORK = 4_000_000
"""Boxes compared, at most: a second or two."""

Places: TypeAlias = dict[str, Point]
Sizes: TypeAlias = dict[str, tuple[float, float]]
Wire: TypeAlias = tuple[str, Point, str, Point]
"""Source and where the wire starts, target and where it ends, both from the node's corner."""
Pair: TypeAlias = tuple[int, str]
"""The number of a wire and a foreign node it runs under."""
Box: TypeAlias = tuple[float, float, float, float]


def freed(places: Places, size: Sizes, wires: list[Wire], flow: Flow, fixed: frozenset[str]) -> Places:
    """The places with as few wires under foreign nodes as moves of free nodes can make them."""
    return _Freeing(places, size, wires, flow, fixed).run()


def too_close(places: Places, size: Sizes, key: str, place: Point, others: Iterable[str]) -> list[str]:
    """What a node would come too close to at a place."""
    (x, y), (width, height) = place, size[key]
    found = []
    for other in others:
        (left, top), (wide, tall) = places[other], size[other]
        beside = x >= left + wide + GAP or left >= x + width + GAP
        if other != key and not beside and y < top + tall + GAP and top < y + height + GAP:
            found.append(other)
    return found


class _Curve:
    """A wire where it runs: its points and the box around them."""

    __slots__ = ("bottom", "left", "points", "right", "top")

    def __init__(self, points: list[Point]) -> None:
        self.points = points
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.left, self.right, self.top, self.bottom = min(xs), max(xs), min(ys), max(ys)

    def meets(self, box: Box) -> bool:
        """Whether the line runs through a box."""
        left, top, right, bottom = box
        if right < self.left or left > self.right or bottom < self.top or top > self.bottom:
            return False
        x0, y0 = self.points[0]
        for x1, y1 in self.points:
            beside = (x0 < left and x1 < left) or (x0 > right and x1 > right)
            if not beside and not ((y0 < top and y1 < top) or (y0 > bottom and y1 > bottom)):
                dx, dy = x1 - x0, y1 - y0
                a, b = dx * (top - y0), dx * (bottom - y0)
                c, d = dy * (left - x0), dy * (right - x0)
                if min(a, b) < max(c, d) and min(c, d) < max(a, b):
                    return True  # the corners lie on both sides of the piece
                if dx == dy == 0.0:
                    return True
            x0, y0 = x1, y1
        return False


class _Freeing:
    """One wire after the other is freed by the smallest move that leaves fewer wires under nodes."""

    def __init__(
        self, places: Places, size: Sizes, wires: list[Wire], flow: Flow, fixed: frozenset[str]
    ) -> None:
        self.places = dict(places)
        self.size = size
        self.wires = wires
        self.flow: Flow = flow
        self.fixed = fixed
        self.work = WORK
        self.curves = [self._curve(number, self.places) for number in range(len(wires))]
        self.own: dict[str, set[int]] = {key: set() for key in places}
        for number, (source, _, target, _) in enumerate(wires):
            self.own[source].add(number)
            self.own[target].add(number)
        self.under = self._all_under()

    def run(self) -> Places:
        """Greedy; where nothing helps at once, a few moves are made that trade one wire for another."""
        best, fewest = dict(self.places), len(self.under)
        stuck: set[Pair] = set()
        seen: set[frozenset[Pair]] = set()
        while self.work > 0 and self.under and len(seen) < TRADES:
            todo = sorted(pair for pair in self.under if pair not in stuck)
            if todo and self._move_for(todo[0], len(self.under) - 1, seen):
                stuck.clear()
            elif todo:
                stuck.add(todo[0])
            else:
                stuck.clear()
                seen.add(frozenset(self.under))
                if not any(self._move_for(pair, len(self.under) + 1, seen) for pair in sorted(self.under)):
                    break
                seen.add(frozenset(self.under))
            if len(self.under) < fewest:
                best, fewest = dict(self.places), len(self.under)
        return best

    # -- what lies under what --------------------------------------------------------------------------

    def _curve(self, number: int, places: Places) -> _Curve:
        source, out, target, into = self.wires[number]
        (x0, y0), (x1, y1) = places[source], places[target]
        start, end = (x0 + out[0], y0 + out[1]), (x1 + into[0], y1 + into[1])
        return _Curve(wire_points(start, end, PIECES, self.flow))

    def _box(self, key: str, place: Point) -> Box:
        (x, y), (width, height) = place, self.size[key]
        return x - CLEAR, y - CLEAR, x + width + CLEAR, y + height + CLEAR

    def _all_under(self) -> set[Pair]:
        """Every wire under a node; nothing when there is too much to compare."""
        boxes = sorted((*self._box(key, place), key) for key, place in self.places.items())
        lefts = [box[0] for box in boxes]
        widest = max((box[2] - box[0] for box in boxes), default=0.0)
        found = set()
        for number, curve in enumerate(self.curves):
            source, _, target, _ = self.wires[number]
            low, high = bisect_left(lefts, curve.left - widest), bisect_right(lefts, curve.right)
            self.work -= high - low
            if self.work < 0:
                return set()
            for *box, key in boxes[low:high]:
                if key != source and key != target and curve.meets(tuple(box)):  # type: ignore[arg-type]
                    found.add((number, key))
        return found

    # -- moves -----------------------------------------------------------------------------------------

    def _move_for(self, pair: Pair, most: int, seen: set[frozenset[Pair]]) -> bool:
        """Make the best move that frees a wire and leaves at most so many under nodes, in no way that was
        ``seen``; whether there was one."""
        best: tuple[int, float, frozenset[str], Point] | None = None
        for group in self._groups(pair):
            for step in STEPS:
                cost = step * len(group) ** 0.5
                if self.work <= 0 or (best is not None and (best[0], best[1]) <= (0, cost)):
                    break
                for way in ((0.0, -step), (0.0, step), (-step, 0.0), (step, 0.0)):
                    under = self._after(group, way)
                    if under is None or len(under) > most or pair in under or frozenset(under) in seen:
                        continue
                    score = (len(under), cost)
                    if best is None or score < (best[0], best[1]):
                        best = (*score, group, way)
        if best is None:
            return False
        group, way = best[2], best[3]
        self.under = self._after(group, way) or set()
        self.places |= self._moved(group, way)
        for number in set().union(*(self.own[key] for key in group)):
            self.curves[number] = self._curve(number, self.places)
        return True

    def _groups(self, pair: Pair) -> list[frozenset[str]]:
        """What may be moved together to free a wire: its ends, the node, and what lies beyond each of them."""
        number, node = pair
        source, _, target, _ = self.wires[number]
        groups = [
            frozenset({node}), frozenset({source}), frozenset({target}), frozenset({source, target}),
            self._along(source, False), self._along(target, True),
            self._beyond(target, 0), self._beyond(node, 0), self._beyond(node, 1), self._beyond(target, 1),
            frozenset(self.places),
        ]  # fmt: skip
        return [group for group in dict.fromkeys(group - self.fixed for group in groups) if group]

    def _along(self, start: str, onwards: bool) -> frozenset[str]:
        """A node with all that it feeds, or all that feeds it."""
        found, todo = {start}, [start]
        while todo:
            here = todo.pop()
            for number in self.own[here]:
                source, _, target, _ = self.wires[number]
                one, other = (source, target) if onwards else (target, source)
                if one == here and other not in found:
                    found.add(other)
                    todo.append(other)
        return frozenset(found)

    def _beyond(self, start: str, axis: int) -> frozenset[str]:
        """A node with all that lies as far to the right (axis 0) or below (axis 1), and further."""
        return frozenset(key for key, place in self.places.items() if place[axis] >= self.places[start][axis])

    def _moved(self, group: frozenset[str], way: Point) -> Places:
        return {key: (self.places[key][0] + way[0], self.places[key][1] + way[1]) for key in group}

    def _after(self, group: frozenset[str], way: Point) -> set[Pair] | None:
        """What would lie under what after a move; nothing when a node would come to lie too close to another."""
        moved = self._moved(group, way)
        others = [key for key in self.places if key not in group]
        self.work -= len(others) * min(len(group), 8)
        low_x, high_x = (
            min(x for x, _ in moved.values()),
            max(x + self.size[k][0] for k, (x, _) in moved.items()),
        )
        low_y, high_y = (
            min(y for _, y in moved.values()),
            max(y + self.size[k][1] for k, (_, y) in moved.items()),
        )
        near = [
            key
            for key in others
            if self.places[key][0] < high_x + GAP and self.places[key][0] + self.size[key][0] > low_x - GAP
            and self.places[key][1] < high_y + GAP and self.places[key][1] + self.size[key][1] > low_y - GAP
        ]  # fmt: skip
        if near and any(too_close(self.places, self.size, key, place, near) for key, place in moved.items()):
            return None
        places = {**self.places, **moved}
        found = {pair for pair in self.under if self._untouched(pair, group)}
        for number, (source, _, target, _) in enumerate(self.wires):
            inside = (source in group) + (target in group)
            curve = self.curves[number] if not inside else self._curve(number, places)
            # a wire that moves with the nodes, or stays with them, lies to them as before
            among = places if inside == 1 else others if inside else group
            if not inside and (
                curve.right < low_x - CLEAR or curve.left > high_x + CLEAR
                or curve.bottom < low_y - CLEAR or curve.top > high_y + CLEAR
            ):  # fmt: skip
                continue
            self.work -= len(among)
            for key in among:
                if key != source and key != target and curve.meets(self._box(key, places[key])):
                    found.add((number, key))
            if self.work <= 0:
                return None
        return found

    def _untouched(self, pair: Pair, group: frozenset[str]) -> bool:
        """Whether a wire and a node lie to each other after a move as they did before."""
        source, _, target, _ = self.wires[pair[0]]
        return (source in group) == (target in group) == (pair[1] in group)

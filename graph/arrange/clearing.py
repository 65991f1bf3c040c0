"""Keeping nodes out of the way of wires.

A wire is drawn as one curve from port to port, whatever lies between. So every curve of a long wire is
compared with the nodes in the columns it passes, and what it would run through is pushed aside.
"""

from __future__ import annotations

from bisect import bisect_left

from graph.arrange.layers import Layers, Wire, separation
from graph.geometry import HEIGHT

CLEARANCE = 14.0
ROUNDS = 60
WORK = 60_000
TALLEST = 2.5
"""How much taller the picture may become by clearing the way."""


def _course(steps: int = 64) -> list[tuple[float, float]]:
    """(share of the way along x, share along y) of a wire's curve; see :func:`graph.geometry.wire`."""
    points = []
    for number in range(steps + 1):
        t = number / steps
        points.append((1.5 * t * (1 - t) + t**3, 3 * t**2 - 2 * t**3))
    return points


_COURSE = _course()
_ALONG = [x for x, _ in _COURSE]


def _share(x: float) -> float:
    """How much of its way along y a wire has made after this share of its way along x."""
    place = min(max(bisect_left(_ALONG, x), 1), len(_ALONG) - 1)
    (x0, y0), (x1, y1) = _COURSE[place - 1], _COURSE[place]
    return min(max(y0 + (y1 - y0) * (x - x0) / (x1 - x0), 0.0), 1.0)


class Clearing:
    """Pushes aside, column by column, what the curves of long wires would run through.

    A node that one wire pushes down and another pushes up in the same round stands between two wires that
    are too close: then the second wire gives way, by both its ends.
    """

    def __init__(
        self, layers: Layers, height: list[float], left: list[float], width: list[float], middle: list[float]
    ) -> None:
        self.layers = layers
        self.height = height
        self.left = left
        self.width = width
        self.middle = middle
        self.pushed: dict[int, int] = {}
        self.met: list[tuple[int, int]] = []

    def run(self) -> list[tuple[int, int]]:
        """Where that is not possible, the pieces of wires (dummies) with the nodes they still run through."""
        paths = zip(self.layers.wires, self.layers.paths, strict=True)
        long = sorted(
            ((wire, path) for wire, path in paths if len(path) > 2),
            key=lambda item: (len(item[1]), item[0].key),
        )
        work = sum(len(path) - 2 for _, path in long)
        best, left = list(self.middle), [(0, 0)] * (work + 1)
        limit = TALLEST * (self._extent() + HEIGHT)
        inner = self._from_narrow_nodes()
        for _ in range(min(ROUNDS, WORK // max(work, 1) + 2)):
            before = list(self.middle)
            self.met, self.pushed = [], {}
            for wire, path in long:
                for dummy in path[1:-1]:
                    self._pass(wire, dummy, -1)
                    self._pass(wire, dummy, 1)
            for wire in inner:
                down = self.middle[wire.target] + wire.into - self.middle[wire.source] - wire.out
                self._pass(wire, wire.source, 1 if down > 0 else -1)
            if len(self.met) < len(left):
                best, left = before, self.met
            if not self.met:
                return []
            if self._extent() > limit:
                break
        self.middle[:] = best
        return left

    def _from_narrow_nodes(self) -> list[Wire]:
        """Wires that start beside wider nodes of the same column: they may run into those at once."""
        widest = [max(self.width[vertex] for vertex in column) for column in self.layers.columns]
        found = [w for w in self.layers.wires if self.width[w.source] < widest[self.layers.rank[w.source]]]
        return found if len(found) <= WORK // ROUNDS else []

    def _extent(self) -> float:
        return max(self.middle) - min(self.middle)

    def _pass(self, wire: Wire, dummy: int, step: int) -> None:
        """Make room for a wire in a column, above (``step`` -1) or below its dummy there, or its source."""
        column = self.layers.columns[self.layers.rank[dummy]]
        near = self.layers.position[dummy] + step
        while 0 <= near < len(column) and self.layers.is_dummy(column[near]):
            near += step
        if not 0 <= near < len(column):
            return
        node = column[near]
        x0, x1 = self.left[wire.source] + self.width[wire.source], self.left[wire.target]
        y0, y1 = self.middle[wire.source] + wire.out, self.middle[wire.target] + wire.into
        ends = [
            y0 + (y1 - y0) * _share((x - x0) / (x1 - x0))
            for x in (self.left[node] - CLEARANCE, self.left[node] + self.width[node] + CLEARANCE)
        ]
        reach = self.height[node] / 2 + CLEARANCE
        goal = min(ends) - reach if step < 0 else max(ends) + reach
        lacking = goal - self.middle[node]
        if lacking * step <= 0.5:
            return
        self.met.append((dummy, node))
        if self.pushed.get(node) == -step:
            for end in (wire.source, wire.target):
                self._shift(end, -lacking, -step)
        else:
            self.pushed[node] = step
            self._shift(node, lacking, step)

    def _shift(self, vertex: int, distance: float, step: int) -> None:
        """Move a node; what stands further that way in its column makes room in turn."""
        column = self.layers.columns[self.layers.rank[vertex]]
        self.middle[vertex] += distance
        here = self.layers.position[vertex]
        while 0 <= here + step < len(column):
            inner, outer = column[here], column[here + step]
            upper, lower = (inner, outer) if step > 0 else (outer, inner)
            least = separation(self.layers, self.height, upper, lower)
            if (self.middle[outer] - self.middle[inner]) * step >= least:
                break
            self.middle[outer] = self.middle[inner] + step * least
            here += step

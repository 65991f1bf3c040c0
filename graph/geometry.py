"""Where things are on the canvas, in scene units: sizes of nodes, places of ports, courses of wires.

The window, the automatic layout and the exported picture share these, so that what the layout keeps
clear of is what is drawn. y grows downwards; a node's place is its top-left corner.
"""

from __future__ import annotations

from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Cubic: TypeAlias = tuple[Point, Point, Point]
"""Two control points and the end of a Bézier curve that starts where the last one ended."""

NODE_WIDTH = 170.0
NODE_HEIGHT = 64.0
PORT_PITCH = 20.0
TURN = 70.0
SHORTEST_FORWARD = 16.0


def node_size(inputs: int, outputs: int) -> Point:
    """Width and height of a node that has this many ports on its left and right edge."""
    rows = max(inputs, outputs)
    return NODE_WIDTH, max(NODE_HEIGHT, PORT_PITCH * (rows + 1))


def port_offset(index: int, count: int, height: float) -> float:
    """How far below the node's top edge a port lies: ports are spread evenly."""
    return height * (index + 1) / (count + 1)


def wire(start: Point, end: Point) -> list[Cubic]:
    """The course of a wire from an output port to an input port.

    Forward it is one S-shaped curve, level at both ends. To a node further left (the next row of a
    wrapped network) it turns round, runs back level half-way between the two, and turns again.
    """
    (x0, y0), (x1, y1) = start, end
    if x1 - x0 >= SHORTEST_FORWARD:
        half = (x1 - x0) / 2
        return [((x0 + half, y0), (x1 - half, y1), end)]
    level = (y0 + y1) / 2 if abs(y1 - y0) > TURN else max(y0, y1) + TURN
    out, back = _bulge(level - y0), _bulge(level - y1)
    return [
        ((x0 + out, y0), (x0 + out, level), (x0, level)),
        ((x0 - (x0 - x1) / 3, level), (x1 + (x0 - x1) / 3, level), (x1, level)),
        ((x1 - back, level), (x1 - back, y1), end),
    ]


def _bulge(height: float) -> float:
    return min(60.0, 16.0 + 0.5 * abs(height))


def wire_points(start: Point, end: Point, steps: int = 24) -> list[Point]:
    """Points along a wire, ``steps`` to each of its curves."""
    points = [start]
    here = start
    for first, second, last in wire(start, end):
        for number in range(1, steps + 1):
            t = number / steps
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            points.append(
                (
                    a * here[0] + b * first[0] + c * second[0] + d * last[0],
                    a * here[1] + b * first[1] + c * second[1] + d * last[1],
                )
            )
        here = last
    return points

"""Where things are on the canvas, in scene units: sizes of nodes, places of ports, courses of wires.

The window, the automatic layout and the exported picture share these, so that what the layout keeps
clear of is what is drawn. y grows downwards; a node's place is its top-left corner.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from graph.model import REROUTE, Node

Point: TypeAlias = tuple[float, float]
Cubic: TypeAlias = tuple[Point, Point, Point]
"""Two control points and the end of a Bézier curve that starts where the last one ended."""

Form: TypeAlias = Literal["full", "tile", "dot"]
"""How much of a node is shown: everything, an icon with its name, or a dot on a wire."""
TILE, DOT = 64.0, 16.0

WIDTH, HEIGHT = 176.0, 64.0
ROW = 17.0
PORT_Y = 32.0
FAN = 9.0
"""Distance between the ends of wires at a port that takes many."""

TURN = 70.0
ABOVE = 58.0
"""How far above its target a returning wire runs: clear of a node whose first port it ends at."""

FAR = 480.0


def form_of(node: Node) -> Form:
    """The form of a node: reroutes are dots, collapsed nodes are tiles."""
    return "dot" if node.type == REROUTE else "tile" if node.collapsed else "full"


def node_size(inputs: int, outputs: int, form: Form = "full") -> tuple[float, float]:
    """The first port of each side is level with the title; further ones have a row of their own below.
    All ports of a tile or a dot are at one place."""
    if form != "full":
        return (TILE, TILE) if form == "tile" else (DOT, DOT)
    extra = max(inputs, outputs, 1) - 1
    return WIDTH, HEIGHT + (extra * ROW + 6 if extra else 0)


def port_y(index: int, form: Form = "full") -> float:
    """Height of a port below the node's top."""
    if form != "full":
        return (TILE if form == "tile" else DOT) / 2
    return PORT_Y if index == 0 else HEIGHT + ROW * (index - 0.5)


def fan(index: int, count: int) -> float:
    """How far from a variadic port's middle the wire with this index ends."""
    step = min(FAN, 40.0 / max(1, count - 1))
    return (index - (count - 1) / 2) * step


def wire(start: Point, end: Point) -> list[Cubic]:
    """The course of a wire from an output port to an input port.

    Forward it is one S-shaped curve, level at both ends. To a node further left (the next row of a
    wrapped network) it turns round, runs back level just above the target, and turns again.
    """
    (x0, y0), (x1, y1) = start, end
    across, down = x1 - x0, abs(y1 - y0)
    if across > 0:
        reach = max(across / 2, min(60.0, 18.0 + down / 4))
        return [((x0 + reach, y0), (x1 - reach, y1), end)]
    level = max(y0, y1) + TURN
    if down > TURN:
        level = y1 - returning(down) if y1 > y0 else (y0 + y1) / 2
    out, back = _bulge(level - y0), _bulge(level - y1)
    third = across / 3
    return [
        ((x0 + out, y0), (x0 + out, level), (x0, level)),
        ((x0 + third, level), (x1 - third, level), (x1, level)),
        ((x1 - back, level), (x1 - back, y1), end),
    ]


def returning(down: float) -> float:
    """How far above its target a wire runs back that leads ``down`` to the next row."""
    return min(down / 2, ABOVE) + 0.8 * max(0.0, down - FAR)


def _bulge(height: float) -> float:
    return min(48.0, 16.0 + 0.5 * abs(height))


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

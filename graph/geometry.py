"""Where things are on the canvas, in scene units: sizes of nodes, places of ports, courses of wires.

The window, the automatic layout and the exported picture share these, so that what the layout keeps
clear of is what is drawn. y grows downwards; a node's place is its top-left corner.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from graph.model import REROUTE, Node, Project, id_key
from graph.values import Value

Point: TypeAlias = tuple[float, float]
Cubic: TypeAlias = tuple[Point, Point, Point]
"""Two control points and the end of a Bézier curve that starts where the last one ended."""

Form: TypeAlias = Literal["full", "tile", "dot"]
"""How much of a node is shown: everything, an icon with its name, or a dot on a wire."""
TILE, DOT = 64.0, 16.0

Flow: TypeAlias = Literal["right", "down"]
"""Where the wires of a graph lead: to the right, ports at the sides; or down, ports above and below."""
DOWNWARDS = "downwards"
"""The entry of ``Project.view`` that lists the graphs whose wires lead down."""

WIDTH, HEIGHT = 176.0, 64.0
ROW = 17.0
PORT_Y = 32.0
FAN = 9.0
"""Distance between the ends of wires at a port that takes many."""
SLOT, NAMES = 58.0, 15.0
"""Where wires lead down: the least width for each port of a side, and the height of a line of their names."""

TURN: dict[Flow, float] = {"right": 70.0, "down": 126.0}
"""How far beyond its ends a wire runs that leads back beside them."""
ABOVE: dict[Flow, float] = {"right": 58.0, "down": 114.0}
"""How far above (or left of) its target a returning wire runs: clear of a node whose first port it ends at."""

FAR: dict[Flow, float] = {"right": 480.0, "down": 600.0}
"""From how far on a returning wire runs still further above: rows so far apart hold something between."""


def form_of(node: Node) -> Form:
    """The form of a node: reroutes are dots, collapsed nodes are tiles."""
    return "dot" if node.type == REROUTE else "tile" if node.collapsed else "full"


def flow_of(project: Project, graph_id: str) -> Flow:
    """Where the wires of a network or block lead."""
    listed = project.view.get(DOWNWARDS)
    return "down" if isinstance(listed, tuple) and graph_id in listed else "right"


def turned_view(project: Project, graph_id: str, flow: Flow) -> dict[str, Value]:
    """``Project.view`` with the wires of one graph leading a way."""
    listed = project.view.get(DOWNWARDS)
    names = {key for key in (listed if isinstance(listed, tuple) else ()) if isinstance(key, str)}
    names = {key for key in names if project.has_graph(key)} - {graph_id}
    if flow == "down":
        names.add(graph_id)
    return {**project.view, DOWNWARDS: tuple(sorted(names, key=id_key))}


def node_size(inputs: int, outputs: int, form: Form = "full", flow: Flow = "right") -> tuple[float, float]:
    """The first port of each side is level with the title; further ones have a row of their own below.
    Where wires lead down, ports stand side by side, and several have a line for their names.
    All ports of a tile or a dot are at one place."""
    if form != "full":
        return (TILE, TILE) if form == "tile" else (DOT, DOT)
    if flow == "down":
        lines = (inputs > 1) + (outputs > 1)
        return max(WIDTH, SLOT * max(inputs, outputs)), HEIGHT + NAMES * lines
    extra = max(inputs, outputs, 1) - 1
    return WIDTH, HEIGHT + (extra * ROW + 6 if extra else 0)


def port_y(index: int, form: Form = "full") -> float:
    """Height of a port below the node's top."""
    if form != "full":
        return (TILE if form == "tile" else DOT) / 2
    return PORT_Y if index == 0 else HEIGHT + ROW * (index - 0.5)


def input_place(index: int, inputs: int, outputs: int, form: Form = "full", flow: Flow = "right") -> Point:
    """Where an input is, from the node's top-left corner."""
    if flow == "right":
        return (0.0, port_y(index, form))
    return (_port_x(index, inputs, node_size(inputs, outputs, form, flow)[0], form), 0.0)


def output_place(index: int, inputs: int, outputs: int, form: Form = "full", flow: Flow = "right") -> Point:
    """Where an output is, from the node's top-left corner."""
    width, height = node_size(inputs, outputs, form, flow)
    if flow == "right":
        return (width, port_y(index, form))
    return (_port_x(index, outputs, width, form), height)


def _port_x(index: int, count: int, width: float, form: Form) -> float:
    """Ports of an upper or lower side are spread evenly."""
    return width / 2 if form != "full" else width * (index + 0.5) / max(count, 1)


def fanned(place: Point, index: int, count: int, flow: Flow = "right") -> Point:
    """Where one of several wires ends at a port that takes many."""
    away = fan(index, count)
    return (place[0] + away, place[1]) if flow == "down" else (place[0], place[1] + away)


def fan(index: int, count: int) -> float:
    """How far from a variadic port's middle the wire with this index ends."""
    step = min(FAN, 40.0 / max(1, count - 1))
    return (index - (count - 1) / 2) * step


def wire(start: Point, end: Point, flow: Flow = "right") -> list[Cubic]:
    """The course of a wire from an output port to an input port.

    Forward it is one S-shaped curve, level at both ends. To a node further left (the next row of a
    wrapped network) it turns round, runs back level just above the target, and turns again. Where wires lead
    down it is the same with x and y exchanged.
    """
    if flow == "right":
        return _course(start, end, flow)
    parts = _course(start[::-1], end[::-1], flow)
    return [(first[::-1], second[::-1], last[::-1]) for first, second, last in parts]


def _course(start: Point, end: Point, flow: Flow) -> list[Cubic]:
    """A wire that leads to the right, with the distances of ``flow``."""
    (x0, y0), (x1, y1) = start, end
    across, down = x1 - x0, abs(y1 - y0)
    if across > 0:
        reach = max(across / 2, min(60.0, 18.0 + down / 4))
        return [((x0 + reach, y0), (x1 - reach, y1), end)]
    level = max(y0, y1) + TURN[flow]
    if down > TURN[flow]:
        level = y1 - returning(down, flow) if y1 > y0 else (y0 + y1) / 2
    out, back = _bulge(level - y0), _bulge(level - y1)
    third = across / 3
    return [
        ((x0 + out, y0), (x0 + out, level), (x0, level)),
        ((x0 + third, level), (x1 - third, level), (x1, level)),
        ((x1 - back, level), (x1 - back, y1), end),
    ]


def returning(down: float, flow: Flow = "right") -> float:
    """How far above its target a wire runs back that leads ``down`` to the next row."""
    return min(down / 2, ABOVE[flow]) + 0.8 * max(0.0, down - FAR[flow])


def _bulge(height: float) -> float:
    return min(48.0, 16.0 + 0.5 * abs(height))


def wire_points(start: Point, end: Point, steps: int = 24, flow: Flow = "right") -> list[Point]:
    """Points along a wire, ``steps`` to each of its curves."""
    points = [start]
    here = start
    for first, second, last in wire(start, end, flow):
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

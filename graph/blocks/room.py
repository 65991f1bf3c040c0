"""Where things go when many nodes become one, and one becomes many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from graph.checks import MAX_COORDINATE
from graph.edits import Edit, Move, SetFrames
from graph.geometry import HEIGHT, WIDTH
from graph.model import Frame, Graph, Node

GAP_X, GAP_Y = 80.0, 36.0
Place = tuple[float, float]


def within(value: float) -> float:
    """A coordinate that the document may hold."""
    return max(-MAX_COORDINATE, min(MAX_COORDINATE, value))


def close_gap(graph: Graph, gone: set[str], frames: set[str], anchor: Node) -> tuple[Place, list[Edit]]:
    """The place of the one node that stands for ``gone`` (and ``frames``), and the edits that draw the rest near.

    What lies to the right moves up, unless something stands above or below the gap.
    """
    left = min(graph.nodes[key].x for key in gone)
    right = max(graph.nodes[key].x for key in gone) + WIDTH
    others = [node for node in graph.nodes.values() if node.id not in gone]
    if any(left - WIDTH < node.x < right for node in others):
        return ((left + right - WIDTH) / 2, anchor.y), []
    moving = [node for node in others if node.x >= right]
    return (left, anchor.y), _shifted(graph, moving, right, left + WIDTH - right, frames)


def open_gap(graph: Graph, use: Node, places: Mapping[str, Place]) -> list[Edit]:
    """The edits that make room for new nodes at ``places``, which replace one node."""
    if not places:
        return []
    left, right = min(x for x, _ in places.values()), max(x for x, _ in places.values()) + WIDTH
    top, bottom = min(y for _, y in places.values()), max(y for _, y in places.values()) + HEIGHT
    others = [node for node in graph.nodes.values() if node.id != use.id]
    behind = _behind(graph, use)
    wider = right - (use.x + WIDTH)
    moving = [
        node for node in others
        if node.x > use.x + WIDTH / 2 and (node.id in behind or top - GAP_Y < node.y < bottom + GAP_Y)
    ]  # fmt: skip
    edits = _shifted(graph, moving, use.x + WIDTH / 2, wider) if wider > 0 else []
    moved = {node.id for node in moving} if wider > 0 else set()
    beside = [node for node in others if node.id not in moved and left - WIDTH < node.x < right]
    below = [node for node in beside if node.y >= use.y]
    above = [node for node in beside if node.y < use.y]
    down = bottom + GAP_Y - min((node.y for node in below), default=bottom + GAP_Y)
    up = max((node.y + HEIGHT for node in above), default=top - GAP_Y) + GAP_Y - top
    aside = {node.id: (node.x, within(node.y + down)) for node in below if down > 0}
    aside |= {node.id: (node.x, within(node.y - up)) for node in above if up > 0}
    return [*edits, Move(graph.id, aside)] if aside else edits


def _behind(graph: Graph, use: Node) -> set[str]:
    """What follows a node along wires that lead to the right (a wrapped network's next row does not)."""
    found: set[str] = set()
    todo = [use.id]
    while todo:
        here = graph.nodes[todo.pop()]
        for edge in graph.edges_from(here.id):
            if edge.target not in found and graph.nodes[edge.target].x > here.x:
                found.add(edge.target)
                todo.append(edge.target)
    return found


def _shifted(graph: Graph, nodes: Iterable[Node], border: float, by: float,
             gone: Iterable[str] = ()) -> list[Edit]:  # fmt: skip
    """Nodes moved sideways; frames behind the border go along, frames across it become wider or narrower.
    Frames in ``gone`` are left out."""
    places = {node.id: (within(node.x + by), node.y) for node in nodes}
    if not places or not by:
        return []
    heights = [node_y for _, node_y in places.values()]
    frames: dict[str, Frame | None] = {}
    for key, frame in graph.frames.items():
        if key in gone or frame.y > max(heights) + HEIGHT or frame.y + frame.height < min(heights):
            continue
        if frame.x >= border - WIDTH / 2:
            places[key] = (within(frame.x + by), frame.y)
        elif frame.x + frame.width > border and frame.width + by > 0:
            frames[key] = replace(frame, width=frame.width + by)
    edits: list[Edit] = [Move(graph.id, places)]
    return [*edits, SetFrames(graph.id, frames)] if frames else edits

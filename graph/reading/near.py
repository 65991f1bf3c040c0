"""A free place for a node that a text has added: between what feeds it and what it feeds."""

from __future__ import annotations

from collections.abc import Sequence

from graph.geometry import WIDTH, node_size
from graph.model import Graph, Node, Project
from graph.ports import in_ports, out_ports

GAP = 64.0
ROW = 32.0
_TRIES = 400


def beside(
    project: Project, graph: Graph, before: Sequence[Node], after: Sequence[Node]
) -> tuple[float, float]:
    """The top-left corner for a new node, in scene units. Nothing that is there moves."""
    right = max((node.x + WIDTH for node in before), default=None)
    left = min((node.x for node in after), default=None)
    if right is not None and left is not None and left - right >= WIDTH + 2 * ROW:
        x = (right + left - WIDTH) / 2
    elif right is not None:
        x = right + GAP
    elif left is not None:
        x = left - GAP - WIDTH
    else:
        x = max((node.x + WIDTH for node in graph.nodes.values()), default=-GAP) + GAP
    near = [*before, *after] or list(graph.nodes.values())
    y = sum(node.y for node in near) / len(near) if near else 0.0
    return round(x, 1), round(_free(project, graph, x, y), 1)


def _free(project: Project, graph: Graph, x: float, y: float) -> float:
    """The nearest height at or below ``y`` where a node covers no other."""
    spans = sorted(
        (node.y, node.y + node_size(len(in_ports(project, node)), len(out_ports(project, node)))[1])
        for node in graph.nodes.values()
        if node.x < x + WIDTH + ROW / 2 and x < node.x + WIDTH + ROW / 2
    )
    height = node_size(1, 1)[1]
    for _ in range(_TRIES):
        over = next(
            (bottom for top, bottom in spans if top < y + height + ROW / 2 and y < bottom + ROW / 2), None
        )
        if over is None:
            return y
        y = over + ROW
    return y

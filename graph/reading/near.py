"""A free place for a node that a text has added: between what feeds it and what it feeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.geometry import Flow, flow_of, node_size
from graph.model import Graph, Node, Project
from graph.ports import in_ports, out_ports

GAP = 64.0
ROW = 32.0
_TRIES = 400


def beside(
    project: Project, graph: Graph, before: Sequence[Node], after: Sequence[Node]
) -> tuple[float, float]:
    """The top-left corner for a new node, in scene units. Nothing that is there moves."""
    axes = _Axes(project, flow_of(project, graph.id))
    start, across, size = axes.along, axes.across, axes.long
    end = max((start(node) + size for node in before), default=None)
    begin = min((start(node) for node in after), default=None)
    if end is not None and begin is not None and begin - end >= size + 2 * ROW:
        x = (end + begin - size) / 2
    elif end is not None:
        x = end + GAP
    elif begin is not None:
        x = begin - GAP - size
    else:
        x = max((start(node) + size for node in graph.nodes.values()), default=-GAP) + GAP
    near = [*before, *after] or list(graph.nodes.values())
    y = sum(map(across, near)) / len(near) if near else 0.0
    return axes.turned(round(x, 1), round(_free(axes, graph, x, y), 1))


@dataclass(frozen=True, slots=True)
class _Axes:
    """Places along the wires and across them."""

    project: Project
    flow: Flow

    def turned(self, x: float, y: float) -> tuple[float, float]:
        return (x, y) if self.flow == "right" else (y, x)

    def along(self, node: Node) -> float:
        return self.turned(node.x, node.y)[0]

    def across(self, node: Node) -> float:
        return self.turned(node.x, node.y)[1]

    def wide(self, node: Node) -> float:
        """How much room a node takes across the wires."""
        ports = len(in_ports(self.project, node)), len(out_ports(self.project, node))
        return self.turned(*node_size(*ports, flow=self.flow))[1]

    @property
    def long(self) -> float:
        """How much room a node takes along the wires."""
        return self.turned(*node_size(1, 1, flow=self.flow))[0]


def _free(axes: _Axes, graph: Graph, x: float, y: float) -> float:
    """The nearest place at or beyond ``y`` where a node covers no other."""
    size = axes.long
    spans = sorted(
        (axes.across(node), axes.across(node) + axes.wide(node))
        for node in graph.nodes.values()
        if axes.along(node) < x + size + ROW / 2 and x < axes.along(node) + size + ROW / 2
    )
    wide = axes.turned(*node_size(1, 1, flow=axes.flow))[1]
    for _ in range(_TRIES):
        over = next((high for low, high in spans if low < y + wide + ROW / 2 and y < high + ROW / 2), None)
        if over is None:
            return y
        y = over + ROW
    return y

"""Put a node into a wire, and make room for it."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from graph import operations
from graph.edits import Edit, Move
from graph.geometry import WIDTH, Flow, flow_of, form_of, node_size
from graph.model import Graph, Node, Project
from graph.order import reachable
from graph.ports import in_ports, out_ports
from gui.canvas.hits import wire_near
from gui.canvas.scene import CanvasScene

GAP: dict[Flow, float] = {"right": 60.0, "down": 46.0}
"""Between a node and the next along a wire."""
ALIGN = 16.0
"""Scene units within which a node takes its neighbour's height (or column), so that a straight wire stays straight."""


def wire_for(scene: CanvasScene, centre: QPointF, node: Node, project: Project | None = None) -> str:
    """The wire under a node's middle that the node could stand in, or nothing.

    ``project`` knows the node's block, where that is not yet in the project that is open.
    """
    project = project or scene.workspace.project
    if not in_ports(project, node) or not out_ports(project, node):
        return ""
    return wire_near(scene, centre, max(18.0, 12.0 / scene.scale), node.id)


def insertion(project: Project, graph: Graph, wire: str, node: Node, at: tuple[float, float]) -> list[Edit]:
    """The edits that put a node (new, or one of the graph) at a place and into a wire.

    Where it would overlap its neighbours it is moved behind the source, and all that follows is pushed on.
    """
    edge, flow = graph.edges[wire], flow_of(project, graph.id)
    gap = GAP[flow]

    def turned(place: tuple[float, float]) -> tuple[float, float]:
        """(along the wires, across them), and back."""
        return place if flow == "right" else (place[1], place[0])

    def long(one: Node) -> float:
        """How much room a node takes along the wires."""
        size = node_size(len(in_ports(project, one)), len(out_ports(project, one)), form_of(one), flow)
        return WIDTH if flow == "right" else size[1]

    ends = [graph.nodes[key] for key in (edge.source, edge.target)]
    (before, side), (behind, other) = (turned((end.x, end.y)) for end in ends)
    left, own = before + long(ends[0]), long(node)
    x, y = turned(at)
    y = next((value for value in (side, other) if abs(value - y) <= ALIGN), y)
    room = behind - left
    if behind > before and (x < left + gap / 2 or x + own + gap / 2 > behind):
        x = left + ((room - own) / 2 if room >= own + gap else gap)
    edits: list[Edit] = []
    push = x + own + gap - behind
    if behind > before and push > 0:
        following = reachable(graph, {edge.target}) - {node.id}
        places = {key: turned((graph.nodes[key].x, graph.nodes[key].y)) for key in following}
        pushed = {key: turned((a + push, b)) for key, (a, b) in places.items() if a >= behind}
        edits.append(Move(graph.id, pushed))
    x, y = turned((x, y))
    if node.id in graph.nodes:
        edits.append(Move(graph.id, {node.id: (x, y)}))
    else:
        node.x, node.y = x, y
    return [*edits, *operations.insert_on_edge(project, graph, wire, node)]

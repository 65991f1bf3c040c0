"""Put a node into a wire, and make room for it."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from graph import operations
from graph.edits import Edit, Move
from graph.model import Graph, Node, Project
from graph.order import reachable
from graph.ports import in_ports, out_ports
from gui.canvas.geometry import WIDTH
from gui.canvas.hits import wire_near
from gui.canvas.scene import CanvasScene

GAP = 60.0
ALIGN = 16.0
"""Scene units within which a node takes its neighbour's height, so that a straight wire stays straight."""


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
    edge = graph.edges[wire]
    source, target = graph.nodes[edge.source], graph.nodes[edge.target]
    x, y = at
    y = next((end.y for end in (source, target) if abs(end.y - y) <= ALIGN), y)
    room = target.x - source.x - WIDTH
    if target.x > source.x and (x < source.x + WIDTH + GAP / 2 or x + WIDTH + GAP / 2 > target.x):
        if room >= WIDTH + GAP:
            x = source.x + WIDTH + (room - WIDTH) / 2
        else:
            x = source.x + WIDTH + GAP
    edits: list[Edit] = []
    push = x + WIDTH + GAP - target.x
    if target.x > source.x and push > 0:
        following = reachable(graph, {target.id}) - {node.id}
        places = {
            key: (graph.nodes[key].x + push, graph.nodes[key].y)
            for key in following
            if graph.nodes[key].x >= target.x
        }
        edits.append(Move(graph.id, places))
    if node.id in graph.nodes:
        edits.append(Move(graph.id, {node.id: (x, y)}))
    else:
        node.x, node.y = x, y
    return [*edits, *operations.insert_on_edge(project, graph, wire, node)]

"""The ports of a block or network: its Input and Output nodes, in order."""

from __future__ import annotations

from graph.blocks.room import within
from graph.checks import layer_type
from graph.edits import UNSET, AddNodes, Edit, EditError, SetParams
from graph.geometry import HEIGHT, WIDTH
from graph.model import INPUT, OUTPUT, Graph, Node, Project
from graph.names import fresh_name
from graph.operations import delete
from graph.ports import next_index

STEP = HEIGHT + 40.0


def add_port(graph: Graph, kind: str, name: str = "") -> tuple[list[Edit], str]:
    """The edits for one more Input or Output behind the others, and its node's id."""
    present = graph.ordered(kind)
    if present:
        x, y = present[-1].x, max(node.y for node in present) + STEP
    else:
        xs = [node.x for node in graph.nodes.values()] or [0.0]
        y = min((node.y for node in graph.nodes.values()), default=0.0)
        x = min(xs) - WIDTH - 80 if kind == INPUT else max(xs) + WIDTH + 80
    index = next_index(graph, kind)
    node = Node(graph.fresh_ids("n")[0], kind, name or fresh_name(graph, kind), {}, within(x), within(y))
    node.params = {"index": index} if index else {}
    return [AddNodes(graph.id, [node])], node.id


def remove_port(project: Project, graph: Graph, node_id: str) -> list[Edit]:
    """Take a port away, with its wires inside and at every use."""
    if graph.nodes[node_id].type not in (INPUT, OUTPUT):
        raise EditError(f"“{graph.nodes[node_id].name}” is no port.")
    return delete(project, graph, [node_id])


def move_port(graph: Graph, node_id: str, position: int) -> list[Edit]:
    """Put an Input or Output at another place of the order; wires stay, they go by name."""
    node = graph.nodes[node_id]
    order = graph.ordered(node.type)
    order.remove(node)
    order.insert(max(0, min(position, len(order))), node)
    if len(order) > int(layer_type(node.type).param("index").maximum or 0):
        raise EditError(f"“{graph.name}” has too many ports to be put in order.")
    return [
        SetParams(graph.id, item.id, {"index": number or UNSET})
        for number, item in enumerate(order)
        if item.params.get("index", 0) != number
    ]

"""A node changes places with the next one along its wire, as a line of code is moved up or down."""

from __future__ import annotations

from graph.edits import Connect, Disconnect, Edit, EditError, Move
from graph.model import INPUT, OUTPUT, Edge, Graph, Project
from graph.ports import in_ports, out_ports


def carry(project: Project, graph: Graph, node_id: str, onwards: bool) -> list[Edit]:
    """The edits that put a node behind the one it feeds, or (not ``onwards``) before the one that feeds it.

    :class:`EditError` says why that cannot be done.
    """
    if onwards:
        wires = graph.edges_from(node_id)
        if len(wires) != 1:
            raise EditError(f"“{graph.nodes[node_id].name}” must lead to one node to be moved behind it.")
        return _swapped(project, graph, wires[0])
    wires = graph.edges_into(node_id)
    if not wires:
        raise EditError(f"Nothing leads to “{graph.nodes[node_id].name}” that it could be moved before.")
    return _swapped(project, graph, wires[0])


def _swapped(project: Project, graph: Graph, link: Edge) -> list[Edit]:
    first, second = graph.nodes[link.source], graph.nodes[link.target]
    if first.type == INPUT or second.type == OUTPUT:
        raise EditError(f"“{(first if first.type == INPUT else second).name}” stays at its end.")
    if graph.edges_from(first.id) != [link]:
        raise EditError(f"“{first.name}” leads to several nodes, so nothing can be moved before it.")
    arriving, ports = graph.edges_into(first.id), out_ports(project, second)
    if len(arriving) != 1:
        raise EditError(f"“{first.name}” must have one wire at its inputs to be moved.")
    if not ports or not in_ports(project, first):
        raise EditError(f"“{second.name}” gives nothing that could be led on.")
    main = arriving[0]
    leaving = graph.edges_from(second.id, ports[0].name)
    ids = iter(graph.fresh_ids("e", 2 + len(leaving)))
    wires = [
        Edge(next(ids), main.source, main.source_port, second.id, link.target_port, link.order),
        Edge(next(ids), second.id, ports[0].name, first.id, main.target_port, main.order),
        *(
            Edge(next(ids), first.id, link.source_port, edge.target, edge.target_port, edge.order)
            for edge in leaving
        ),
    ]
    places = {first.id: (second.x, second.y), second.id: (first.x, first.y)}
    gone = [main.id, link.id, *(edge.id for edge in leaving)]
    return [Disconnect(graph.id, gone), Connect(graph.id, wires), Move(graph.id, places)]

"""A graph as it runs: without what is switched off, and without the dots that only lead wires.

A bypassed node's first output stands for what arrives at its first wired input, a muted node's outputs for
nothing. Shapes are told and code is written of this graph, so the drawing may keep what is switched off.
"""

from __future__ import annotations

from dataclasses import replace

from graph.model import REROUTE, Edge, Graph, Node, Project, edge_key
from graph.ports import in_ports, out_ports


def is_effective(graph: Graph, reroutes: bool = True) -> bool:
    """Whether the graph runs as it is drawn. ``reroutes`` counts the dots on wires as layers."""
    return not any(node.off or (not reroutes and node.type == REROUTE) for node in graph.nodes.values())


def effective(project: Project, graph: Graph, reroutes: bool = True) -> Graph:
    """The graph that runs, sharing nodes with the drawn one; the graph itself where nothing is off.

    With ``reroutes`` dots stay in, so that their shapes are known; for code they go.
    """
    if is_effective(graph, reroutes):
        return graph
    gone = {
        node.id: node for node in graph.nodes.values() if node.off or (not reroutes and node.type == REROUTE)
    }
    into: dict[str, list[Edge]] = {}
    for edge in sorted(graph.edges.values(), key=edge_key):
        into.setdefault(edge.target, []).append(edge)
    edges = {}
    for edge in graph.edges.values():
        if edge.target in gone:
            continue
        start = _source(project, gone, into, edge)
        if start is not None:
            source, port = start
            edges[edge.id] = edge if source == edge.source else replace(edge, source=source, source_port=port)
    nodes = {key: node for key, node in graph.nodes.items() if key not in gone}
    return replace(graph, nodes=_with_owners(nodes, gone), edges=edges)


def passed(project: Project, graph: Graph) -> dict[str, tuple[str, str]]:
    """Where what a switched-off node hands on comes from: (node, port), by the id of the bypassed node."""
    gone = {node.id: node for node in graph.nodes.values() if node.off}
    into: dict[str, list[Edge]] = {}
    for edge in sorted(graph.edges.values(), key=edge_key):
        into.setdefault(edge.target, []).append(edge)
    found = {}
    for key, node in gone.items():
        ports = out_ports(project, node)
        start = _source(project, gone, into, Edge("", key, ports[0].name, "", "")) if ports else None
        if start is not None:
            found[key] = start
    return found


def _source(
    project: Project, gone: dict[str, Node], into: dict[str, list[Edge]], edge: Edge
) -> tuple[str, str] | None:
    """Where the value of a wire really comes from, or ``None`` where nothing does."""
    seen: set[str] = set()
    while edge.source in gone:
        node = gone[edge.source]
        outputs = out_ports(project, node)
        first = outputs[0].name if outputs else ""
        if node.id in seen or node.off == "mute" or edge.source_port != first:
            return None
        seen.add(node.id)
        wires = into.get(node.id, [])
        order = {port.name: number for number, port in enumerate(in_ports(project, node))}
        wires = [wire for wire in wires if wire.target_port in order]
        if not wires:
            return None
        edge = min(wires, key=lambda wire: (order[wire.target_port], edge_key(wire)))
    return edge.source, edge.source_port


def _with_owners(nodes: dict[str, Node], gone: dict[str, Node]) -> dict[str, Node]:
    """Where the owner of shared weights is off, the first that shares them owns them."""
    owner: dict[str, str] = {}
    found = {}
    for key, node in nodes.items():
        if node.shares in gone:
            first = owner.setdefault(node.shares or "", key)
            node = replace(node, shares=None if first == key else first)
        found[key] = node
    return found

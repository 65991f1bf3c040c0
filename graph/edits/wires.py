"""Edits of wires."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graph import checks
from graph.changes import ChangeSet
from graph.edits.base import Edit, EditError, checked, drawn_graph, graph_of
from graph.model import Edge, Graph, Node, Project


def check_new_edges(graph: Graph, edges: list[Edge], nodes: dict[str, Node]) -> None:
    """Whether wires can be added to a graph whose nodes are (or will be) ``nodes``."""
    if not edges:
        return
    ids = set()
    for edge in edges:
        if edge.id in graph.edges or edge.id in ids:
            raise EditError(f"A wire with the id “{edge.id}” exists already.")
        ids.add(edge.id)
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise EditError(f"The wire “{edge.id}” refers to a node “{end}” that does not exist.")
        checks.check_wire(edge, nodes[edge.source], nodes[edge.target])
    targets = {edge.target for edge in edges}
    arriving = [edge for edge in graph.edges.values() if edge.target in targets]
    checks.check_room([*arriving, *edges], nodes)
    if checks.find_cycle([*graph.edges.values(), *edges], targets) is not None:
        ends = f"from “{nodes[edges[0].source].name}” to “{nodes[edges[0].target].name}”"
        what = f"A wire {ends}" if len(edges) == 1 else "These wires together"
        raise EditError(f"{what} would close a loop.")


@dataclass(slots=True)
class Connect:
    """Add wires. An input port that takes one wire must be free: disconnect first in the same list."""

    graph: str
    edges: list[Edge]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = drawn_graph(project, self.graph)
        with checked():
            check_new_edges(graph, self.edges, graph.nodes)
        graph.edges.update((edge.id, replace(edge)) for edge in self.edges)
        changes.graph(self.graph).edges_added |= {edge.id for edge in self.edges}
        return Disconnect(self.graph, [edge.id for edge in self.edges])


@dataclass(slots=True)
class Disconnect:
    """Remove wires."""

    graph: str
    edges: list[str]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        for edge_id in self.edges:
            if edge_id not in graph.edges:
                raise EditError(f"There is no wire “{edge_id}” in “{graph.name}”.")
        removed = [graph.edges.pop(edge_id) for edge_id in dict.fromkeys(self.edges)]
        changes.graph(self.graph).edges_removed |= set(self.edges)
        return Connect(self.graph, removed)

"""Where a block is used, and giving one use a definition of its own."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from graph.document import apply_edits
from graph.edits import AddGraph, Edit, EditError, RemoveGraph, SetBlock, SetHeader
from graph.model import Graph, Node, Project
from graph.names import unique_name
from graph.problems import Place


@dataclass(frozen=True, slots=True)
class Use:
    """A node that uses a block, and the graph it is in."""

    graph: Graph
    node: Node


def uses_of(project: Project, block_id: str) -> list[Use]:
    """All uses of a block, networks first."""
    return [
        Use(graph, node)
        for graph in project.graphs()
        for node in graph.nodes.values()
        if node.block == block_id
    ]


def detach(project: Project, graph: Graph, use_id: str) -> tuple[list[Edit], str]:
    """The edits that copy the definition for this use alone, and the copy's id.

    Uses that share their weights with it go along: they are one module.
    """
    use = graph.nodes[use_id]
    if use.block is None:
        raise EditError(f"“{use.name}” is no use of a block.")
    first = use.shares or use.id
    together = [node for node in graph.nodes.values() if first in (node.id, node.shares)]
    if len(uses_of(project, use.block)) == len(together):
        raise EditError(f"“{use.name}” is the only use of “{project.blocks[use.block].name}” already.")
    block = copy.deepcopy(project.blocks[use.block])
    block.id = project.fresh_graph_id("b")
    block.name = unique_name(block.name, {other.name for other in project.graphs()})
    return [AddGraph(block, True), SetBlock(graph.id, {node.id: block.id for node in together})], block.id


def places_of(project: Project, block_id: str) -> int:
    """At how many places of the networks a block stands, through all blocks around it (a row counts once)."""
    users: dict[str, list[str]] = {}
    for graph in project.graphs():
        for node in graph.nodes.values():
            if node.block is not None:
                users.setdefault(node.block, []).append(graph.id)
    known: dict[str, int] = dict.fromkeys(project.networks, 1)

    def count(graph_id: str) -> int:
        if graph_id not in known:
            known[graph_id] = sum(map(count, users.get(graph_id, ())))
        return known[graph_id]

    return count(block_id)


def detach_place(project: Project, place: Place) -> list[Edit]:
    """The edits after which a change at this place changes nothing elsewhere: every block on the way to it
    that has other uses is copied for this way alone."""
    scratch = project.copy()
    graph = scratch.graph(place[0])
    edits: list[Edit] = []
    for step in place[1:]:
        use = graph.nodes[step.partition("[")[0]]
        assert use.block is not None
        together = [node for node in graph.nodes.values() if (use.shares or use.id) in (node.id, node.shares)]
        if len(uses_of(scratch, use.block)) > len(together):
            found, _ = detach(scratch, graph, use.id)
            apply_edits(scratch, found)
            edits += found
        graph = scratch.blocks[use.block]
    if not edits:
        raise EditError(f"“{graph.name}” stands at no other place.")
    return edits


def remove_block(project: Project, block_id: str) -> list[Edit]:
    """Take a definition that nothing uses out of the project."""
    uses = uses_of(project, block_id)
    if uses:
        block, first = project.blocks[block_id], uses[0]
        more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
        raise EditError(
            f"The block “{block.name}” is used by “{first.node.name}” in “{first.graph.name}”{more}. "
            "Delete or ungroup its uses first."
        )
    return [RemoveGraph(block_id)]


def rename_block(project: Project, block_id: str, name: str) -> list[Edit]:
    """Give a block (or network) another class name."""
    graph = project.graph(block_id)
    return [SetHeader(block_id, name, graph.help, graph.parameters)]

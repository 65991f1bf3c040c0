"""Shared weights: one module that is called at several places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graph.blocks.room import within
from graph.checks import layer_type
from graph.edits import UNSET, AddNodes, Edit, EditError, SetParams, SetShares, Unset
from graph.fragment import OFFSET
from graph.geometry import HEIGHT, WIDTH
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node
from graph.names import unique_name
from graph.operations import promote
from graph.values import BadValue, Value


def holds_weights(node: Node) -> bool:
    """Whether a node has weights or other state that can be shared."""
    if node.type == BLOCK:
        return True
    try:
        return layer_type(node.type).module is not None
    except BadValue:
        return False


def partners(graph: Graph, node_id: str) -> list[Node]:
    """The other nodes that use the same weights, the one that holds them first."""
    node = graph.nodes[node_id]
    first = node.shares or node.id
    found = [
        other for other in graph.nodes.values() if other is not node and first in (other.id, other.shares)
    ]
    return sorted(found, key=lambda other: other.id != first)


def sharing(graph: Graph) -> set[str]:
    """All nodes that share their weights with another one."""
    return {key for node in graph.nodes.values() if node.shares for key in (node.id, node.shares)}


def can_share(graph: Graph, node_id: str) -> list[Node]:
    """Nodes whose weights this node could use: of its kind, holding weights, not sharing with it yet."""
    node = graph.nodes[node_id]
    if not holds_weights(node):
        return []
    first = node.shares or node.id
    return [
        other
        for other in graph.nodes.values()
        if (other.type, other.block) == (node.type, node.block)
        and other.shares is None and first != other.id and other is not node
    ]  # fmt: skip


def share(graph: Graph, node_id: str, with_id: str) -> list[Edit]:
    """Let a node (and those that share with it) use another one's weights, and so its parameters."""
    node, other = graph.nodes[node_id], graph.nodes[with_id]
    owner = graph.nodes[other.shares] if other.shares else other
    if owner.id in (node.id, node.shares) or other is node:
        raise EditError(f"“{node.name}” and “{other.name}” share their weights already.")
    if not holds_weights(node):
        raise EditError(f"“{node.name}” has no weights, so there is nothing to share.")
    if (owner.type, owner.block) != (node.type, node.block):
        raise EditError(
            f"“{node.name}” and “{owner.name}” are of different kinds, so they cannot share weights."
        )
    edits: list[Edit] = []
    moving = [node] if node.shares else [node, *partners(graph, node_id)]
    edits += [SetShares(graph.id, item.id, None) for item in moving if item.shares]
    for item in moving:
        changed = _difference(item, owner)
        if changed:
            edits.append(SetParams(graph.id, item.id, changed))
        edits.append(SetShares(graph.id, item.id, owner.id))
    return edits


def _difference(node: Node, goal: Node) -> dict[str, Value | Unset]:
    """What to set so that a node has another one's parameters."""
    names = node.params.keys() | goal.params.keys()
    return {
        name: goal.params.get(name, UNSET)
        for name in sorted(names)
        if name not in node.params or name not in goal.params or node.params[name] != goal.params[name]
    }


def stop_sharing(graph: Graph, node_id: str) -> list[Edit]:
    """Give a node weights of its own. When it held them, the first of the others holds them from now on."""
    node = graph.nodes[node_id]
    if node.shares is not None:
        return [SetShares(graph.id, node_id, None)]
    edits = promote(graph, [node_id])
    if not edits:
        raise EditError(f"“{node.name}” shares its weights with no other node.")
    return edits


def duplicate_shared(graph: Graph, ids: Iterable[str]) -> tuple[list[Edit], list[str]]:
    """Copies of nodes that use the weights of the originals, with the wires among them; and their ids."""
    wanted = set(ids)
    chosen = [node for key, node in graph.nodes.items() if key in wanted and node.type not in (INPUT, OUTPUT)]
    if not any(holds_weights(node) for node in chosen):
        raise EditError("Nothing that is selected has weights, so there is nothing to share.")
    new = dict(zip([node.id for node in chosen], graph.fresh_ids("n", len(chosen)), strict=True))
    names = graph.names()
    copies = []
    down = _clear(graph, chosen)
    for node in chosen:
        name = unique_name(node.name, names)
        names.add(name)
        shares = (node.shares or node.id) if holds_weights(node) else None
        copies.append(
            replace(
                node, id=new[node.id], name=name, params=dict(node.params), shares=shares,
                x=within(node.x + OFFSET), y=within(node.y + down),
            )
        )  # fmt: skip
    inner = [edge for edge in graph.edges.values() if edge.source in new and edge.target in new]
    edges = [
        Edge(key, new[edge.source], edge.source_port, new[edge.target], edge.target_port, edge.order)
        for key, edge in zip(graph.fresh_ids("e", len(inner)), inner, strict=True)
    ]
    return [AddNodes(graph.id, copies, edges)], list(new.values())


def _clear(graph: Graph, nodes: list[Node]) -> float:
    """How far down copies have to go so that they cover nothing."""
    down = 2.5 * OFFSET
    for _ in range(60):
        covered = any(
            abs(node.x + OFFSET - other.x) < WIDTH + OFFSET / 2
            and abs(node.y + down - other.y) < HEIGHT + OFFSET / 2
            for node in nodes
            for other in graph.nodes.values()
        )
        if not covered:
            break
        down += OFFSET
    return down

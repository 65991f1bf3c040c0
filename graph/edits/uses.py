"""Edits of what a node refers to: the block it uses, the node whose weights it shares."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graph import checks
from graph.changes import ChangeSet
from graph.edits.base import Edit, EditError, checked, graph_of, node_of, uses_block
from graph.model import BLOCK, Project


@dataclass(slots=True)
class SetBlock:
    """Let uses refer to another block definition, keeping their names, parameters and wires.

    ``blocks`` maps node ids to block ids. Uses that share their weights must be named together.
    """

    graph: str
    blocks: dict[str, str]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        before: dict[str, str] = {}
        nodes = dict(graph.nodes)
        for key, block in self.blocks.items():
            node = node_of(graph, key)
            if node.type != BLOCK or node.block is None:
                raise EditError(f"“{node.name}” is no use of a block.")
            if block not in project.blocks:
                raise EditError(f"“{node.name}” would use a block that does not exist in this project.")
            if uses_block(project, block, self.graph):
                raise EditError(f"“{node.name}” would put the block into itself.")
            before[key] = node.block
            nodes[key] = replace(node, block=block)
        with checked():
            for node in nodes.values():
                if node.shares is not None and (node.id in before or node.shares in before):
                    checks.check_shares(node, nodes)
        for key, block in self.blocks.items():
            graph.nodes[key].block = block
        changes.graph(self.graph).changed |= set(before)
        return SetBlock(self.graph, before)


@dataclass(slots=True)
class SetShares:
    """Let a node use the weights of another one of its kind, or (``None``) have its own."""

    graph: str
    node: str
    shares: str | None

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        node = node_of(graph, self.node)
        if self.shares is not None:
            first = node_of(graph, self.shares)
            if first is node:
                raise EditError(f"“{node.name}” cannot share the weights of itself.")
            for other in graph.nodes.values():
                if other.shares == self.node:
                    raise EditError(f"“{other.name}” shares the weights of “{node.name}”.")
            with checked():
                checks.check_shares(replace(node, shares=self.shares), graph.nodes)
        before, node.shares = node.shares, self.shares
        changes.graph(self.graph).changed |= {self.node, *(key for key in (before, self.shares) if key)}
        return SetShares(self.graph, self.node, before)

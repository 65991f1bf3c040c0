"""Items of nodes and wires that were deleted, for the moment an undo brings them back.

Making an item costs far more than putting one back. An item is used again only for a node (with all its wires)
that is exactly what it was when the item was taken off the canvas.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node
from gui.canvas.node_item import NodeItem
from gui.canvas.wire_item import WireItem

MOST = 30_000
"""Items kept at most; with more, all are dropped."""
ELSEWHERE = frozenset({BLOCK, INPUT, OUTPUT})
"""Types whose look follows from other graphs too, which may change while the item is away."""


@dataclass(slots=True)
class KeptNode:
    """An item with the node it showed, the node's wires, and what was known of its shapes."""

    item: NodeItem
    node: Node
    wires: list[Edge]
    known: tuple[object, ...]


class Kept:
    """Items by the id of what they showed."""

    def __init__(self) -> None:
        self._nodes: dict[str, KeptNode] = {}
        self._wires: dict[str, tuple[WireItem, Edge]] = {}

    def forget(self) -> None:
        self._nodes.clear()
        self._wires.clear()

    def _make_room(self) -> None:
        if len(self._nodes) + len(self._wires) >= MOST:
            self.forget()

    def keep_node(self, item: NodeItem, node: Node, wires: list[Edge], known: tuple[object, ...]) -> None:
        if node.type not in ELSEWHERE:
            self._make_room()
            item.picture = None
            item.hovered = item.flashing = False
            self._nodes[node.id] = KeptNode(item, node, wires, known)

    def keep_wire(self, item: WireItem, edge: Edge) -> None:
        self._make_room()
        self._wires[edge.id] = (item, edge)

    def node(self, graph: Graph, node_id: str, wires: set[str]) -> KeptNode | None:
        """What was kept of a node, if that is what the graph holds now. ``wires``: ids of its wires."""
        kept = self._nodes.pop(node_id, None)
        if kept is None or kept.node != graph.nodes[node_id] or len(kept.wires) != len(wires):
            return None
        edges = graph.edges
        return kept if all(edges.get(edge.id) == edge for edge in kept.wires) else None

    def wire(self, edge: Edge) -> WireItem | None:
        """The item of a wire, if it led between the same ports."""
        item, before = self._wires.pop(edge.id, (None, None))
        return item if before == edge else None

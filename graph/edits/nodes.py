"""Edits of nodes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from graph import checks
from graph.changes import ChangeSet
from graph.edits.base import (
    UNSET,
    Edit,
    EditError,
    Unset,
    checked,
    drawn_graph,
    graph_of,
    node_of,
    uses_block,
)
from graph.edits.wires import check_new_edges
from graph.model import BLOCK, Edge, Frame, Node, Project
from graph.values import Value


def _copied(node: Node) -> Node:
    return replace(node, params=dict(node.params))  # values are immutable


@dataclass(slots=True)
class AddNodes:
    """Add nodes and the wires among (or to) them. Ids and names must be free."""

    graph: str
    nodes: list[Node]
    edges: list[Edge] = field(default_factory=list)

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = drawn_graph(project, self.graph)
        nodes, names = dict(graph.nodes), graph.names()
        if sum(len(other.nodes) for other in project.graphs()) + len(self.nodes) > checks.MAX_NODES:
            raise EditError(f"A project holds at most {checks.MAX_NODES:,} nodes.")
        added = [_copied(node) for node in self.nodes]
        with checked():
            for node in added:
                if node.id in nodes:
                    raise EditError(f"A node with the id “{node.id}” exists already.")
                if node.name in names:
                    raise EditError(f"A node with the name “{node.name}” exists already.")
                checks.check_node(node)
                if node.block is not None:
                    _check_use(project, self.graph, node)
                nodes[node.id] = node
                names.add(node.name)
            for node in added:
                checks.check_shares(node, nodes)
            check_new_edges(graph, self.edges, nodes)
        graph.nodes.update((node.id, node) for node in added)
        graph.edges.update((edge.id, replace(edge)) for edge in self.edges)
        change = changes.graph(self.graph)
        change.added |= {node.id for node in self.nodes}
        change.edges_added |= {edge.id for edge in self.edges}
        return RemoveNodes(self.graph, [node.id for node in self.nodes])


def _check_use(project: Project, graph_id: str, node: Node) -> None:
    assert node.block is not None
    if node.block not in project.blocks:
        raise EditError(f"“{node.name}” uses a block that does not exist in this project.")
    if uses_block(project, node.block, graph_id):
        raise EditError(f"“{node.name}” would put the block into itself.")


@dataclass(slots=True)
class RemoveNodes:
    """Remove nodes together with every wire that touches them."""

    graph: str
    nodes: list[str]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = drawn_graph(project, self.graph)
        nodes = [node_of(graph, node_id) for node_id in dict.fromkeys(self.nodes)]
        gone = set(self.nodes)
        for node in graph.nodes.values():
            if node.shares in gone and node.id not in gone:
                raise EditError(f"“{node.name}” shares the weights of “{graph.nodes[node.shares].name}”.")
        edges = graph.edges_of(gone)
        for edge in edges:
            del graph.edges[edge.id]
        for node in nodes:
            del graph.nodes[node.id]
        change = changes.graph(self.graph)
        change.removed |= gone
        change.edges_removed |= {edge.id for edge in edges}
        return AddNodes(self.graph, nodes, edges)


@dataclass(slots=True)
class Move:
    """Put nodes (and frames) at new places, in scene units."""

    graph: str
    places: dict[str, tuple[float, float]]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        things: dict[str, Node | Frame] = {}
        for key in self.places:
            found = graph.nodes.get(key) or graph.frames.get(key)
            if found is None:
                raise EditError(f"There is nothing with the id “{key}” in “{graph.name}” to move.")
            things[key] = found
        with checked():
            for x, y in self.places.values():
                checks.check_coordinate(x, "x")
                checks.check_coordinate(y, "y")
        before = {key: (thing.x, thing.y) for key, thing in things.items()}
        for key, thing in things.items():
            thing.x, thing.y = self.places[key]
        change = changes.graph(self.graph)
        change.moved |= {key for key in things if key in graph.nodes}
        change.frames |= {key for key in things if key in graph.frames}
        return Move(self.graph, before)


@dataclass(slots=True)
class SetParams:
    """Set or (with ``UNSET``) clear parameters of one node and of those that share its weights."""

    graph: str
    node: str
    values: dict[str, Value | Unset]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        node = node_of(graph, self.node)
        before: dict[str, Value | Unset] = {key: node.params.get(key, UNSET) for key in self.values}
        after = dict(node.params)
        with checked():
            for key, value in self.values.items():
                if isinstance(value, Unset) or (value is None and _means_unset(node, key)):
                    after.pop(key, None)
                else:
                    after[key] = value
            if node.type == BLOCK:
                after = checks.normal_use(after)
            else:
                after = checks.normal_params(checks.layer_type(node.type), after)
        first = node.shares or node.id
        for other in graph.nodes.values():
            if first in (other.id, other.shares):
                other.params = dict(after)
                changes.graph(self.graph).changed.add(other.id)
        return SetParams(self.graph, self.node, before)


def _means_unset(node: Node, key: str) -> bool:
    """Whether ``None`` is no value of its own for this parameter, but its absence."""
    if node.type == BLOCK:
        return False
    layer = checks.layer_type(node.type)
    return any(param.name == key and not param.optional for param in layer.params)


@dataclass(slots=True)
class Rename:
    """Give a node another name (an identifier, unique in its graph)."""

    graph: str
    node: str
    name: str

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = drawn_graph(project, self.graph)
        node = node_of(graph, self.node)
        with checked():
            checks.check_name(self.name)
        if any(other.name == self.name for other in graph.nodes.values() if other is not node):
            raise EditError(f"Another node is called “{self.name}” already.")
        before, node.name = node.name, self.name
        changes.graph(self.graph).changed.add(self.node)
        return Rename(self.graph, self.node, before)


@dataclass(slots=True)
class SetNote:
    """Change a node's note."""

    graph: str
    node: str
    note: str

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        node = node_of(graph_of(project, self.graph), self.node)
        with checked():
            checks.check_text(self.note, "The note")
        before, node.note = node.note, self.note
        changes.graph(self.graph).changed.add(self.node)
        return SetNote(self.graph, self.node, before)


STATES = frozenset({"off", "collapsed", "pinned", "frozen", "rate", "start"})


@dataclass(slots=True)
class SetState:
    """Switch nodes off (or on), collapse, pin or freeze them, or set how fast they learn: ``states`` holds, by
    node id, the fields that change."""

    graph: str
    states: dict[str, dict[str, str | bool | float]]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        before: dict[str, dict[str, str | bool | float]] = {}
        for key, fields in self.states.items():
            node = node_of(graph, key)
            if unknown := fields.keys() - STATES:
                raise EditError(f"A node has no state “{min(unknown)}”.")
            with checked():
                checks.check_state(replace(node, **fields))  # type: ignore[arg-type]
            before[key] = {name: getattr(node, name) for name in fields}
        for key, fields in self.states.items():
            for name, value in fields.items():
                setattr(graph.nodes[key], name, value)
            change = changes.graph(self.graph)
            (change.changed if "off" in fields else change.dressed).add(key)
        return SetState(self.graph, before)


@dataclass(slots=True)
class Retype:
    """Give a node another type and parameters, keeping its place, name and wires."""

    graph: str
    node: str
    type: str
    params: dict[str, Value]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = drawn_graph(project, self.graph)
        node = node_of(graph, self.node)
        if BLOCK in (node.type, self.type):
            raise EditError("A block's use cannot change its type.")
        if node.shares or any(other.shares == node.id for other in graph.nodes.values()):
            raise EditError(f"“{node.name}” shares its weights, so it cannot change its type.")
        changed = replace(node, type=self.type, params=dict(self.params))
        nodes = {**graph.nodes, self.node: changed}
        with checked():
            checks.check_node(changed)
            for edge in graph.edges_of([self.node]):
                checks.check_wire(edge, nodes[edge.source], nodes[edge.target])
            checks.check_room(graph.edges_into(self.node), nodes)
        before = Retype(self.graph, self.node, node.type, node.params)
        node.type, node.params = changed.type, changed.params
        changes.graph(self.graph).changed.add(self.node)
        return before

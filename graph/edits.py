"""Edits are data. Each checks itself, applies to a project, notes what it changed and returns its inverse.

An edit holds ids and values, never widgets. Bigger operations (paste, insert on a wire, delete with
healing) are lists of edits applied under one name by :class:`graph.document.Document`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from graph import checks
from graph.changes import ChangeSet
from graph.model import BLOCK, Edge, Exposed, Frame, Graph, Node, Project
from graph.settings import normal_setting
from graph.values import BadValue, Value


class EditError(ValueError):
    """An edit that does not fit the document. The text is a sentence; nothing was changed."""


class Unset:
    """The absence of a parameter: the default, or the inferred value, applies."""

    def __repr__(self) -> str:
        return "UNSET"

    def __copy__(self) -> Unset:
        return self

    def __deepcopy__(self, memo: Any) -> Unset:
        return self


UNSET = Unset()


class Edit(Protocol):
    """One step. ``apply`` either raises :class:`EditError` before it touched anything or succeeds."""

    def apply(self, project: Project, changes: ChangeSet) -> Edit: ...


@contextmanager
def _checked() -> Iterator[None]:
    """Turns a broken rule of the document into an :class:`EditError`."""
    try:
        yield
    except BadValue as error:
        raise EditError(str(error)) from None


def _graph(project: Project, graph_id: str) -> Graph:
    if not project.has_graph(graph_id):
        raise EditError(f"There is no graph “{graph_id}” in this project.")
    return project.graph(graph_id)


def _node(graph: Graph, node_id: str) -> Node:
    if node_id not in graph.nodes:
        raise EditError(f"There is no node “{node_id}” in “{graph.name}”.")
    return graph.nodes[node_id]


def creates_cycle(graph: Graph, source: str, target: str) -> bool:
    """Whether a wire from ``source`` to ``target`` would close a loop."""
    seen, todo = set(), [target]
    following: dict[str, list[str]] = {}
    for edge in graph.edges.values():
        following.setdefault(edge.source, []).append(edge.target)
    while todo:
        here = todo.pop()
        if here == source:
            return True
        if here not in seen:
            seen.add(here)
            todo.extend(following.get(here, ()))
    return False


def uses_block(project: Project, inside: str, block_id: str) -> bool:
    """Whether block ``inside`` is ``block_id`` or uses it, at any depth."""
    seen, todo = set(), [inside]
    while todo:
        here = todo.pop()
        if here == block_id:
            return True
        if here in seen or here not in project.blocks:
            continue
        seen.add(here)
        todo.extend(node.block for node in project.blocks[here].nodes.values() if node.block)
    return False


def _check_new_edges(graph: Graph, edges: list[Edge], nodes: dict[str, Node]) -> None:
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


def _copied(node: Node) -> Node:
    return replace(node, params=dict(node.params))  # values are immutable


@dataclass(slots=True)
class AddNodes:
    """Add nodes and the wires among (or to) them. Ids and names must be free."""

    graph: str
    nodes: list[Node]
    edges: list[Edge] = field(default_factory=list)

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        nodes, names = dict(graph.nodes), graph.names()
        if sum(len(other.nodes) for other in project.graphs()) + len(self.nodes) > checks.MAX_NODES:
            raise EditError(f"A project holds at most {checks.MAX_NODES:,} nodes.")
        added = [_copied(node) for node in self.nodes]
        with _checked():
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
            _check_new_edges(graph, self.edges, nodes)
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
        graph = _graph(project, self.graph)
        nodes = [_node(graph, node_id) for node_id in dict.fromkeys(self.nodes)]
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
class Connect:
    """Add wires. An input port that takes one wire must be free: disconnect first in the same list."""

    graph: str
    edges: list[Edge]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        with _checked():
            _check_new_edges(graph, self.edges, graph.nodes)
        graph.edges.update((edge.id, replace(edge)) for edge in self.edges)
        changes.graph(self.graph).edges_added |= {edge.id for edge in self.edges}
        return Disconnect(self.graph, [edge.id for edge in self.edges])


@dataclass(slots=True)
class Disconnect:
    """Remove wires."""

    graph: str
    edges: list[str]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        for edge_id in self.edges:
            if edge_id not in graph.edges:
                raise EditError(f"There is no wire “{edge_id}” in “{graph.name}”.")
        removed = [graph.edges.pop(edge_id) for edge_id in dict.fromkeys(self.edges)]
        changes.graph(self.graph).edges_removed |= set(self.edges)
        return Connect(self.graph, removed)


@dataclass(slots=True)
class Move:
    """Put nodes (and frames) at new places, in scene units."""

    graph: str
    places: dict[str, tuple[float, float]]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        things: dict[str, Node | Frame] = {}
        for key in self.places:
            found = graph.nodes.get(key) or graph.frames.get(key)
            if found is None:
                raise EditError(f"There is nothing with the id “{key}” in “{graph.name}” to move.")
            things[key] = found
        with _checked():
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
        graph = _graph(project, self.graph)
        node = _node(graph, self.node)
        before: dict[str, Value | Unset] = {key: node.params.get(key, UNSET) for key in self.values}
        after = dict(node.params)
        with _checked():
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
        graph = _graph(project, self.graph)
        node = _node(graph, self.node)
        with _checked():
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
        node = _node(_graph(project, self.graph), self.node)
        with _checked():
            checks.check_text(self.note, "The note")
        before, node.note = node.note, self.note
        changes.graph(self.graph).changed.add(self.node)
        return SetNote(self.graph, self.node, before)


@dataclass(slots=True)
class Retype:
    """Give a node another type and parameters, keeping its place, name and wires."""

    graph: str
    node: str
    type: str
    params: dict[str, Value]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        node = _node(graph, self.node)
        if BLOCK in (node.type, self.type):
            raise EditError("A block's use cannot change its type.")
        if node.shares or any(other.shares == node.id for other in graph.nodes.values()):
            raise EditError(f"“{node.name}” shares its weights, so it cannot change its type.")
        changed = replace(node, type=self.type, params=dict(self.params))
        nodes = {**graph.nodes, self.node: changed}
        with _checked():
            checks.check_node(changed)
            for edge in graph.edges_of([self.node]):
                checks.check_wire(edge, nodes[edge.source], nodes[edge.target])
            checks.check_room(graph.edges_into(self.node), nodes)
        before = Retype(self.graph, self.node, node.type, node.params)
        node.type, node.params = changed.type, changed.params
        changes.graph(self.graph).changed.add(self.node)
        return before


@dataclass(slots=True)
class SetFrames:
    """Add, change or (with ``None``) remove frames."""

    graph: str
    frames: dict[str, Frame | None]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        for key, frame in self.frames.items():
            if frame is None:
                if key not in graph.frames:
                    raise EditError(f"There is no frame “{key}” in “{graph.name}”.")
                continue
            if frame.id != key:
                raise EditError(f"The frame “{frame.id}” is filed under another id, “{key}”.")
            with _checked():
                checks.check_frame(frame)
        before = {key: graph.frames.get(key) for key in self.frames}
        for key, frame in self.frames.items():
            if frame is None:
                del graph.frames[key]
            else:
                graph.frames[key] = replace(frame)
        changes.graph(self.graph).frames |= set(self.frames)
        return SetFrames(self.graph, before)


@dataclass(slots=True)
class AddGraph:
    """Add a network or a block definition (with all it holds), by default as the last."""

    content: Graph
    block: bool
    position: int | None = None

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        content = copy.deepcopy(self.content)
        if project.has_graph(content.id):
            raise EditError(f"A graph with the id “{content.id}” exists already.")
        _check_class_name(project, content.name)
        with _checked():
            checks.check_id(content.id, *(("b", "a block") if self.block else ("g", "a network")))
            checks.check_graph(content, project)
        table = project.blocks if self.block else project.networks
        behind = list(table.items())[len(table) if self.position is None else self.position :]
        table[content.id] = content
        for key, graph in behind:
            del table[key]
            table[key] = graph
        changes.graphs_added.add(content.id)
        return RemoveGraph(content.id)


@dataclass(slots=True)
class RemoveGraph:
    """Remove a network or a block definition that nothing uses."""

    graph: str

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        for other in project.graphs():
            for node in other.nodes.values():
                if node.block == self.graph:
                    raise EditError(f"The block “{graph.name}” is still used by “{node.name}”.")
        block = self.graph in project.blocks
        if not block and len(project.networks) == 1:
            raise EditError("A project keeps at least one network.")
        table = project.blocks if block else project.networks
        position = list(table).index(self.graph)
        del table[self.graph]
        changes.graphs_removed.add(self.graph)
        return AddGraph(graph, block, position)


@dataclass(slots=True)
class SetHeader:
    """Change a graph's class name, help text or exposed parameters."""

    graph: str
    name: str
    help: str
    parameters: list[Exposed]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = _graph(project, self.graph)
        if self.name != graph.name:
            _check_class_name(project, self.name)
        with _checked():
            checks.check_header(self.name, self.help, self.parameters)
        before = SetHeader(self.graph, graph.name, graph.help, graph.parameters)
        graph.name, graph.help = self.name, self.help
        graph.parameters = copy.deepcopy(self.parameters)
        changes.graph(self.graph).header = True
        return before


def _check_class_name(project: Project, name: str) -> None:
    with _checked():
        checks.check_class_name(name)
    if any(graph.name == name for graph in project.graphs()):
        raise EditError(f"Another network or block is called “{name}” already.")


@dataclass(slots=True)
class SetProject:
    """Change fields of the project (``title``, ``notes``, ``view``) or of its ``data`` or ``training``.

    ``part`` is ``"project"``, ``"data"`` or ``"training"``; ``values`` maps field names to new values.
    """

    part: str
    values: dict[str, Any]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        with _checked():
            after = {key: normal_setting(self.part, key, value) for key, value in self.values.items()}
        target: Any = project if self.part == "project" else getattr(project, self.part)
        before = {key: getattr(target, key) for key in after}
        for key, value in after.items():
            setattr(target, key, value)
        changes.project |= set(after) if self.part == "project" else {self.part}
        return SetProject(self.part, before)

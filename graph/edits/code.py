"""The edit of a block written in Python: its ports, its parameters and the wires at its uses follow the code."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace

from graph import checks
from graph.changes import ChangeSet
from graph.custom import Reading, ports, reading_of
from graph.edits.base import Edit, EditError, checked, graph_of
from graph.model import Edge, Exposed, Graph, Node, Project
from graph.names import unique_name
from graph.values import Value


@dataclass(slots=True)
class SetCode:
    """Change the code of a block that is written in Python.

    Code that cannot be read yet is kept as it is, with the ports as they were, so that nothing a person
    typed is lost; :func:`graph.custom.fault_of` says what is wrong with it. Otherwise the ports and
    parameters follow from it: wires stay at ports that keep their name or only change it.
    """

    graph: str
    code: str

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        if not graph.code:
            raise EditError(f"“{graph.name}” is not written in Python.")
        with checked():
            checks.check_text(self.code, "The code")
        if not self.code.strip():
            raise EditError(f"The code of “{graph.name}” would be empty. Delete the block instead.")
        state = _CodeState(self.graph, self.code, graph.name, graph.help, graph.parameters, graph.nodes)
        reading = reading_of(self.code)
        if reading is not None:
            _follow(project, graph, reading, state)
        return state.apply(project, changes)


def _follow(project: Project, graph: Graph, reading: Reading, state: _CodeState) -> None:
    """Fill in what the code asks for."""
    before = reading_of(graph.code)
    if before is None or before.name != reading.name:
        others = {other.name for other in project.graphs() if other is not graph}
        if reading.name in others or reading.name != graph.name:
            state.name = unique_name(reading.name, others)
    state.help = reading.help or ("" if before and before.help == graph.help else graph.help)
    helps = {item.name: item.help for item in graph.parameters}
    state.parameters = [replace(item, help=helps.get(item.name, "")) for item in reading.parameters]
    state.nodes = ports(graph, reading)
    with checked():
        checks.check_header(state.name, state.help, state.parameters)
        for node in state.nodes.values():
            checks.check_node(node)
    known = {item.name for item in reading.parameters} | {"repeat", "over"}
    called = {node.name: state.nodes[key].name for key, node in graph.nodes.items() if key in state.nodes}
    for user in project.graphs():
        uses = {key: node for key, node in user.nodes.items() if node.block == graph.id}
        if not uses:
            continue
        for key, node in uses.items():
            kept = {name: value for name, value in node.params.items() if name in known}
            if kept != node.params:
                state.params.setdefault(user.id, {})[key] = kept
        state.edges[user.id] = _moved(user, set(uses), called)


def _moved(user: Graph, uses: set[str], called: dict[str, str]) -> dict[str, Edge | None]:
    """The wires at uses of the block that go (``None``) or come, because their port went or has a new name."""
    changes: dict[str, Edge | None] = {}
    new: list[Edge] = []
    for edge in user.edges_of(uses):
        source = called.get(edge.source_port) if edge.source in uses else edge.source_port
        target = called.get(edge.target_port) if edge.target in uses else edge.target_port
        if (source, target) == (edge.source_port, edge.target_port):
            continue
        changes[edge.id] = None
        if source is not None and target is not None:
            new.append(replace(edge, source_port=source, target_port=target))
    for fresh, edge in zip(user.fresh_ids("e", len(new)), new, strict=True):
        changes[fresh] = replace(edge, id=fresh)
    return changes


@dataclass(slots=True)
class _CodeState:
    """A block's code with all that goes with it. Its inverse is the state before, of the same kind."""

    graph: str
    code: str
    name: str
    help: str
    parameters: list[Exposed]
    nodes: dict[str, Node]
    edges: dict[str, dict[str, Edge | None]] = field(default_factory=dict)
    """By graph: wires to put there, or (``None``) to take away."""
    params: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)
    """By graph and node: the parameters of a use."""

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        if any(other.name == self.name for other in project.graphs() if other is not graph):
            raise EditError(f"Another network or block is called “{self.name}” already.")
        before = _CodeState(
            self.graph, graph.code, graph.name, graph.help, graph.parameters, graph.nodes,
            {user: {key: project.graph(user).edges.get(key) for key in edges} for user, edges in self.edges.items()},
            {
                user: {key: dict(project.graph(user).nodes[key].params) for key in nodes}
                for user, nodes in self.params.items()
            },
        )  # fmt: skip
        own = changes.graph(self.graph)
        own.header = True
        own.added |= self.nodes.keys() - graph.nodes.keys()
        own.removed |= graph.nodes.keys() - self.nodes.keys()
        own.changed |= self.nodes.keys() & graph.nodes.keys()
        graph.code, graph.name, graph.help = self.code, self.name, self.help
        graph.parameters, graph.nodes = copy.deepcopy(self.parameters), copy.deepcopy(self.nodes)
        for user in project.graphs():
            uses = {key for key, node in user.nodes.items() if node.block == self.graph}
            if uses:
                changes.graph(user.id).changed |= uses
        for user_id, edges in self.edges.items():
            present = project.graph(user_id).edges
            for key, edge in edges.items():
                if edge is None:
                    del present[key]
                    changes.graph(user_id).edges_removed.add(key)
                else:
                    present[key] = replace(edge)
                    changes.graph(user_id).edges_added.add(key)
        for user_id, nodes in self.params.items():
            for key, params in nodes.items():
                project.graph(user_id).nodes[key].params = dict(params)
        return before

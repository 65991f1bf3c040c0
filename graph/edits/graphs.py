"""Edits of whole networks and blocks, of what stands around their nodes, and of the project."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

from graph import checks
from graph.changes import ChangeSet
from graph.edits.base import Edit, EditError, checked, graph_of
from graph.model import Exposed, Frame, Graph, Project
from graph.settings import normal_setting


@dataclass(slots=True)
class SetFrames:
    """Add, change or (with ``None``) remove frames."""

    graph: str
    frames: dict[str, Frame | None]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        graph = graph_of(project, self.graph)
        for key, frame in self.frames.items():
            if frame is None:
                if key not in graph.frames:
                    raise EditError(f"There is no frame “{key}” in “{graph.name}”.")
                continue
            if frame.id != key:
                raise EditError(f"The frame “{frame.id}” is filed under another id, “{key}”.")
            with checked():
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
        with checked():
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
        graph = graph_of(project, self.graph)
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
        graph = graph_of(project, self.graph)
        if self.name != graph.name:
            _check_class_name(project, self.name)
        with checked():
            checks.check_header(self.name, self.help, self.parameters)
        if graph.code and _declared(self.parameters) != _declared(graph.parameters):
            raise EditError(f"The parameters of “{graph.name}” follow from its code: change that instead.")
        before = SetHeader(self.graph, graph.name, graph.help, graph.parameters)
        graph.name, graph.help = self.name, self.help
        graph.parameters = copy.deepcopy(self.parameters)
        changes.graph(self.graph).header = True
        return before


def _declared(parameters: list[Exposed]) -> list[tuple[str, str]]:
    return [(item.name, repr(item.default)) for item in parameters]


def _check_class_name(project: Project, name: str) -> None:
    with checked():
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
        with checked():
            after = {key: normal_setting(self.part, key, value) for key, value in self.values.items()}
        target: Any = project if self.part == "project" else getattr(project, self.part)
        before = {key: getattr(target, key) for key in after}
        for key, value in after.items():
            setattr(target, key, value)
        changes.project |= set(after) if self.part == "project" else {self.part}
        return SetProject(self.part, before)

"""What all edits share: their protocol, their error, and looking things up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from graph.changes import ChangeSet
from graph.model import Graph, Node, Project
from graph.values import BadValue


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
def checked() -> Iterator[None]:
    """Turns a broken rule of the document into an :class:`EditError`."""
    try:
        yield
    except BadValue as error:
        raise EditError(str(error)) from None


def graph_of(project: Project, graph_id: str) -> Graph:
    """The network or block with this id."""
    if not project.has_graph(graph_id):
        raise EditError(f"There is no graph “{graph_id}” in this project.")
    return project.graph(graph_id)


def drawn_graph(project: Project, graph_id: str) -> Graph:
    """The graph with this id, which must be one that is drawn: the ports of code follow from the code."""
    graph = graph_of(project, graph_id)
    if graph.code:
        raise EditError(f"“{graph.name}” is written in Python: change its code instead.")
    return graph


def node_of(graph: Graph, node_id: str) -> Node:
    """The node with this id."""
    if node_id not in graph.nodes:
        raise EditError(f"There is no node “{node_id}” in “{graph.name}”.")
    return graph.nodes[node_id]


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

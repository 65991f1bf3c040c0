"""Grouping and its like think from left to right. Here graphs whose wires lead down are laid on their side for
them, and what they give back is set upright again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graph.blocks.room import within
from graph.edits import AddGraph, AddNodes, Edit, Move, SetFrames, SetProject
from graph.geometry import flow_of, turned_view
from graph.model import Frame, Graph, Node, Project

ALONG, ACROSS = 236.0 / 110.0, 100.0 / 212.0
"""From one node to the next, along the wires and across them: how much more it is where wires lead to the right
(see :data:`graph.arrange.GAP_X` and :data:`graph.arrange.layers.GAP`)."""


def lying(project: Project) -> Project:
    """The project as if all wires led to the right. Nodes are copies; parameters and wires are shared."""
    if not any(flow_of(project, graph.id) == "down" for graph in project.graphs()):
        return project

    def laid(table: dict[str, Graph]) -> dict[str, Graph]:
        return {
            key: _laid(graph) if flow_of(project, key) == "down" else graph for key, graph in table.items()
        }

    return replace(project, networks=laid(project.networks), blocks=laid(project.blocks))


def upright(project: Project, edits: Iterable[Edit], outer: str) -> list[Edit]:
    """Edits that were worked out on :func:`lying`, for the project itself. Blocks they add lead where the graph
    ``outer`` does."""
    found: list[Edit] = []
    new: list[str] = []
    for edit in edits:
        if isinstance(edit, AddGraph) and flow_of(project, outer) == "down":
            new.append(edit.content.id)
            found.append(replace(edit, content=_raised(edit.content)))
        elif isinstance(edit, AddNodes | Move | SetFrames) and flow_of(project, edit.graph) == "down":
            found.append(_raised_edit(edit))
        else:
            found.append(edit)
    for graph_id in new:
        found.append(SetProject("project", {"view": turned_view(project, graph_id, "down")}))
    return found


def _laid(graph: Graph) -> Graph:
    nodes = {key: replace(node, x=node.y * ALONG, y=node.x * ACROSS) for key, node in graph.nodes.items()}
    frames = {
        key: replace(
            frame, x=frame.y * ALONG, y=frame.x * ACROSS, width=frame.height * ALONG, height=frame.width * ACROSS
        )
        for key, frame in graph.frames.items()
    }  # fmt: skip
    return replace(graph, nodes=nodes, frames=frames)


def _up(x: float, y: float) -> tuple[float, float]:
    return within(round(y / ACROSS, 1)), within(round(x / ALONG, 1))


def _raised_node(node: Node) -> Node:
    x, y = _up(node.x, node.y)
    return replace(node, x=x, y=y)


def _raised_frame(frame: Frame) -> Frame:
    x, y = _up(frame.x, frame.y)
    width, height = _up(frame.width, frame.height)
    return replace(frame, x=x, y=y, width=width, height=height)


def _raised(graph: Graph) -> Graph:
    nodes = {key: _raised_node(node) for key, node in graph.nodes.items()}
    return replace(
        graph, nodes=nodes, frames={key: _raised_frame(item) for key, item in graph.frames.items()}
    )


def _raised_edit(edit: AddNodes | Move | SetFrames) -> Edit:
    if isinstance(edit, AddNodes):
        return replace(edit, nodes=[_raised_node(node) for node in edit.nodes])
    if isinstance(edit, Move):
        return Move(edit.graph, {key: _up(*place) for key, place in edit.places.items()})
    frames = {key: _raised_frame(frame) if frame else None for key, frame in edit.frames.items()}
    return SetFrames(edit.graph, frames)

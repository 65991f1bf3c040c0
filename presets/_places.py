"""Layouts by hand, for networks whose shape is the idea: a U, or two ways that meet."""

from __future__ import annotations

from collections.abc import Mapping

from graph.geometry import HEIGHT, WIDTH
from graph.model import Graph, Project

COLUMN, ROW = WIDTH + 60.0, HEIGHT + 52.0


def placed(made: Project, places: Mapping[str, tuple[float, float]], network: str = "") -> Project:
    """Move the nodes of a network (the first when none is named) to these columns and rows, by name.

    A layout that leaves a node out, or names one that is not there, is wrong in the program: ``ValueError``.
    """
    graph: Graph = next(graph for graph in made.networks.values() if network in ("", graph.name))
    if graph.names() != places.keys():
        raise ValueError(f"{graph.name}: {', '.join(sorted(graph.names() ^ places.keys()))} differ")
    for node in graph.nodes.values():
        column, row = places[node.name]
        node.x, node.y = COLUMN * column, round(ROW * row, 1)
    return made

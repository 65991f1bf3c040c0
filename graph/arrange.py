"""Automatic layout, left to right."""

from __future__ import annotations

import networkx

from graph.model import Graph

WIDTH, HEIGHT = 170.0, 64.0
GAP_X, GAP_Y = 60.0, 36.0


def arrange(
    graph: Graph, sizes: dict[str, tuple[float, float]] | None = None, only: set[str] | None = None
) -> dict[str, tuple[float, float]]:
    """New top-left corners, in scene units, by node id; ``only`` restricts it to some nodes."""
    wanted = [key for key in graph.nodes if only is None or key in only]
    wires = networkx.DiGraph()
    wires.add_nodes_from(wanted)
    ends = [(edge.source, edge.target) for edge in graph.edges.values()]
    wires.add_edges_from(end for end in ends if set(end) <= set(wanted))
    places = {}
    x = 0.0
    for rank in networkx.topological_generations(wires):
        top = -(len(rank) - 1) * (HEIGHT + GAP_Y) / 2
        for row, key in enumerate(rank):
            places[key] = (x, top + row * (HEIGHT + GAP_Y))
        x += WIDTH + GAP_X
    return places

"""Putting the networks and the training of another project in the place of the present ones, as edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import fields

from graph.edits import AddGraph, Edit, RemoveGraph, SetHeader, SetProject, SetSteps
from graph.model import Graph, Project, Training

KEPT = ("seed", "validation_fraction", "test_fraction", "device", "threads")
"""Settings of the training that stay: how the data is divided, and where it runs."""


def replacing_edits(project: Project, made: Project) -> list[Edit]:
    """Edits after which ``project`` has the networks, blocks, title and training of ``made``. The source of its data
    stays; how the samples are scaled and prepared is as ``made`` has it, where both have the same source."""
    edits: list[Edit] = []
    taken = {graph.name for graph in (*project.graphs(), *made.graphs())}
    clashes = {graph.name for graph in made.graphs()}
    for graph in project.graphs():
        if graph.name in clashes:  # it is on its way out, and its name is needed
            spare = _free(graph.name, taken)
            taken.add(spare)
            edits.append(SetHeader(graph.id, spare, graph.help, graph.parameters))
    known = {graph.id for graph in (*project.graphs(), *made.graphs())}
    ids = {}
    for graph in made.graphs():
        ids[graph.id] = _free(graph.id[:1], known) if project.has_graph(graph.id) else graph.id
        known.add(ids[graph.id])
    for block in _used_first(made.blocks.values()):
        edits.append(AddGraph(_renamed(block, ids), True))
    edits += [AddGraph(_renamed(network, ids), False) for network in made.networks.values()]
    edits += [RemoveGraph(key) for key in project.networks]
    edits += [RemoveGraph(block.id) for block in reversed(_used_first(project.blocks.values()))]
    values = {one.name: getattr(made.training, one.name) for one in fields(Training) if one.name not in KEPT}
    edits.append(SetProject("project", {"title": made.title, "weights": made.weights}))
    edits.append(SetProject("training", values))
    if made.data.source == project.data.source and made.data.options != project.data.options:
        edits.append(SetProject("data", {"options": dict(made.data.options)}))
    if made.data.source == project.data.source and made.data.steps != project.data.steps:
        edits.append(SetSteps(made.data.steps))
    return edits


def _free(stem: str, taken: Collection[str]) -> str:
    number = 2
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _renamed(graph: Graph, ids: dict[str, str]) -> Graph:
    """A copy under its new id, with the blocks it uses under theirs."""
    found = deepcopy(graph)
    found.id = ids[graph.id]
    for node in found.nodes.values():
        if node.block is not None:
            node.block = ids[node.block]
    return found


def _used_first(blocks: Iterable[Graph]) -> list[Graph]:
    """The blocks so that each stands behind those it uses."""
    waiting = {block.id: block for block in blocks}
    found: list[Graph] = []
    while waiting:
        ready = [
            block
            for block in waiting.values()
            if not any(node.block in waiting for node in block.nodes.values())
        ]
        assert ready, "blocks never use each other in a circle"
        found += ready
        for block in ready:
            del waiting[block.id]
    return found

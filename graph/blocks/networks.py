"""Several networks in one project, such as the two of a GAN. The first is the one that is trained."""

from __future__ import annotations

import copy

from graph.edits import AddGraph, Edit, EditError, RemoveGraph, SetHeader
from graph.geometry import WIDTH
from graph.model import INPUT, OUTPUT, Edge, Graph, Node, Project
from graph.names import unique_name


def _names(project: Project) -> set[str]:
    return {graph.name for graph in project.graphs()}


def _network(project: Project, network_id: str) -> Graph:
    if network_id not in project.networks:
        raise EditError(f"There is no network “{network_id}” in this project.")
    return project.networks[network_id]


def add_network(project: Project, name: str = "") -> tuple[list[Edit], str]:
    """The edits for one more network, with an Input and an Output and nothing between, and its id."""
    graph = Graph(project.fresh_graph_id("g"), name or unique_name("Network", _names(project)))
    graph.nodes = {
        "n1": Node("n1", INPUT, "input"),
        "n2": Node("n2", OUTPUT, "output", x=WIDTH + 80.0),
    }
    graph.edges = {"e1": Edge("e1", "n1", "output", "n2", "input")}
    return [AddGraph(graph, False)], graph.id


def duplicate_network(project: Project, network_id: str) -> tuple[list[Edit], str]:
    """The edits for a copy beside the original (the blocks stay common to both), and its id."""
    graph = copy.deepcopy(_network(project, network_id))
    graph.id = project.fresh_graph_id("g")
    graph.name = unique_name(graph.name, _names(project))
    return [AddGraph(graph, False, list(project.networks).index(network_id) + 1)], graph.id


def rename_network(project: Project, network_id: str, name: str) -> list[Edit]:
    """Give a network another class name."""
    graph = _network(project, network_id)
    return [SetHeader(network_id, name, graph.help, graph.parameters)]


def remove_network(project: Project, network_id: str) -> list[Edit]:
    """Take a network away; the last one stays."""
    graph = _network(project, network_id)
    if len(project.networks) == 1:
        raise EditError(f"“{graph.name}” is the only network, and a project keeps at least one.")
    return [RemoveGraph(network_id)]


def move_network(project: Project, network_id: str, position: int) -> list[Edit]:
    """Put a network at another place of the order."""
    graph = _network(project, network_id)
    position = max(0, min(position, len(project.networks) - 1))
    if list(project.networks).index(network_id) == position:
        return []
    return [RemoveGraph(network_id), AddGraph(copy.deepcopy(graph), False, position)]

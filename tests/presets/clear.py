"""Whether a drawing is clear: no node on another, no wire through a node it does not belong to."""

from __future__ import annotations

from graph.geometry import form_of, node_size, port_y, wire_points
from graph.model import Graph, Project
from graph.ports import in_ports, out_ports

Box = tuple[float, float, float, float]


def boxes(made: Project, graph: Graph) -> dict[str, Box]:
    """Left, top, right and bottom of every node where it stands in the document."""
    found = {}
    for key, node in graph.nodes.items():
        width, height = node_size(len(in_ports(made, node)), len(out_ports(made, node)), form_of(node))
        found[key] = (node.x, node.y, node.x + width, node.y + height)
    return found


def overlaps(made: Project, graph: Graph) -> list[tuple[str, str]]:
    """Names of nodes that lie on each other."""
    found = list(boxes(made, graph).items())
    return [
        (graph.nodes[one].name, graph.nodes[two].name)
        for number, (one, a) in enumerate(found)
        for two, b in found[number + 1 :]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def run_through(made: Project, graph: Graph) -> list[tuple[str, str, str]]:
    """Wires as they are drawn (from, to) with the foreign nodes they touch."""
    found = []
    box = boxes(made, graph)
    for edge in graph.edges.values():
        source, target = graph.nodes[edge.source], graph.nodes[edge.target]
        out = [port.name for port in out_ports(made, source)].index(edge.source_port)
        into = [port.name for port in in_ports(made, target)].index(edge.target_port)
        start = (box[edge.source][2], box[edge.source][1] + port_y(out, form_of(source)))
        end = (box[edge.target][0], box[edge.target][1] + port_y(into, form_of(target)))
        points = wire_points(start, end, 60)
        for key, (left, top, right, bottom) in box.items():
            if key in (edge.source, edge.target):
                continue
            if any(left - 2 < x < right + 2 and top - 2 < y < bottom + 2 for x, y in points):
                found.append((source.name, target.name, graph.nodes[key].name))
    return found

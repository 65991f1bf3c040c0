"""Whether a drawing is clear: no node on another, no wire through a node it does not belong to."""

from __future__ import annotations

from graph.geometry import flow_of, form_of, input_place, node_size, output_place, wire_points
from graph.model import Graph, Project
from graph.ports import in_ports, out_ports

Box = tuple[float, float, float, float]


def boxes(made: Project, graph: Graph) -> dict[str, Box]:
    """Left, top, right and bottom of every node where it stands in the document."""
    found, flow = {}, flow_of(made, graph.id)
    for key, node in graph.nodes.items():
        width, height = node_size(len(in_ports(made, node)), len(out_ports(made, node)), form_of(node), flow)
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
    box, flow = boxes(made, graph), flow_of(made, graph.id)
    for edge in graph.edges.values():
        source, target = graph.nodes[edge.source], graph.nodes[edge.target]
        ends = []
        for node, port, entering in ((source, edge.source_port, False), (target, edge.target_port, True)):
            ins = [item.name for item in in_ports(made, node)]
            outs = [item.name for item in out_ports(made, node)]
            number = (ins if entering else outs).index(port)
            place = (input_place if entering else output_place)(
                number, len(ins), len(outs), form_of(node), flow
            )
            ends.append((box[node.id][0] + place[0], box[node.id][1] + place[1]))
        points = wire_points(ends[0], ends[1], 60, flow)
        for key, (left, top, right, bottom) in box.items():
            if key in (edge.source, edge.target):
                continue
            if any(left - 2 < x < right + 2 and top - 2 < y < bottom + 2 for x, y in points):
                found.append((source.name, target.name, graph.nodes[key].name))
    return found

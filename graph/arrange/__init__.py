"""Automatic layout: columns, an order in each, heights, and rows for what is long.

All of it thinks from left to right. A graph whose wires lead down is laid out with x and y exchanged, so that
its columns are rows on the canvas. Deterministic: the same graph gives the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph.arrange.freeing import freed
from graph.arrange.layers import Layers, Wire, layered, renumber
from graph.arrange.order import put_in_order
from graph.arrange.pinned import around_pinned
from graph.arrange.place import SMALL, heights_of
from graph.arrange.rows import Column, broken
from graph.geometry import Flow, Point, flow_of, form_of, input_place, node_size, output_place
from graph.model import BLOCK, Edge, Graph, Node, Project, edge_key, id_key
from graph.ports import in_ports, out_ports

GAP_X: dict[Flow, float] = {"right": 60.0, "down": 46.0}
ATTEMPTS = ((0.0, 1.0), (1.0, 1.0), (0.5, 1.0), (0.0, 1.5), (0.5, 1.5), (0.0, 2.0))
"""How nodes stand in a column of wider ones (0 at its left edge), and how much wider the gaps are than usual:
the first of these that keeps wires clear of nodes."""

PART_GAP = 70.0
SHELF = 1600.0

Size = tuple[float, float]


def arrange(
    graph: Graph, sizes: Mapping[str, Size] | None = None, only: set[str] | None = None,
    project: Project | None = None,
) -> dict[str, tuple[float, float]]:  # fmt: skip
    """New top-left corners by node id, in scene units.

    ``sizes`` are the nodes' real widths and heights where they are known. ``only`` lays out a selection,
    which keeps its top-left corner; everything else is laid out from (0, 0). ``project`` tells the order
    of the ports of blocks.
    """
    chosen = [graph.nodes[key] for key in sorted(graph.nodes, key=id_key) if only is None or key in only]
    if not chosen:
        return {}
    edges = [graph.edges[key] for key in sorted(graph.edges, key=id_key)]
    names = {node.id for node in chosen}
    edges = sorted((e for e in edges if e.source in names and e.target in names), key=edge_key)
    flow = flow_of(project, graph.id) if project is not None else "right"
    ports = _Ports(graph, edges, project, flow)
    size = {node.id: (sizes or {}).get(node.id) or ports.size(node) for node in chosen}
    turned = {key: _turned(extent, flow) for key, extent in size.items()}
    parts = [_part(part, edges, ports, turned, flow) for part in _components(chosen, edges)]
    upright = [{key: _turned(place, flow) for key, place in part.items()} for part in parts]
    ends = [
        (
            e.source,
            ports.place(e.source, e.source_port, False),
            e.target,
            ports.place(e.target, e.target_port, True),
        )
        for e in edges
    ]
    places = around_pinned(chosen, _shelved(upright, size), size)
    places = freed(places, size, ends, flow, frozenset(node.id for node in chosen if node.pinned))
    if only is not None and not any(node.pinned for node in chosen):
        left, top = min(node.x for node in chosen), min(node.y for node in chosen)
        first = (min(x for x, _ in places.values()), min(y for _, y in places.values()))
        places = {key: (x - first[0] + left, y - first[1] + top) for key, (x, y) in places.items()}
    return {
        key: (round(x, 1), round(y, 1)) if not graph.nodes[key].pinned else (x, y)
        for key, (x, y) in places.items()
    }


def _turned(pair: Size, flow: Flow) -> Size:
    """x and y exchanged for wires that lead down: to think from left to right, and back."""
    return pair if flow == "right" else (pair[1], pair[0])


class _Ports:
    """Names of ports in order, for sizes and for where wires start and end."""

    def __init__(self, graph: Graph, edges: list[Edge], project: Project | None, flow: Flow) -> None:
        self.flow = flow
        self.inputs: dict[str, list[str]] = {}
        self.outputs: dict[str, list[str]] = {}
        whole = project or Project()
        self.forms = {node.id: form_of(node) for node in graph.nodes.values()}
        for node in graph.nodes.values():
            self.inputs[node.id] = [port.name for port in in_ports(whole, node)]
            self.outputs[node.id] = [port.name for port in out_ports(whole, node)]
            if node.type == BLOCK and project is None:
                self.inputs[node.id], self.outputs[node.id] = [], []
        for edge in edges:
            for table, node_id, port in (
                (self.outputs, edge.source, edge.source_port), (self.inputs, edge.target, edge.target_port),
            ):  # fmt: skip
                if port not in table[node_id]:
                    table[node_id].append(port)

    def size(self, node: Node) -> Size:
        counts = len(self.inputs[node.id]), len(self.outputs[node.id])
        return node_size(*counts, self.forms[node.id], self.flow)

    def offset(self, node_id: str, port: str, entering: bool, extent: float) -> float:
        """From the node's middle to a port, across the wires. ``extent`` is the node's size that way."""
        return _turned(self.place(node_id, port, entering), self.flow)[1] - extent / 2

    def place(self, node_id: str, port: str, entering: bool) -> Point:
        """Where a port is, from the node's corner."""
        names = self.inputs[node_id] if entering else self.outputs[node_id]
        counts = len(self.inputs[node_id]), len(self.outputs[node_id])
        find = input_place if entering else output_place
        return find(names.index(port), *counts, self.forms[node_id], self.flow)


def _components(nodes: list[Node], edges: list[Edge]) -> list[list[str]]:
    """Ids of what hangs together, oldest first."""
    near: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in edges:
        near[edge.source].append(edge.target)
        near[edge.target].append(edge.source)
    seen: set[str] = set()
    parts = []
    for node in nodes:
        if node.id in seen:
            continue
        part, todo = [], [node.id]
        seen.add(node.id)
        while todo:
            here = todo.pop()
            part.append(here)
            fresh = [other for other in near[here] if other not in seen]
            seen.update(fresh)
            todo.extend(fresh)
        parts.append(sorted(part, key=id_key))
    return parts


def _part(
    ids: list[str], edges: list[Edge], ports: _Ports, size: dict[str, Size], flow: Flow
) -> dict[str, Size]:
    """One connected part, laid out from (0, 0) as if its wires led to the right."""
    number = {key: place for place, key in enumerate(ids)}
    wires = [
        Wire(
            number[edge.source], number[edge.target],
            ports.offset(edge.source, edge.source_port, False, size[edge.source][1]),
            ports.offset(edge.target, edge.target_port, True, size[edge.target][1]),
            (float(edge.order), age),
        )
        for age, edge in enumerate(edges) if edge.source in number
    ]  # fmt: skip
    layers = layered(len(ids), wires)
    put_in_order(layers)
    total = len(layers.rank)
    width = [size[key][0] for key in ids] + [0.0] * (total - len(ids))
    height = [size[key][1] for key in ids] + [0.0] * (total - len(ids))
    found: list[tuple[int, int, float, list[float], list[float], list[list[int]]]] = []
    for align, wider in ATTEMPTS:
        gap = GAP_X[flow] * wider
        left = _lefts(layers, width, align, gap)
        columns = [list(column) for column in layers.columns]
        middle, touching = heights_of(layers, height, left, width)
        found.append((touching, len(found), gap, left, middle, layers.columns))
        if not touching or total > SMALL:
            break
        layers.columns = columns
        renumber(layers)
    _, _, gap, left, middle, layers.columns = min(found)
    renumber(layers)
    moves = broken(_columns(layers, width, height, middle, gap), flow)
    places = {}
    for key, vertex in number.items():
        across, down = moves[layers.rank[vertex]]
        inset = left[vertex] - min(left[other] for other in layers.columns[layers.rank[vertex]])
        places[key] = (across + inset, middle[vertex] - height[vertex] / 2 + down)
    top = min(y for _, y in places.values())
    return {key: (x, y - top) for key, (x, y) in places.items()}


def _lefts(layers: Layers, width: list[float], align: float, gap: float) -> list[float]:
    """Where the vertices of each column begin; narrow ones stand at its left (0) or right (1) edge."""
    left = [0.0] * len(layers.rank)
    x = 0.0
    for column in layers.columns:
        widest = max(width[vertex] for vertex in column)
        for vertex in column:
            left[vertex] = x + align * (widest - width[vertex])
        x += widest + gap
    return left


def _columns(
    layers: Layers, width: list[float], height: list[float], middle: list[float], gap: float
) -> list[Column]:  # fmt: skip
    """The columns' extents, and where a single wire passes from one to the next."""
    crossing: list[int] = [0] * len(layers.columns)
    last: list[Wire | None] = [None] * len(layers.columns)
    for wire, path in zip(layers.wires, layers.paths, strict=True):
        for vertex in path[:-1]:
            crossing[layers.rank[vertex]] += 1
            last[layers.rank[vertex]] = wire if len(path) == 2 else None
    columns = []
    for rank, content in enumerate(layers.columns):
        nodes = [vertex for vertex in content if not layers.is_dummy(vertex)]
        column = Column(
            max((width[vertex] for vertex in nodes), default=0.0), gap,
            min(middle[vertex] - height[vertex] / 2 for vertex in content),
            max(middle[vertex] + height[vertex] / 2 for vertex in content),
        )  # fmt: skip
        single = last[rank]
        if crossing[rank] == 1 and single is not None:
            column.leaving = middle[single.source] + single.out
            column.entering = middle[single.target] + single.into
        columns.append(column)
    return columns


def _shelved(parts: list[dict[str, Size]], size: dict[str, Size]) -> dict[str, tuple[float, float]]:
    """Put the parts on shelves, in order, each shelf as wide as the widest part at least."""
    extents = [
        (max(x + size[key][0] for key, (x, _) in part.items()),
         max(y + size[key][1] for key, (_, y) in part.items()))
        for part in parts
    ]  # fmt: skip
    limit = max(SHELF, *(width for width, _ in extents), 0.0)
    places: dict[str, tuple[float, float]] = {}
    across = down = tallest = 0.0
    for part, (width, height) in zip(parts, extents, strict=True):
        if across and across + width > limit:
            across, down, tallest = 0.0, down + tallest + PART_GAP, 0.0
        for key, (x, y) in part.items():
            places[key] = (x + across, y + down)
        across += width + PART_GAP
        tallest = max(tallest, height)
    return places

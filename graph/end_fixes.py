"""Repairs at the end of a network: what data, loss and recipe want of its Outputs. Only ideas; who asks tries them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from graph.catalogue import CATALOGUE
from graph.edits import AddNodes, Disconnect, Edit, RemoveNodes, SetParams
from graph.facts import Asks, Want
from graph.model import INPUT, OUTPUT, Edge, Graph, Node, Project
from graph.names import fresh_name
from graph.operations import next_index
from graph.order import reaching
from graph.shapes import GraphShapes, NodeShapes
from graph.tables import Path, Table, above, number
from graph.tensors import Tensor

WIDTHS = ("out_channels", "out_features", "hidden_size", "embedding_dim")
"""Parameters that decide the size of a layer's output along its channel (or feature) axis."""
SHAPED = {"Unflatten": "unflattened_size", "Reshape": "shape"}
"""Layers that write the shape of a sample down, and where."""

Idea = tuple[str, list[Edit]]


def set_label(name: str, node: Node, value: object) -> str:
    return f"Set {name} of {node.name} to {value}"


def insert(graph: Graph, wire: Edge, kind: str) -> list[Edit]:
    """A new node in the middle of a wire."""
    source, target = graph.nodes[wire.source], graph.nodes[wire.target]
    (new,) = graph.fresh_ids("n")
    first, second = graph.fresh_ids("e", 2)
    layer = CATALOGUE[kind]
    node = Node(new, kind, fresh_name(graph, kind), dict(layer.initial))
    node.x, node.y = (source.x + target.x) / 2, (source.y + target.y) / 2 + 90
    wires = [
        Edge(first, wire.source, wire.source_port, new, layer.inputs[0].name),
        Edge(second, new, layer.out_ports(node.params)[0].name, wire.target, wire.target_port, wire.order),
    ]
    return [Disconnect(graph.id, [wire.id]), AddNodes(graph.id, [node], wires)]


def output_ideas(project: Project, graph: Graph, node: Node, here: GraphShapes, want: Want) -> Iterator[Idea]:
    """What could make one Output of a network as it is wanted."""
    got = here.nodes[node.id].inputs["input"][0]
    wanted = want.shape
    if want.like is not None:
        other = here.nodes[graph.outputs[want.like].id].inputs["input"][0]
        wanted = tuple(other.size(axis) or -1 for axis in range(1, other.rank))
    if wanted is None:
        return
    shaped: list[tuple[Path, Node]] = []
    colours = None
    spot = above(project.blocks, [(graph, None)], node)
    while spot is not None:
        path, source = spot
        tables = list(_widths(path, source))
        if tables:
            yield from _width_ideas(tables[0], shaped, got, wanted, want.axis)
            if len(wanted) == 3 and isinstance(wanted[0], int) and got.size(1) != wanted[0]:
                colours = _resized(tables[0], wanted[0])
            if path[-1][0] is graph:
                yield from _flatten_ideas(graph, tables[0], got, wanted, want.axis)
            break
        if source.type in SHAPED:
            shaped.append(spot)
        spot = above(project.blocks, path, source)
    if not want.wider:  # scores of every pixel are no row of numbers in another form
        yield from _unflatten_ideas(graph, node, got, wanted, spot)
    yield from _size_ideas(project, graph, node, here, got, wanted, colours)


def _widths(path: Path, node: Node) -> Iterator[Table]:
    """The number that decides how wide a layer's output is; with a table that is shared, how many rows it has."""
    graph = path[-1][0]
    for wire in graph.edges_into(node.id, "weight") if node.type == "TiedLinear" else ():
        shared = graph.nodes[wire.source]
        if shared.type == "Embedding":
            yield from number(path, shared, "num_embeddings")
    layer = CATALOGUE.get(node.type)
    for param in layer.params if layer is not None else ():
        if param.name in WIDTHS:
            yield from number(path, node, param.name)


def _width_ideas(
    table: Table, shaped: list[tuple[Path, Node]], got: Tensor, wanted: tuple[int | str, ...], axis: int
) -> Iterator[Idea]:
    """Another width of the last layer that has one; a layer behind it that writes a shape down follows."""
    sizes = tuple(size for size in wanted if isinstance(size, int))
    text = " × ".join(map(str, sizes))
    follow = {
        node.name: SetParams(
            path[-1][0].id,
            node.id,
            {SHAPED[node.type]: sizes if node.type == "Unflatten" else (-1, *sizes)},
        )
        for path, node in shaped
        if len(sizes) == len(wanted)
    }
    for width in _sizes(got, wanted, axis, bool(shaped)):
        resize = _resized(table, width)
        if width == table.size or resize is None:
            continue
        label, edits = resize
        if not shaped:
            yield label, edits
        for name, edit in follow.items():
            yield f"Let {name} give {text}, and {label[0].lower()}{label[1:]}", [*edits, edit]
    for name, edit in follow.items():
        yield f"Let {name} give {text}", [edit]


def _resized(table: Table, width: int) -> Idea | None:
    """Another width, written down where it stands."""
    value = table.written(width)
    if value is None:
        return None
    label = set_label(table.param, table.node, value)
    return label, [SetParams(table.graph.id, table.node.id, {table.param: value})]


def _sizes(got: Tensor, wanted: tuple[int | str, ...], axis: int, shaped: bool) -> list[int]:
    """Widths worth a try, the likeliest first."""
    sizes = [size if isinstance(size, int) and size > 0 else None for size in wanted]
    whole = [size for size in sizes if size is not None]
    found = []
    if shaped and len(whole) == len(sizes):
        found.append(math.prod(whole))
    counted = sizes[axis] if sizes else None
    if counted is not None:
        found.append(counted)
    same = got.rank == len(wanted) + 1
    found += [
        size
        for number, size in enumerate(sizes)
        if size and same and got.size(number + 1) not in (size, None)
    ]
    return list(dict.fromkeys(size for size in found if size))


def _flatten_ideas(
    graph: Graph, table: Table, got: Tensor, wanted: tuple[int | str, ...], axis: int
) -> Iterator[Idea]:
    """Samples with more axes than are wanted: flat before the last layer."""
    if got.rank <= len(wanted) + 1 or table.graph is not graph:
        return
    width = wanted[axis] if wanted else None
    resize = _resized(table, width) if isinstance(width, int) and width > 0 else None
    for wire in graph.edges_into(table.node.id)[:1]:
        flat = insert(graph, wire, "Flatten")
        yield f"Insert a Flatten before {table.node.name}", flat
        if resize is not None:
            yield f"Insert a Flatten, and {resize[0][0].lower()}{resize[0][1:]}", [*flat, *resize[1]]


def _unflatten_ideas(
    graph: Graph, node: Node, got: Tensor, wanted: tuple[int | str, ...], spot: tuple[Path, Node] | None
) -> Iterator[Idea]:
    """A flat row of numbers where a sample has more axes."""
    sizes = tuple(size for size in wanted if isinstance(size, int) and size > 0)
    tables = list(_widths(*spot)) if spot is not None else []
    if got.rank != 2 or len(wanted) < 2 or len(sizes) != len(wanted) or not tables:
        return
    wire = graph.edges_into(node.id)[0]
    made = insert(graph, wire, "Unflatten")
    for edit in made:
        if isinstance(edit, AddNodes):
            edit.nodes[0].params.update({"dim": 1, "unflattened_size": sizes})
    resize = _resized(tables[0], math.prod(sizes))
    text = " × ".join(map(str, sizes))
    if resize is not None:
        label = resize[0]
        yield f"Insert an Unflatten to {text}, and {label[0].lower()}{label[1:]}", [*resize[1], *made]


def _size_ideas(
    project: Project,
    graph: Graph,
    node: Node,
    here: GraphShapes,
    got: Tensor,
    wanted: tuple[int | str, ...],
    colours: Idea | None,
) -> Iterator[Idea]:
    """Pictures of another size: a larger first window of layers that make pictures out of one pixel. ``colours`` is
    what makes the number of channels right, where that is wrong too."""
    if len(wanted) != 3 or got.rank != 4 or not all(isinstance(size, int) and size > 0 for size in wanted):
        return
    high, want_high = got.size(2), int(wanted[1])
    if high is None or high == want_high:
        return
    spot = above(project.blocks, [(graph, None)], node)
    while spot is not None:
        path, source = spot
        found = _shapes_at(here, path, source)
        seen = found.inputs.get("input", ()) if found else ()
        if source.type == "ConvTranspose2d" and seen and seen[0].size(2) == seen[0].size(3) == 1:
            for table in number(path, source, "kernel_size"):
                size, rest = divmod(table.size * want_high, high)
                resize = _resized(table, size) if rest == 0 else None
                if resize is not None and colours is None:
                    yield resize
                elif resize is not None and colours is not None:
                    label = colours[0]
                    yield f"{resize[0]}, and {label[0].lower()}{label[1:]}", [*resize[1], *colours[1]]
        spot = above(project.blocks, path, source)


def _shapes_at(here: GraphShapes, path: Path, node: Node) -> NodeShapes | None:
    """What is known of a node inside blocks (of its first repetition)."""
    shapes: GraphShapes | None = here
    for _, use in path[:-1]:
        found = shapes.nodes.get(use.id) if shapes is not None and use is not None else None
        shapes = found.inner[0] if found is not None and found.inner else None
    return shapes.nodes.get(node.id) if shapes is not None else None


def spare_ideas(graph: Graph, node: Node) -> Iterator[Idea]:
    """An Output nobody takes: away with it and with what leads only to it."""
    others = {one.id for one in graph.nodes.values() if one.type == OUTPUT and one.id != node.id}
    kept = reaching(graph, others)
    alone = [
        key
        for key in reaching(graph, {node.id}) - kept
        if graph.nodes[key].type != INPUT
        and not any(other.shares == key and other.id in kept for other in graph.nodes.values())
    ]
    layers = [graph.nodes[key].name for key in alone if key != node.id]
    more = (
        f" and {layers[0]}" if len(layers) == 1 else f" and {len(layers)} layers before it" if layers else ""
    )
    yield f"Remove {node.name}{more}", [RemoveNodes(graph.id, sorted(alone))]


def missing_ideas(graph: Graph, node: Node, asks: Asks) -> Iterator[Idea]:
    """Too few Outputs: more heads like the last one, where it is known how wide each has to be."""
    have = graph.outputs
    wants = asks.wants[len(have) :]
    wires = graph.edges_into(node.id)
    head = graph.nodes[wires[0].source] if wires else None
    widths = [want.shape[0] for want in wants if want.shape is not None and len(want.shape) == 1]
    if head is None or head.type != "Linear" or len(widths) != len(wants):
        return
    source = graph.edges_into(head.id)
    if len(source) != 1:
        return
    ids, wires_ids = graph.fresh_ids("n", 2 * len(wants)), graph.fresh_ids("e", 2 * len(wants))
    nodes, edges, taken = [], [], {one.name for one in graph.nodes.values()}
    down = 130.0
    last = asks.wants[len(have) - 1].what
    for place, width in enumerate(widths):
        what = wants[place].what
        layer = Node(
            ids[2 * place],
            "Linear",
            _free(_like(head.name, last, what), taken),
            {**head.params, "out_features": width},
        )
        layer.x, layer.y = head.x, head.y + down * (place + 1)
        leave = Node(
            ids[2 * place + 1],
            OUTPUT,
            _free(_like(node.name, last, what), taken),
            {"index": next_index(graph, OUTPUT) + place},
        )
        leave.x, leave.y = node.x, node.y + down * (place + 1)
        nodes += [layer, leave]
        edges.append(Edge(wires_ids[2 * place], source[0].source, source[0].source_port, layer.id, "input"))
        edges.append(Edge(wires_ids[2 * place + 1], layer.id, "output", leave.id, "input"))
    many = "one more head" if len(wants) == 1 else f"{len(wants)} more heads"
    yield f"Add {many} like {head.name}", [AddNodes(graph.id, nodes, edges)]


def _like(name: str, old: str, new: str) -> str:
    """A name made as this one was: "has_star" of the question "star" becomes "has_moon" of "moon"."""
    made = f"{name.removesuffix(old)}{new}"
    return made if old and new and name.endswith(old) and made.isidentifier() else name


def _free(name: str, taken: set[str]) -> str:
    """This name, or one like it that is not taken; it is taken now."""
    stem, count, made = name.rstrip("0123456789"), 2, name
    while made in taken:
        made = f"{stem}{count}"
        count += 1
    taken.add(made)
    return made


__all__ = ["WIDTHS", "Idea", "missing_ideas", "output_ideas", "set_label", "spare_ideas"]

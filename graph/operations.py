"""Bigger changes as lists of edits: what a gesture in the window means for the document.

Every function only reads; apply the result as one transaction. What cannot be done raises
:class:`graph.edits.EditError` with a sentence, here or when the edits are applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from graph.checks import layer_type, normal_param, takes_many
from graph.edits import (
    AddNodes,
    Connect,
    Disconnect,
    Edit,
    EditError,
    RemoveNodes,
    Rename,
    Retype,
    SetFrames,
    SetParams,
    SetShares,
)
from graph.fragment import copy, paste
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project
from graph.names import fresh_name, stem
from graph.overtime import OVER, states
from graph.ports import in_ports, next_index, out_ports
from graph.values import BadValue, Value


def new_node(project: Project, graph: Graph, type: str, x: float = 0.0, y: float = 0.0,
             block: str | None = None) -> Node:  # fmt: skip
    """A node fresh from the palette, not yet in the graph: free id and name, the catalogue's first values. A
    block that carries a state is used over time."""
    node_id = graph.fresh_ids("n")[0]
    if type == BLOCK:
        if block not in project.blocks:
            raise EditError("There is no such block in this project.")
        definition = project.blocks[block]
        run: dict[str, Value] = {"over": OVER[0]} if states(definition) else {}
        return Node(node_id, BLOCK, fresh_name(graph, definition.name), run, x, y, block)
    try:
        params = dict(layer_type(type).initial)
    except BadValue as error:
        raise EditError(str(error)) from None
    if type in (INPUT, OUTPUT):
        index = next_index(graph, type)
        params |= {"index": index} if index else {}
    return Node(node_id, type, fresh_name(graph, type), params, x, y)


def connect(project: Project, graph: Graph, source: str, source_port: str, target: str,
            target_port: str) -> list[Edit]:  # fmt: skip
    """A new wire. A port that takes one wire gives up the one it has; one that takes many gets one more."""
    present = graph.edges_into(target, target_port)
    many = takes_many(graph.nodes[target], target_port)
    if not many and any((edge.source, edge.source_port) == (source, source_port) for edge in present):
        return []
    order = max((edge.order for edge in present), default=-1) + 1 if many else 0
    edge = Edge(graph.fresh_ids("e")[0], source, source_port, target, target_port, order)
    edits: list[Edit] = []
    if present and not many:
        edits.append(Disconnect(graph.id, [found.id for found in present]))
    return [*edits, Connect(graph.id, [edge])]


def reconnect(project: Project, graph: Graph, edge_id: str, *, source: tuple[str, str] | None = None,
              target: tuple[str, str] | None = None) -> list[Edit]:  # fmt: skip
    """Move one end of a wire to another (node, port)."""
    edge = graph.edges[edge_id]
    start = source or (edge.source, edge.source_port)
    end = target or (edge.target, edge.target_port)
    if (start, end) == ((edge.source, edge.source_port), (edge.target, edge.target_port)):
        return []
    many = takes_many(graph.nodes[end[0]], end[1])
    there = [found for found in graph.edges_into(*end) if found.id != edge_id]
    order = edge.order
    if target is not None:
        order = max((found.order for found in there), default=-1) + 1 if many else 0
    gone = [edge_id] + ([] if many else [found.id for found in there])
    return [
        Disconnect(graph.id, gone),
        Connect(graph.id, [Edge(graph.fresh_ids("e")[0], *start, *end, order)]),
    ]


def reorder(graph: Graph, node: str, port: str, order: list[str]) -> list[Edit]:
    """Put the wires of a port that takes many into another order (of edge ids)."""
    present = {edge.id: edge for edge in graph.edges_into(node, port)}
    if set(order) != present.keys():
        raise EditError(f"The new order does not name every wire of “{port}” once.")
    ids = graph.fresh_ids("e", len(order))
    wires = [
        Edge(new, present[old].source, present[old].source_port, node, port, number)
        for number, (new, old) in enumerate(zip(ids, order, strict=True))
    ]
    return [Disconnect(graph.id, order), Connect(graph.id, wires)]


def insert_on_edge(project: Project, graph: Graph, edge_id: str, node: Node) -> list[Edit]:
    """Put a node (a new one, or one of the graph) into a wire, by its first input and first output."""
    edge = graph.edges[edge_id]
    inputs, outputs = in_ports(project, node), out_ports(project, node)
    if not inputs or not outputs:
        raise EditError(f"“{node.name}” cannot stand in a wire: it needs an input and an output.")
    if node.id in (edge.source, edge.target):
        raise EditError(f"“{node.name}” is an end of this wire already.")
    edits: list[Edit] = [] if node.id in graph.nodes else [AddNodes(graph.id, [node])]
    there = [] if inputs[0].variadic else [found.id for found in graph.edges_into(node.id, inputs[0].name)]
    order = max((found.order for found in graph.edges_into(node.id, inputs[0].name)), default=-1) + 1
    ids = graph.fresh_ids("e", 2)
    into = Edge(ids[0], edge.source, edge.source_port, node.id, inputs[0].name,
                order if inputs[0].variadic else 0)  # fmt: skip
    out = Edge(ids[1], node.id, outputs[0].name, edge.target, edge.target_port, edge.order)
    return [*edits, Disconnect(graph.id, [edge_id, *there]), Connect(graph.id, [into, out])]


def delete(project: Project, graph: Graph, ids: Iterable[str]) -> list[Edit]:
    """Remove nodes, wires and frames. Where a block loses a port, the wires at its uses go with it; weights
    that others share stay with those."""
    wanted = set(ids)
    nodes = [key for key in graph.nodes if key in wanted]
    frames = [key for key in graph.frames if key in wanted]
    wires = [
        key for key, edge in graph.edges.items()
        if key in wanted and not wanted & {edge.source, edge.target}
    ]  # fmt: skip
    edits = [*promote(graph, nodes), *_unplug(project, graph, [graph.nodes[key] for key in nodes])]
    if wires:
        edits.append(Disconnect(graph.id, wires))
    if nodes:
        edits.append(RemoveNodes(graph.id, nodes))
    if frames:
        edits.append(SetFrames(graph.id, dict.fromkeys(frames)))
    return edits


def promote(graph: Graph, leaving: Iterable[str]) -> list[Edit]:
    """Before nodes go: let those that use their weights and stay hold the weights among themselves."""
    gone = set(leaving)
    edits: list[Edit] = []
    for owner in sorted(gone):
        left = [node for node in graph.nodes.values() if node.shares == owner and node.id not in gone]
        for number, node in enumerate(left):
            edits.append(SetShares(graph.id, node.id, None))
            if number:
                edits.append(SetShares(graph.id, node.id, left[0].id))
    return edits


def delete_and_heal(project: Project, graph: Graph, ids: Iterable[str]) -> list[Edit]:
    """Remove nodes and join the wires around them: what fed a node's first input feeds what it fed."""
    wanted = {key for key in ids if key in graph.nodes}
    healed = _healed(project, graph, wanted)
    edits = delete(project, graph, wanted)
    return [*edits, Connect(graph.id, healed)] if healed else edits


def extract(project: Project, graph: Graph, ids: Iterable[str]) -> list[Edit]:
    """Take nodes out of the wires around them, which are joined; the nodes and the wires between them stay."""
    wanted = {key for key in ids if key in graph.nodes}
    crossing = [
        edge.id for edge in graph.edges.values() if (edge.source in wanted) != (edge.target in wanted)
    ]
    if not crossing:
        return []
    healed = _healed(project, graph, wanted)
    edits: list[Edit] = [Disconnect(graph.id, crossing)]
    return [*edits, Connect(graph.id, healed)] if healed else edits


def retype(project: Project, graph: Graph, node_id: str, kind: str) -> list[Edit]:
    """Make a layer another one in place. Parameters and ports of the same name keep their value and wires,
    other ports follow by position; wires without a port go. A name that was given automatically follows."""
    node = graph.nodes[node_id]
    layer = layer_type(kind)
    params = dict(layer.initial)
    for name, value in node.params.items():
        with suppress(BadValue):
            params[name] = normal_param(layer, name, value)
    changed = replace(node, type=kind, params=params)
    inputs = _ported(
        [port.name for port in in_ports(project, node)], [port.name for port in in_ports(project, changed)]
    )
    outputs = _ported(
        [port.name for port in out_ports(project, node)], [port.name for port in out_ports(project, changed)]
    )
    many = {port.name for port in layer.inputs if port.variadic}
    moved, gone, seen = [], [], set()
    for edge in [*graph.edges_into(node_id), *graph.edges_from(node_id)]:
        into = edge.target == node_id
        port = inputs.get(edge.target_port) if into else outputs.get(edge.source_port)
        full = into and port in seen and port not in many
        if into and port:
            seen.add(port)
        if port == (edge.target_port if into else edge.source_port) and not full:
            continue
        gone.append(edge.id)
        if port and not full:
            moved.append(replace(edge, target_port=port) if into else replace(edge, source_port=port))
    again = [replace(edge, id=new) for edge, new in zip(moved, graph.fresh_ids("e", len(moved)), strict=True)]
    edits: list[Edit] = [Disconnect(graph.id, gone)] if gone else []
    edits.append(Retype(graph.id, node_id, kind, params))
    if again:
        edits.append(Connect(graph.id, again))
    if re.fullmatch(re.escape(stem(node.type)) + r"\d+", node.name):
        edits.append(Rename(graph.id, node_id, fresh_name(graph, kind)))
    return edits


def _ported(old: list[str], new: list[str]) -> dict[str, str]:
    """Which new port each old one becomes: the one of its name, else the next that is free."""
    found = {name: name for name in old if name in new}
    free = [name for name in new if name not in found.values()]
    for name in old:
        if name not in found and free:
            found[name] = free.pop(0)
    return found


def _healed(project: Project, graph: Graph, wanted: set[str]) -> list[Edge]:
    """Wires that join what feeds some nodes with what they feed."""
    origin: dict[str, tuple[str, str] | None] = {}

    def before(node_id: str) -> tuple[str, str] | None:
        """The output outside of ``wanted`` that the node's first input comes from."""
        steps = []
        found: tuple[str, str] | None = None
        while node_id not in origin:
            steps.append(node_id)
            ports = in_ports(project, graph.nodes[node_id])
            wires = graph.edges_into(node_id, ports[0].name) if ports else []
            if not wires:
                break
            if wires[0].source not in wanted:
                found = (wires[0].source, wires[0].source_port)
                break
            node_id = wires[0].source
        else:
            found = origin[node_id]
        origin.update(dict.fromkeys(steps, found))
        return found

    healed: list[Edge] = []
    leaving = [edge for edge in graph.edges.values() if edge.source in wanted and edge.target not in wanted]
    ids_left = iter(graph.fresh_ids("e", len(leaving)))
    for edge in leaving:
        start = before(edge.source)
        if start is not None:
            healed.append(Edge(next(ids_left), *start, edge.target, edge.target_port, edge.order))
    return healed


def duplicate(project: Project, graph: Graph, ids: Iterable[str], at: tuple[float, float] | None = None,
              keep_inputs: bool = False) -> list[Edit]:  # fmt: skip
    """Copy and paste in one step, without the clipboard."""
    return paste(project, graph.id, copy(graph, ids, project), at, keep_inputs)


def rename(project: Project, graph: Graph, node_id: str, name: str) -> list[Edit]:
    """Give a node another name. A block's port keeps its wires wherever the block is used."""
    node = graph.nodes[node_id]
    edits: list[Edit] = [Rename(graph.id, node_id, name)]
    if node.type == INPUT:
        carrying = [output.id for output in graph.outputs if output.params.get("carries") == node.name]
        edits += [SetParams(graph.id, output, {"carries": name}) for output in carrying]
    for user, edges in _wires_at(project, graph, [node]):
        ids = user.fresh_ids("e", len(edges))
        again = [
            Edge(
                new, edge.source, name if node.type == OUTPUT else edge.source_port,
                edge.target, name if node.type == INPUT else edge.target_port, edge.order,
            )
            for new, edge in zip(ids, edges, strict=True)
        ]  # fmt: skip
        edits += [Disconnect(user.id, [edge.id for edge in edges]), Connect(user.id, again)]
    return edits


def _unplug(project: Project, graph: Graph, nodes: list[Node]) -> list[Edit]:
    return [
        Disconnect(user.id, [edge.id for edge in edges]) for user, edges in _wires_at(project, graph, nodes)
    ]


def _wires_at(project: Project, graph: Graph, nodes: list[Node]) -> list[tuple[Graph, list[Edge]]]:
    """Wherever a block is used: the wires at the ports that these boundary nodes of it stand for."""
    found = []
    inputs = {node.name for node in nodes if node.type == INPUT}
    outputs = {node.name for node in nodes if node.type == OUTPUT}
    if not inputs and not outputs:
        return []
    for user in project.graphs():
        uses = {node.id for node in user.nodes.values() if node.block == graph.id}
        edges = [
            edge for edge in user.edges.values()
            if (edge.target in uses and edge.target_port in inputs)
            or (edge.source in uses and edge.source_port in outputs)
        ]  # fmt: skip
        if edges:
            found.append((user, edges))
    return found

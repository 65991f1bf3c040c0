"""Repairs for problems. Every one offered was applied to the project, inferred again and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.boundary import MISSING, SPARE
from graph.catalogue import CATALOGUE
from graph.changes import ChangeSet
from graph.document import apply_edits
from graph.edits import UNSET, Connect, Edit, EditError, RemoveNodes, SetParams, Unset
from graph.end_fixes import WIDTHS, Idea, insert, missing_ideas, output_ideas, set_label, spare_ideas
from graph.facts import DataFacts
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project
from graph.order import topological
from graph.problems import Problem
from graph.shapes import GraphShapes, Inference, ProjectShapes
from graph.values import Expr, Value

IMAGE_SIZES = (28, 32, 64, 96, 128, 224, 227, 299)
MOST = 4
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Fix:
    """A tried repair. ``repairs`` is ``"graph"`` when no error is left after it, else ``"node"``."""

    label: str
    edits: tuple[Edit, ...]
    repairs: Literal["graph", "node"]


def fixes_for(
    inference: Inference, project: Project, problem: Problem, facts: DataFacts | None = None
) -> list[Fix]:
    """The repairs that work, best first, at most ``MOST``. The project is left as it was."""
    before = inference.run(project, facts)
    here = before.at(problem.place)
    if here is None or (problem.node and problem.node not in project.graph(problem.graph).nodes):
        return []
    found: list[Fix] = []
    seen: set[str] = set()
    for label, edits in _ideas(project, problem, here, facts):
        if label in seen:
            continue
        seen.add(label)
        repairs = _try(inference, project, problem, edits, facts, before)
        if repairs is not None:
            found.append(Fix(label, tuple(edits), repairs))
        if sum(fix.repairs == "graph" for fix in found) >= MOST:
            break
    found.sort(key=lambda fix: fix.repairs != "graph")
    return found[:MOST]


def _try(
    inference: Inference,
    project: Project,
    problem: Problem,
    edits: Sequence[Edit],
    facts: DataFacts | None,
    before: ProjectShapes,
) -> Literal["graph", "node"] | None:
    try:
        applied = apply_edits(project, edits)
    except EditError:
        return None
    try:
        after = inference.run(project, facts)
    finally:
        for edit in applied.inverse:
            edit.apply(project, ChangeSet())
    if any(left.key == problem.key for left in after.problems):
        return None
    if not after.errors:
        return "graph" if after.waiting <= before.waiting else "node"
    old = {left.key for left in before.errors}
    moved = [left for left in after.errors if left.key not in old]
    return "node" if not moved else None


def _ideas(project: Project, problem: Problem, here: GraphShapes, facts: DataFacts | None) -> Iterator[Idea]:
    graph = project.graph(problem.graph)
    if not problem.node:
        return
    node = graph.nodes[problem.node]
    for patch in problem.patches:
        yield patch.label, [SetParams(graph.id, node.id, _patched(patch.params))]
    if problem.kind == "missing":
        yield from _wire_ideas(graph, node, here)
    elif problem.kind == "unused":
        yield from _unused_ideas(graph, node)
    elif problem.kind == "data" and node.type == INPUT and not problem.patches and not problem.param:
        yield from _spare_input_ideas(graph, node)
    elif problem.kind == "data" and node.type == OUTPUT:
        yield from _end_ideas(project, graph, problem, here, facts)
    elif problem.kind in ("shape", "boundary", "caution"):
        yield from _unpin_ideas(graph, node)
        yield from _width_ideas(graph, node, problem, here)
        yield from _flatten_ideas(graph, node, here)
        yield from _use_ideas(project, problem)
        yield from _input_ideas(project, problem)
        yield from _default_ideas(graph, node, here)
    if problem.kind not in ("missing", "data"):
        yield from _remove_ideas(graph, node)


def _patched(params: object) -> dict[str, Value | Unset]:
    assert hasattr(params, "items")
    return {name: UNSET if value is None else value for name, value in params.items()}


def _unpin_ideas(graph: Graph, node: Node) -> Iterator[Idea]:
    layer = CATALOGUE.get(node.type)
    for param in layer.params if layer else ():
        if param.inferred is not None and param.name in node.params:
            label = f"Let {param.name} follow the input"
            yield label, [SetParams(graph.id, node.id, {param.name: UNSET})]


def _source_of_width(graph: Graph, node: Node) -> tuple[Node, str] | None:
    """Up the main path to the layer that decides the number of channels."""
    here: Node | None = node
    while here is not None:
        for name in WIDTHS:
            layer = CATALOGUE.get(here.type)
            if layer is not None and any(param.name == name for param in layer.params):
                return here, name
        wires = graph.edges_into(here.id)
        here = graph.nodes[wires[0].source] if len(wires) >= 1 else None
    return None


def _width_ideas(graph: Graph, node: Node, problem: Problem, here: GraphShapes) -> Iterator[Idea]:
    """Make the layers that feed this node agree with each other, or with what it expects."""
    wires = graph.edges_into(node.id, problem.port) or graph.edges_into(node.id)
    arriving = here.nodes[node.id].inputs
    sizes = {tensor.size(axis) for tensors in arriving.values() for tensor in tensors for axis in (1, -1)} - {
        None
    }
    if problem.expected.isdigit():
        sizes.add(int(problem.expected))
    for wire in wires:
        found = _source_of_width(graph, graph.nodes[wire.source])
        if found is None:
            continue
        source, name = found
        now = here.nodes[source.id].values.get(name)
        for size in sorted(size for size in sizes if size is not None):
            if size != now and not isinstance(source.params.get(name), Expr):
                yield set_label(name, source, size), [SetParams(graph.id, source.id, {name: size})]


def _end_ideas(
    project: Project, graph: Graph, problem: Problem, here: GraphShapes, facts: DataFacts | None
) -> Iterator[Idea]:
    """What is wanted of an Output, or of how many there are."""
    node = graph.nodes[problem.node]
    numbers = {key: number for number, key in enumerate(project.networks)}
    asks = facts.of(numbers[graph.id]) if facts is not None and graph.id in numbers else None
    if problem.param == SPARE:
        yield from spare_ideas(graph, node)
    elif problem.param == MISSING and asks is not None:
        yield from missing_ideas(graph, node, asks)
    elif asks is not None:
        place = graph.outputs.index(node)
        if place < len(asks.wants):
            yield from output_ideas(project, graph, node, here, asks.wants[place])


def _flatten_ideas(graph: Graph, node: Node, here: GraphShapes) -> Iterator[Idea]:
    if node.type != "Flatten":
        for wire in graph.edges_into(node.id):
            tensors = here.nodes[node.id].inputs.get(wire.target_port, ())
            if any(tensor.rank > 2 for tensor in tensors):
                yield f"Insert a Flatten before {node.name}", insert(graph, wire, "Flatten")


def _use_ideas(project: Project, problem: Problem) -> Iterator[Idea]:
    """Inside a block: what arrives at a layer may be as long as a parameter of the block's use says it is."""
    if len(problem.place) < 2:
        return
    outer = project.graph(problem.place[0])
    for step in problem.place[1:-1]:
        block = outer.nodes[step.partition("[")[0]].block
        if block is None:
            return
        outer = project.graph(block)
    use = outer.nodes[problem.place[-1].partition("[")[0]]
    known = [int(text) for text in NUMBERS.findall(f"{problem.expected} {problem.got}")]
    for name, value in use.params.items():
        for size in dict.fromkeys(known if value in known and not isinstance(value, bool) else ()):
            if size != value:
                yield set_label(name, use, size), [SetParams(outer.id, use.id, {name: size})]


def _input_ideas(project: Project, problem: Problem) -> Iterator[Idea]:
    """Another image size, for networks fed with pictures."""
    network = project.graph(problem.place[0])
    for entry in network.inputs:
        shape = entry.params.get("shape")
        if isinstance(shape, tuple) and len(shape) == 3:
            for size in IMAGE_SIZES:
                if size != shape[-1]:
                    label = f"Set the input image to {size}×{size}"
                    values: dict[str, Value | Unset] = {"shape": (shape[0], size, size)}
                    yield label, [SetParams(network.id, entry.id, values)]


def _default_ideas(graph: Graph, node: Node, here: GraphShapes) -> Iterator[Idea]:
    """Back to the default, one parameter at a time: at the node, then at the layers that feed it."""
    order = topological(graph)
    upstream = [key for key in reversed(order[: order.index(node.id)]) if here.nodes[key].state == "ok"]
    for other in (node, *(graph.nodes[key] for key in upstream[:6])):
        layer = CATALOGUE.get(other.type)
        for name, value in other.params.items():
            known = next((param for param in layer.params if param.name == name), None) if layer else None
            if known is None or other.type == INPUT or value == known.default or name in WIDTHS:
                continue
            if known.inferred is not None and other is node:  # letting it follow the input says the same
                continue
            label = f"Reset {name} of {other.name} to its default ({known.default})"
            yield label, [SetParams(graph.id, other.id, {name: UNSET})]


def _spare_input_ideas(graph: Graph, node: Node) -> Iterator[Idea]:
    """An Input that no data reaches: let the first Input feed what hangs on it, or take it out."""
    first, after = graph.inputs[0], graph.edges_from(node.id)
    gone: list[Edit] = [RemoveNodes(graph.id, [node.id])]
    if after:
        keys = graph.fresh_ids("e", len(after))
        wires = [
            Edge(key, first.id, "output", edge.target, edge.target_port, edge.order)
            for key, edge in zip(keys, after, strict=True)
        ]
        yield f"Feed it from {first.name} instead", [*gone, Connect(graph.id, wires)]
    yield f"Remove {node.name}", gone


def _remove_ideas(graph: Graph, node: Node) -> Iterator[Idea]:
    """Take the node out and join its neighbours."""
    wires, after = graph.edges_into(node.id), graph.edges_from(node.id)
    if node.type in (INPUT, OUTPUT) or any(other.shares == node.id for other in graph.nodes.values()):
        return
    joined: list[Edge] = []
    if wires:
        for key, edge in zip(graph.fresh_ids("e", len(after)), after, strict=True):
            joined.append(
                Edge(key, wires[0].source, wires[0].source_port, edge.target, edge.target_port, edge.order)
            )
    edits: list[Edit] = [RemoveNodes(graph.id, [node.id])]
    if joined:
        edits.append(Connect(graph.id, joined))
    yield f"Remove {node.name}", edits


def _wire_ideas(graph: Graph, node: Node, here: GraphShapes) -> Iterator[Idea]:
    """Wire up an input that is missing: from the last loose end, or past nodes that lead nowhere."""
    ports = _input_ports(graph, node, here)
    leading = {edge.source for edge in graph.edges.values()}
    (key,) = graph.fresh_ids("e")
    loose = [key for key in reversed(topological(graph)) if key not in leading and key != node.id]
    for source in loose[:3]:
        other = graph.nodes[source]
        for port in list(here.nodes[source].outputs)[:1]:
            for target in ports:
                wire = Edge(key, source, port, node.id, target)
                yield f"Wire {other.name} to {node.name}", [Connect(graph.id, [wire])]
    if node.type not in (OUTPUT, BLOCK):
        yield f"Remove {node.name}", [RemoveNodes(graph.id, [node.id])]


def _input_ports(graph: Graph, node: Node, here: GraphShapes) -> list[str]:
    if node.type == BLOCK or node.type not in CATALOGUE:
        return []
    wired = here.nodes[node.id].inputs
    return [port.name for port in CATALOGUE[node.type].inputs if not port.optional and port.name not in wired]


def _unused_ideas(graph: Graph, node: Node) -> Iterator[Idea]:
    taken = {edge.target for edge in graph.edges.values()}
    (key,) = graph.fresh_ids("e")
    layer = CATALOGUE.get(node.type)
    ports = layer.out_ports(node.params) if layer else ()
    for leave in graph.outputs:
        if leave.id not in taken and ports:
            wire = Edge(key, node.id, ports[0].name, leave.id, "input")
            yield f"Wire {node.name} to {leave.name}", [Connect(graph.id, [wire])]

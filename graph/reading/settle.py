"""From a draft to a project that stands by itself: sizes that follow from the inputs are left open again.

A text says ``nn.Linear(128, 10)``; in a drawing the 128 follows from what arrives. It is left out where the
shapes give the same number, and kept where they do not.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from graph.arrange import arrange
from graph.catalogue import CATALOGUE
from graph.code import CodeError, generate
from graph.model import BLOCK, INPUT, OUTPUT, Exposed, Graph, Node, Project
from graph.reading.constants import substituted
from graph.reading.sketch import CannotRead, Draft, Sketch
from graph.reading.text import read_text
from graph.shapes import GraphShapes, Inference, ProjectShapes
from graph.values import BadValue, Expr, Value, expressions, resolve

Pins = set[tuple[str, str, str]]
"""(sketch, node, parameter) that must be written in the drawing too."""

_ROUNDS = 4


def as_project(
    draft: Draft,
    inputs: Sequence[Mapping[str, Value]] = (),
    title: str = "Untitled",
    inference: Inference | None = None,
) -> Project:
    """The project a draft describes, laid out. ``inputs`` are the parameters (shape, dtype) of the network's
    inputs in their order; a text does not say them."""
    inference = inference or Inference()
    pins: Pins = set()
    for _ in range(_ROUNDS):
        project = _without_derived(draft, pins, inputs, title)
        shapes = inference.run(project)
        found = Comparison(draft, pins).of(shapes.networks[project.main.id], project)
        if found <= pins:
            found = _said_otherwise(draft, project, shapes)
            if found <= pins:
                break
        pins |= found
    for graph in project.graphs():
        for node_id, (x, y) in arrange(graph, project=project).items():
            graph.nodes[node_id].x, graph.nodes[node_id].y = x, y
    return project


def _said_otherwise(draft: Draft, project: Project, shapes: ProjectShapes) -> Pins:
    """Sizes for which the project's own code has other words than the text: ``64`` for ``width``."""
    try:
        again = read_text(generate(project, shapes, project.main.id).text, project)
    except (CodeError, CannotRead):
        return set()
    found: Pins = set()
    for key, sketch in draft.sketches.items():
        other = again.sketches.get(again.network if key == draft.network else key)
        if other is None or len(other.graph.nodes) != len(sketch.graph.nodes):
            continue
        renamed = sketch.derivable - {item.name for item in other.graph.parameters}
        pairs = zip(sketch.graph.nodes.values(), other.graph.nodes.values(), strict=True)
        for node, twin in pairs:
            if node.type != twin.type or node.type == BLOCK:
                continue
            for name, value in node.params.items():
                used = expressions(value)
                worded = used and not used & sketch.derivable and twin.params.get(name) != value
                if CATALOGUE[node.type].param(name).inferred and (worded or used & renamed):
                    found.add((key, node.id, name))
    return found


def kept_arguments(draft: Draft, pins: Pins) -> dict[str, set[str]]:
    """For each sketch the arguments that become exposed parameters."""
    kept = {
        key: {item.name for item in sketch.graph.parameters} - sketch.derivable
        for key, sketch in draft.sketches.items()
    }
    # what a pinned size is calculated from is needed too; users stand behind what they use
    for key, sketch in reversed(draft.sketches.items()):
        for node in sketch.graph.nodes.values():
            for name, value in node.params.items():
                if (key, node.id, name) in pins:
                    kept[key] |= expressions(value)
    changed = True
    while changed:
        changed = False
        for key, sketch in draft.sketches.items():
            for node_id, rows in sketch.uses.items():
                inner = kept[sketch.graph.nodes[node_id].block or ""]
                for written in rows:
                    names = {n for k, v in written.arguments.items() if k in inner for n in expressions(v)}
                    names -= {written.variable}
                    if not names <= kept[key]:
                        kept[key] |= names
                        changed = True
    return kept


def _without_derived(draft: Draft, pins: Pins, inputs: Sequence[Mapping[str, Value]], title: str) -> Project:
    project = Project(title)
    kept = kept_arguments(draft, pins)
    ids: dict[str, str] = {}
    for key, sketch in draft.sketches.items():
        last = key == draft.network
        ids[key] = project.fresh_graph_id("g" if last else "b")
        graph = graph_of(draft, sketch, ids, kept, pins, project)
        if last:
            for node, params in zip(graph.inputs, inputs, strict=False):
                node.params |= dict(params)
            graph.parameters = []
        (project.networks if last else project.blocks)[graph.id] = graph
    return project


def graph_of(
    draft: Draft,
    sketch: Sketch,
    ids: Mapping[str, str],
    kept: Mapping[str, set[str]],
    pins: Pins,
    project: Project,
) -> Graph:
    """A sketch as a graph of a project, which holds the blocks it uses by the ``ids`` of their sketches."""
    key = sketch.graph.id
    graph = copy.deepcopy(sketch.graph)
    graph.id = ids[key]
    graph.parameters = [
        Exposed(item.name, default_of(draft, sketch, item), item.help)
        for item in graph.parameters
        if item.name in kept[key]
    ]
    _name_ports(draft, graph, ids, project)
    for node in graph.nodes.values():
        if node.type == BLOCK:
            inner = kept[node.block or ""]
            arguments = sketch.uses[node.id][0].arguments
            own = {name: node.params[name] for name in ("repeat", "over") if name in node.params}
            node.params = {name: value for name, value in arguments.items() if name in inner} | own
            node.block = ids[node.block or ""]
        else:
            layer = CATALOGUE[node.type]
            node.params = {
                name: value
                for name, value in node.params.items()
                if layer.param(name).inferred is None or (key, node.id, name) in pins
            }
    return graph


def _name_ports(draft: Draft, graph: Graph, ids: Mapping[str, str], project: Project) -> None:
    """Wires end at the ports that the blocks of the project have there."""

    def name(node: Node, port: str, kind: str) -> str:
        if node.block is None or ids[node.block] not in project.blocks:
            return port
        names = [item.name for item in draft.sketches[node.block].graph.ordered(kind)]
        return project.blocks[ids[node.block]].ordered(kind)[names.index(port)].name

    for edge in graph.edges.values():
        edge.source_port = name(graph.nodes[edge.source], edge.source_port, OUTPUT)
        edge.target_port = name(graph.nodes[edge.target], edge.target_port, INPUT)


def default_of(draft: Draft, sketch: Sketch, item: Exposed) -> Value:
    """A default for an argument that has none: what its first use says."""
    if item.name not in sketch.required:
        return item.default
    for other in draft.sketches.values():
        for node_id, rows in other.uses.items():
            if other.graph.nodes[node_id].block == sketch.graph.id:
                value = rows[0].arguments.get(item.name)
                if value is not None and not expressions(value):
                    return value
                for exposed in other.graph.parameters:
                    if isinstance(value, Expr) and value.text == exposed.name:
                        return (
                            default_of(draft, other, exposed)
                            if exposed.name in other.required
                            else exposed.default
                        )
    return 1


class Comparison:
    """Where the sizes a text says are not those that follow from the inputs."""

    def __init__(
        self, draft: Draft, pins: Pins, places: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.draft = draft
        self.places = places
        """Where the nodes of each sketch are, if they have other ids than in the draft."""
        self.pins = pins
        self.found: Pins = set()
        self._seen: set[tuple[int, str]] = set()

    def of(self, shapes: GraphShapes, project: Project) -> Pins:
        self._walk(self.draft.main, shapes, {})
        return self.found

    def _walk(self, sketch: Sketch, shapes: GraphShapes, names: dict[str, Any]) -> None:
        key = (id(shapes), repr(sorted(names.items(), key=lambda item: item[0])))
        if key in self._seen:
            return
        self._seen.add(key)
        for node in sketch.graph.nodes.values():
            place = node.id if self.places is None else self.places[sketch.graph.id].get(node.id, "")
            here = shapes.nodes.get(place)
            if here is None or here.state == "unknown":
                continue
            if here.state == "problem" and node.type != BLOCK:  # what does not follow must be said
                layer = CATALOGUE[node.type]
                self.found |= {
                    (sketch.graph.id, node.id, name) for name in node.params if layer.param(name).inferred
                }
                continue
            if node.type == BLOCK:
                inner = self.draft.sketches[node.block or ""]
                for number, arguments in enumerate(self._rows(sketch, node.id, inner, names)):
                    if number < len(here.inner):
                        self._walk(inner, here.inner[number], arguments)
                continue
            layer = CATALOGUE[node.type]
            for name, value in node.params.items():
                if layer.param(name).inferred is None:
                    continue
                try:
                    wanted = resolve(substituted(value, names), {})
                except BadValue:
                    continue
                if layer.param(name).bare and isinstance(wanted, int):
                    wanted = (wanted,)
                if wanted != here.values.get(name):
                    self.found.add((sketch.graph.id, node.id, name))

    def _rows(
        self, sketch: Sketch, node_id: str, inner: Sketch, names: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The arguments of every repetition, as numbers."""
        rows: list[dict[str, Any]] = []
        for written in sketch.uses[node_id]:
            count = substituted(written.count, names)
            for number in range(count if isinstance(count, int) and 0 <= count <= 1000 else 0):
                here = {**names, written.variable: number} if written.variable else names
                given = {item.name: item.default for item in inner.graph.parameters}
                given |= {key: substituted(value, here) for key, value in written.arguments.items()}
                rows.append(given)
        return rows

"""Putting nodes and wires into a sketch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.catalogue.spec import LayerType
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Exposed, Graph, Node
from graph.names import fresh_among, is_usable
from graph.reading.sketch import Sketch, Written
from graph.values import Value, expressions

Ref = tuple[str, str]
"""A value: (node id, output port)."""


class Drawing:
    """Writes one sketch. ``reserved`` are names that attributes will need."""

    def __init__(
        self, key: str, name: str, line: int, reserved: Sequence[str] = (), block: bool = True
    ) -> None:
        self.sketch = Sketch(Graph(key, name), line, block)
        self.graph = self.sketch.graph
        self._names = set(reserved)
        self._given: set[str] = set()

    def _node(self, kind: str, stem: str, name: str, line: int, params: dict[str, Value]) -> Node:
        given = bool(name) and is_usable(name) and name not in self._given
        if not given:
            name = fresh_among(self._names, stem)
        self._names.add(name)
        node = Node(f"n{len(self.graph.nodes) + 1}", kind, name, params)
        self.graph.nodes[node.id] = node
        self.sketch.lines[node.id] = line
        if given:
            self._given.add(name)
            self.sketch.named.add(node.id)
        return node

    def free(self, name: str) -> bool:
        """Whether a node may still be given this name."""
        return is_usable(name) and name not in self._names

    def input(self, name: str, line: int) -> Ref:
        count = len(self.graph.inputs)
        node = self._node(INPUT, INPUT, name, line, {"index": count} if count else {})
        return node.id, "output"

    def output(self, ref: Ref, name: str, line: int) -> Node:
        count = len(self.graph.outputs)
        node = self._node(OUTPUT, OUTPUT, name, line, {"index": count} if count else {})
        self._wire(ref, node.id, "input", 0)
        return node

    def layer(self, layer: LayerType, params: Mapping[str, Any], inputs: Mapping[str, Sequence[Ref]],
              name: str, line: int) -> Node:  # fmt: skip
        node = self._node(layer.name, layer.name, name, line, dict(params))
        for port in layer.inputs:
            for order, ref in enumerate(inputs.get(port.name, ())):
                self._wire(ref, node.id, port.name, order)
        return node

    def use(self, block: Sketch, written: Sequence[Written], inputs: Mapping[str, Ref], name: str,
            line: int, count: Value = 1, over: str = "") -> Node:  # fmt: skip
        """A use of a class; ``written`` holds its arguments by repetition, ``over`` says how it runs over time."""
        params = {key: value for key, value in written[0].arguments.items() if key not in block.derivable}
        if count != 1:
            params["repeat"] = count
        if over:
            params["over"] = over
        node = self._node(BLOCK, block.name, name, line, params)
        node.block = block.graph.id
        self.sketch.uses[node.id] = list(written)
        for port in block.graph.inputs:
            if port.name in inputs:
                self._wire(inputs[port.name], node.id, port.name, 0)
        return node

    def _wire(self, ref: Ref, target: str, port: str, order: int) -> None:
        edge = Edge(f"e{len(self.graph.edges) + 1}", ref[0], ref[1], target, port, order)
        self.graph.edges[edge.id] = edge

    def finish(self, blocks: Mapping[str, Sketch]) -> Sketch:
        """Find out which arguments only tell what follows from the inputs."""
        needed = {name for node in self.graph.nodes.values() for name in _needed(node)}
        self.sketch.derivable = {item.name for item in self.graph.parameters if item.name not in needed}
        for node in self.graph.nodes.values():
            if node.type == BLOCK:
                for written in self.sketch.uses[node.id]:
                    kept = [value for key, value in written.arguments.items()
                            if key not in blocks[node.block or ""].derivable]  # fmt: skip
                    used = {name for value in (*kept, written.count) for name in expressions(value)}
                    self.sketch.derivable -= used
        return self.sketch

    def arguments(self, names: Mapping[str, Any], missing: set[str]) -> None:
        """The constructor's arguments become exposed parameters."""
        self.graph.parameters = [Exposed(name, value) for name, value in names.items()]
        self.sketch.required = set(missing)


def _needed(node: Node) -> set[str]:
    """Arguments that a layer needs for something that does not follow from its inputs."""
    from graph.catalogue import CATALOGUE

    if node.type == BLOCK:
        return set()
    layer = CATALOGUE[node.type]
    return {
        name
        for key, value in node.params.items()
        if layer.param(key).inferred is None
        for name in expressions(value)
    }

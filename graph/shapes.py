"""Live shapes: what flows on every wire, inferred by torch itself on the ``meta`` device.

Each node is asked with (type, parameters, input shapes) and the answer is remembered, so that after an
edit only what really changed runs again: a ResNet-152 has 517 layers but 55 different questions.
Declared contracts (:attr:`LayerType.check`) come first: they give the messages, and they catch what
``meta`` wrongly accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.asking import Answer, ask_layer
from graph.catalogue.spec import LayerType
from graph.coded import Custom, Waiting, ask_code
from graph.custom import fingerprint
from graph.facts import DataFacts
from graph.inferred import Field, GraphShapes, NodeShapes, ProjectShapes, seen_through
from graph.model import Graph, Project
from graph.shape_walk import MAX_DEPTH, MAX_REPEAT, Walk
from graph.tensors import Tensor

__all__ = [
    "MAX_DEPTH", "MAX_REPEAT", "Field", "GraphShapes", "Inference", "NodeShapes", "ProjectShapes", "seen_through",
]  # fmt: skip


class Inference:
    """Infers projects and remembers what layers answered. Keep one for as long as the program runs."""

    def __init__(self, limit: int = 50_000) -> None:
        self._memo: dict[Any, Answer] = {}
        self._limit = limit
        self.custom: Custom | None = None
        """Who is asked about blocks written in Python."""

    def run(self, project: Project, facts: DataFacts | None = None) -> ProjectShapes:
        """Shapes and problems of all networks. ``facts`` adds what data, loss and recipe ask."""
        if len(self._memo) > self._limit:
            self._memo.clear()
        result = ProjectShapes()
        seen: set[tuple[str, ...]] = set()
        for number, network in enumerate(project.networks.values()):
            walk = Walk(self, project)
            shapes = walk.network(network, facts, facts.of(number) if facts is not None else None)
            result.networks[network.id] = shapes
            for problem in shapes.problems:
                # one mistake inside a block shows once, however often the block is used
                inside = problem.graph in project.blocks
                what = (problem.kind, problem.param or "") if inside else (problem.text,)
                mark = (problem.graph, problem.node, *what)
                if mark not in seen:
                    seen.add(mark)
                    result.problems.append(problem)
        return result

    def ask_code(
        self, block: Graph, params: Mapping[str, Any], inputs: Mapping[str, Tensor]
    ) -> Answer | Waiting:
        """A block of code under given inputs; what is known is remembered."""
        key = (
            fingerprint(block.code),
            repr([(name, params[name]) for name in sorted(params)]),
            tuple((node.name, inputs.get(node.name)) for node in block.inputs),
        )
        answer = self._memo.get(key)
        if answer is not None:
            return answer
        found = ask_code(self.custom, block, params, inputs)
        if isinstance(found, Answer) and found.complaint is None:
            self._memo[key] = found
        return found

    def ask(
        self, layer: LayerType, params: Mapping[str, Any], inputs: dict[str, tuple[Tensor, ...]]
    ) -> Answer:
        """One layer under given inputs; remembered."""
        # repr tells True from 1 and 1 from 1.0, which a dict's keys do not
        key = (
            layer.name,
            repr(sorted(params.items(), key=lambda item: item[0])),
            tuple((port.name, inputs[port.name]) for port in layer.inputs if port.name in inputs),
        )
        answer = self._memo.get(key)
        if answer is None:
            answer = self._memo[key] = ask_layer(layer, params, inputs)
        return answer

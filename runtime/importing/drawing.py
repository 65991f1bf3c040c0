"""Definitions as a project, laid out; and which place of it holds which weight."""

from __future__ import annotations

from typing import Any

from graph.arrange import arrange
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Exposed, Graph, Node, Project
from runtime.importing.groups import Blocks, Definition, Item, Use
from runtime.importing.plans import Group, Plan, Weight
from runtime.importing.tracing import Entry

Place = tuple[str, ...]


class Drawing:
    """``project`` is the drawing; ``weights`` are (place of the node, key inside its module, origin)."""

    def __init__(self, blocks: Blocks, entries: list[Entry], title: str) -> None:
        self.blocks = blocks
        self.project = Project(title)
        self.graphs: dict[int, Graph] = {}
        self.ids: dict[int, list[str]] = {}
        *inner, root = blocks.definitions()
        for definition in inner:
            self._draw(definition, "b", entries)
        self._draw(root, "g", entries)
        self.weights: list[tuple[Place, str, Weight]] = []
        self._collect(blocks.uses[id(blocks.root)], ())

    def _draw(self, definition: Definition, prefix: str, entries: list[Entry]) -> None:
        project = self.project
        graph_id = project.fresh_graph_id(prefix)
        if definition.code:
            from graph.custom import code_block

            graph = code_block(graph_id, definition.code, definition.name)
        else:
            graph = Graph(graph_id, definition.name, help=definition.help)
            graph.parameters = [Exposed(name, default) for name, default in definition.parameters]
            self._fill(graph, definition, entries)
        self.graphs[id(definition)] = graph
        (project.blocks if prefix == "b" else project.networks)[graph_id] = graph
        if not definition.code:
            for node_id, (x, y) in arrange(graph, project=project).items():
                graph.nodes[node_id].x, graph.nodes[node_id].y = x, y

    def _fill(self, graph: Graph, definition: Definition, entries: list[Entry]) -> None:
        inputs = []
        for number, name in enumerate(definition.inputs):
            inputs.append(self._add(graph, Node("", INPUT, name, {"index": number} if number else {})))
        ids: list[str] = []
        fed = 0
        for item in definition.items:
            node = Node("", item.type, item.name, dict(item.params))
            if item.block is not None:
                node.type, node.block = BLOCK, self.graphs[id(item.block)].id
            if item.type == INPUT:
                entry = entries[fed]
                fed += 1
                node.params["shape"] = entry.shape
                if entry.dtype != "float32":
                    node.params["dtype"] = entry.dtype
            if item.shares is not None:
                node.shares = ids[item.shares]
            ids.append(self._add(graph, node))
        self.ids[id(definition)] = ids

        def end(ref: tuple[int, str]) -> tuple[str, str]:
            at, port = ref
            return (ids[at], port) if at >= 0 else (inputs[-1 - at], "output")

        for at, item in enumerate(definition.items):
            for port, refs in item.sources.items():
                for order, ref in enumerate(refs):
                    self._wire(graph, *end(ref), ids[at], port, order)
        for number, (name, ref) in enumerate(definition.outputs):
            node_id = self._add(graph, Node("", OUTPUT, name, {"index": number} if number else {}))
            self._wire(graph, *end(ref), node_id, "input", 0)

    @staticmethod
    def _add(graph: Graph, node: Node) -> str:
        node.id = f"n{len(graph.nodes) + 1}"
        graph.nodes[node.id] = node
        return node.id

    @staticmethod
    def _wire(graph: Graph, source: str, source_port: str, target: str, port: str, order: int) -> None:
        edge = Edge(f"e{len(graph.edges) + 1}", source, source_port, target, port, order)
        graph.edges[edge.id] = edge

    def _collect(self, use: Use, place: Place) -> None:
        ids = self.ids[id(use.definition)]
        for node_id, item, row in zip(ids, use.definition.items, use.rows, strict=True):
            for number, part in enumerate(row):
                step = f"{node_id}[{number}]" if len(row) > 1 else node_id
                if isinstance(part, Group):
                    self._collect(self.blocks.uses[id(part)], (*place, step))
                else:
                    self._own(part, item, (*place, step))

    def _own(self, plan: Plan, item: Item, place: Place) -> None:
        for key, weight in plan.weights.items():
            self.weights.append((place, key, weight))


def readable(project: Project) -> dict[str, Any]:
    """What the view opens with: the network as its blocks, closed."""
    return {"graph": project.main.id}

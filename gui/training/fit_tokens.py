"""Making the tables of a network as long as the data's vocabulary: what token numbers meet first, and what they
come out of. No widgets in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.edits import SetParams
from graph.model import BLOCK, INPUT, OUTPUT, REROUTE, Graph, Node, Project
from graph.problems import Problem
from graph.values import Expr
from runtime.data import DataError, Schema, get_source, prepared_schema

TRANSLATES = "sequence_to_sequence"
WRITES = ("language_model", TRANSLATES)
"""Recipes whose first output has a score for each token."""
PLACES = "places"
"""What blocks for texts call the longest text they have positions for."""


@dataclass(frozen=True, slots=True)
class Table:
    """A parameter that says for how many tokens there is room: where it stands, and its number."""

    graph: Graph
    node: Node
    param: str
    size: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.graph.id, self.node.id, self.param)


def token_edits(project: Project) -> list[SetParams]:
    """Edits after which every number of the data's vocabulary has a row in the embeddings it meets, and a score
    where tokens are written. None where the data has no tokens or everything fits."""
    try:
        schema = prepared_schema(project.data)
    except DataError:
        return []
    wanted: dict[tuple[str, str, str], tuple[Table, int]] = {}
    for table, size in _wishes(project, schema):
        if table.size != size:
            wanted[table.key] = (table, size)
    return [SetParams(table.graph.id, table.node.id, {table.param: size}) for table, size in wanted.values()]


def token_misfit(project: Project) -> Problem | None:
    """The first table that is too small for the data's vocabulary; one that is larger does no harm."""
    try:
        schema = prepared_schema(project.data)
    except DataError:
        return None
    for table, size in _wishes(project, schema):
        if table.size < size:
            title = get_source(project.data.source).title
            what = "positions" if table.param == PLACES else "different tokens"
            text = f"“{table.node.name}” has room for {table.size:,} {what}, but {title} has {size:,}."
            return Problem((project.main.id,), table.graph.id, table.node.id, text, kind="data")
    return None


def _wishes(project: Project, schema: Schema) -> Iterator[tuple[Table, int]]:
    """Tables and how long they are to be."""
    if schema.kind != "tokens" or schema.input_dtype != "int64":
        return
    network, recipe = project.main, project.training.recipe
    reads = len(schema.vocabulary) or schema.class_count
    writes = len(schema.target_vocabulary) or (schema.class_count if schema.task == "next-token" else reads)
    sizes = (reads, writes) if recipe == TRANSLATES else (reads,)
    lengths = (schema.input_shape, schema.target_shape)
    for node, size, length in zip(network.inputs, sizes, lengths, strict=False):
        for table in _embeddings(project, [(network, None)], node):
            yield table, size
            yield from _same(network, table, size)
        yield from _positions(network, node, length)
    if recipe in WRITES and network.outputs:
        for table in _heads(project, [(network, None)], network.outputs[0]):
            yield table, writes


Path = list[tuple[Graph, Node | None]]
"""The graphs from the network inwards, each with the use through which the next one is entered."""


def _embeddings(project: Project, path: Path, entry: Node) -> Iterator[Table]:
    """The embeddings that the numbers from this node meet."""
    graph = path[-1][0]
    for edge in graph.edges_from(entry.id):
        node = graph.nodes[edge.target]
        if node.type == "Embedding":
            yield from _table(path, node, "num_embeddings")
        elif node.type == REROUTE:
            yield from _embeddings(project, path, node)
        elif node.type == BLOCK and node.block in project.blocks:
            inner = project.blocks[node.block]
            first = next(
                (one for one in inner.nodes.values() if one.type == INPUT and one.name == edge.target_port),
                None,
            )
            if first is not None:
                yield from _embeddings(project, [*path[:-1], (graph, node), (inner, None)], first)


def _heads(project: Project, path: Path, exit_: Node) -> Iterator[Table]:
    """The layers whose width is how many tokens can be written."""
    graph = path[-1][0]
    for edge in graph.edges_into(exit_.id):
        node = graph.nodes[edge.source]
        if node.type == "Linear":
            yield from _table(path, node, "out_features")
        elif node.type == REROUTE:
            yield from _heads(project, path, node)
        elif node.type == BLOCK and node.block in project.blocks:
            inner = project.blocks[node.block]
            last = next(
                (one for one in inner.nodes.values() if one.type == OUTPUT and one.name == edge.source_port),
                None,
            )
            if last is not None:
                yield from _heads(project, [*path[:-1], (graph, node), (inner, None)], last)


def _named(graph: Graph, kind: str, name: str) -> Node | None:
    return next((node for node in graph.nodes.values() if node.type == kind and node.name == name), None)


def _table(path: Path, node: Node, param: str) -> Iterator[Table]:
    """Where the number really stands: in the node, or in the use of a block whose parameter it is."""
    value = node.params.get(param)
    graph = path[-1][0]
    if isinstance(value, int):
        yield Table(graph, node, param, value)
    elif isinstance(value, Expr) and len(path) > 1:
        outer, use = path[-2]
        exposed = next((one for one in graph.parameters if one.name == value.text), None)
        if exposed is None or use is None:
            return  # worked out from several parameters: nobody can say which of them is meant
        if exposed.name in use.params:
            yield from _table([*path[:-2], (outer, None)], use, exposed.name)
        elif isinstance(exposed.default, int):
            yield Table(outer, use, exposed.name, exposed.default)


def _same(network: Graph, table: Table, size: int) -> Iterator[tuple[Table, int]]:
    """Other blocks of the network that are told the same number by the same name (a head that shares it)."""
    if table.node.type != BLOCK or table.graph is not network:
        return
    for node in network.nodes.values():
        value = node.params.get(table.param)
        if node is not table.node and node.type == BLOCK and value == table.size and isinstance(value, int):
            yield Table(network, node, table.param, value), size


def _positions(network: Graph, entry: Node, shape: tuple[int, ...]) -> Iterator[tuple[Table, int]]:
    """Blocks behind an input that have positions for texts of some length, where that is too short."""
    length = shape[0] if shape else -1
    for edge in network.edges_from(entry.id):
        node = network.nodes[edge.target]
        value = node.params.get(PLACES)
        if node.type == BLOCK and isinstance(value, int) and value < length:
            yield Table(network, node, PLACES, value), length

"""The tables of a network that whole numbers look things up in, and where their sizes really stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph.model import BLOCK, INPUT, OUTPUT, REROUTE, Graph, Node
from graph.problems import Place
from graph.values import Expr

PLACES = "places"
"""What blocks for texts call the longest text they have positions for."""

Step = tuple[Graph, Node | None]
Path = list[Step]
"""The graphs from the network inwards, each with the use through which the next one is entered."""
Blocks = Mapping[str, Graph]


@dataclass(frozen=True, slots=True)
class Table:
    """A parameter that is a number: the graph and node where it is written down, and how one gets there."""

    place: Place
    graph: Graph
    node: Node
    param: str
    size: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.graph.id, self.node.id, self.param)


def embeddings(blocks: Blocks, network: Graph, entry: Node) -> Iterator[Table]:
    """The embeddings that the numbers from an Input meet first."""
    return _embeddings(blocks, [(network, None)], entry)


def _embeddings(blocks: Blocks, path: Path, entry: Node) -> Iterator[Table]:
    graph = path[-1][0]
    for edge in graph.edges_from(entry.id):
        node = graph.nodes[edge.target]
        if node.type == "Embedding":
            yield from number(path, node, "num_embeddings")
        elif node.type == REROUTE:
            yield from _embeddings(blocks, path, node)
        elif node.type == BLOCK and (inner := blocks.get(node.block or "")) is not None:
            first = named(inner, INPUT, edge.target_port)
            if first is not None:
                yield from _embeddings(blocks, [*path[:-1], (graph, node), (inner, None)], first)


def positions(network: Graph, entry: Node) -> Iterator[Table]:
    """Blocks behind an Input that have positions for texts of some length."""
    for edge in network.edges_from(entry.id):
        node = network.nodes[edge.target]
        value = node.params.get(PLACES)
        if node.type == BLOCK and isinstance(value, int):
            yield Table((network.id,), network, node, PLACES, value)


def number(path: Path, node: Node, param: str) -> Iterator[Table]:
    """Where a number of a node stands: in the node, or in the use of a block whose parameter it is."""
    value = node.params.get(param)
    graph = path[-1][0]
    if isinstance(value, int):
        yield Table(place_of(path), graph, node, param, value)
    elif isinstance(value, Expr) and len(path) > 1:
        outer, use = path[-2]
        exposed = next((one for one in graph.parameters if one.name == value.text), None)
        if exposed is None or use is None:
            return  # worked out from several parameters: nobody can say which of them is meant
        if exposed.name in use.params:
            yield from number([*path[:-2], (outer, None)], use, exposed.name)
        elif isinstance(exposed.default, int):
            yield Table(place_of(path[:-1]), outer, use, exposed.name, exposed.default)


def place_of(path: Path) -> Place:
    """The instance path of the innermost graph."""
    return (path[0][0].id, *(use.id for _, use in path[:-1] if use is not None))


def named(graph: Graph, kind: str, name: str) -> Node | None:
    """The Input or Output of a block that its uses call so."""
    return next((node for node in graph.nodes.values() if node.type == kind and node.name == name), None)


def above(blocks: Blocks, path: Path, node: Node) -> tuple[Path, Node] | None:
    """The node the first wire of this one comes from, and the graphs it stands in: blocks are entered by their Output
    and left by their Input."""
    graph = path[-1][0]
    wires = graph.edges_into(node.id)
    if not wires:
        if node.type != INPUT or len(path) == 1:
            return None
        outer, use = path[-2]
        assert use is not None
        wire = next((one for one in outer.edges_into(use.id) if one.target_port == node.name), None)
        return (
            None
            if wire is None
            else _through(blocks, [*path[:-2], (outer, None)], wire.source, wire.source_port)
        )
    return _through(blocks, path, wires[0].source, wires[0].source_port)


def _through(blocks: Blocks, path: Path, source: str, port: str) -> tuple[Path, Node]:
    """The node itself, or what leaves by this Output of the block it uses."""
    graph = path[-1][0]
    node = graph.nodes[source]
    inner = blocks.get(node.block) if node.block is not None else None
    if inner is not None and not inner.code:
        last = named(inner, OUTPUT, port)
        if last is not None:
            return [*path[:-1], (graph, node), (inner, None)], last
    return path, node

"""The tables of a network that whole numbers look things up in, and where their sizes really stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from graph.model import BLOCK, INPUT, OUTPUT, REROUTE, Graph, Node
from graph.problems import Place
from graph.values import BadValue, Expr, evaluate, names_in

PLACES = "places"
"""What blocks for texts call the longest text they have positions for."""

Step = tuple[Graph, Node | None]
Path = list[Step]
"""The graphs from the network inwards, each with the use through which the next one is entered."""
Blocks = Mapping[str, Graph]


@dataclass(frozen=True, slots=True)
class Table:
    """A number of a layer: its ``size`` now, and the graph, node and parameter where it is written down (which may be
    the use of a block), and how one gets there. It is ``times`` what is written there, ``plus`` something."""

    place: Place
    graph: Graph
    node: Node
    param: str
    size: int
    times: int = 1
    plus: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.graph.id, self.node.id, self.param)

    def written(self, size: int) -> int | None:
        """What has to be written down for another size; ``None`` where no whole number gives it."""
        value, rest = divmod(size - self.plus, self.times)
        return value if rest == 0 and value > 0 else None


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
    """Where a number of a node stands: in the node, or in the use of a block whose parameter it is worked out from."""
    value = node.params.get(param)
    graph = path[-1][0]
    if isinstance(value, int):
        yield Table(place_of(path), graph, node, param, value)
    elif isinstance(value, Expr) and len(path) > 1:
        outer, use = path[-2]
        names = names_in(value.text)
        exposed = next((one for one in graph.parameters if names == {one.name}), None)
        if exposed is None or use is None:
            return  # worked out from several parameters: nobody can say which of them is meant
        if exposed.name in use.params:
            found = list(number([*path[:-2], (outer, None)], use, exposed.name))
        elif isinstance(exposed.default, int):
            found = [Table(place_of(path[:-1]), outer, use, exposed.name, exposed.default)]
        else:
            return
        for table in found:
            rule = _straight(value.text, exposed.name, table.size)
            if rule is not None:
                times, plus = rule
                yield replace(
                    table,
                    size=times * table.size + plus,
                    times=times * table.times,
                    plus=times * table.plus + plus,
                )


def _straight(text: str, name: str, now: int) -> tuple[int, int] | None:
    """The a and b of an expression that is a × name + b."""
    try:
        first, second, third = (evaluate(text, {name: now + more}) for more in range(3))
    except BadValue:
        return None
    if not (isinstance(first, int) and isinstance(second, int) and isinstance(third, int)):
        return None
    times = second - first
    return (times, first - times * now) if times > 0 and third - second == times else None


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

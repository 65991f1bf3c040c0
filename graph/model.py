"""The document: plain data keyed by stable ids. No Qt, no torch, no callbacks.

``Project`` holds networks and block definitions; both are ``Graph``s. A graph's boundary are its
``Input`` and ``Output`` nodes, so a block's ports are simply the names of those nodes. All changes
go through :mod:`graph.edits`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from graph.values import Value

BLOCK = "Block"
INPUT = "Input"
REROUTE = "Reroute"
OUTPUT = "Output"
MAX_ID = 999_999_999


def id_key(identifier: str) -> tuple[str, int, str]:
    """Sort key that puts ``n2`` before ``n10``."""
    head = identifier.rstrip("0123456789")
    tail = identifier[len(head) :]
    return (head, int(tail) if tail else -1, identifier)


@dataclass(slots=True)
class Node:
    """One box on the canvas.

    ``type`` is a catalogue name; for a block's use it is ``"Block"`` and ``block`` names the
    definition. ``params`` holds only what the person set (everything else is the catalogue's
    default or inferred); for a block's use these are its exposed parameters and ``repeat``.
    """

    id: str
    type: str
    name: str
    params: dict[str, Value] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0
    block: str | None = None
    shares: str | None = None
    note: str = ""
    off: str = ""
    """``"bypass"``: what arrives at its first input leaves at its first output; ``"mute"``: nothing leaves.
    Either way the node is no part of the network; see :mod:`graph.effective`."""
    collapsed: bool = False
    """Shown as a small tile."""
    pinned: bool = False
    """Automatic layout leaves it where it is."""
    frozen: bool = False
    """Training leaves its weights as they are (those of everything inside, for a block's use)."""
    rate: float = 1.0
    """Its weights learn with the learning rate times this; inside a block, times the block's own."""
    start: str = ""
    """How its weights begin ("he_normal", "constant 0.5"); empty: as the rest of the network."""


@dataclass(slots=True)
class Edge:
    """A wire from an output port to an input port. ``order`` sorts the wires of a variadic port."""

    id: str
    source: str
    source_port: str
    target: str
    target_port: str
    order: int = 0


@dataclass(slots=True)
class Frame:
    """A titled, coloured rectangle behind nodes."""

    id: str
    title: str
    x: float
    y: float
    width: float
    height: float
    color: str = "grey"


@dataclass(slots=True)
class Exposed:
    """A parameter a block shows to whoever uses it. Inside, nodes refer to it by expressions."""

    name: str
    default: Value
    help: str = ""


@dataclass(slots=True)
class Graph:
    """A network or a block definition. ``name`` becomes the class name in the generated code.

    A block with ``code`` is written in Python (:mod:`graph.custom`): one class or function, whose arguments
    are its Input nodes and whose returned values are its Output nodes; it holds no other nodes and no wires.
    """

    id: str
    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    parameters: list[Exposed] = field(default_factory=list)
    help: str = ""
    code: str = ""

    def ordered(self, kind: str) -> list[Node]:
        """The ``Input`` or ``Output`` nodes in port order (their ``index``, then age)."""
        found = [node for node in self.nodes.values() if node.type == kind]
        return sorted(found, key=lambda node: (_index(node), id_key(node.id)))

    @property
    def inputs(self) -> list[Node]:
        return self.ordered(INPUT)

    @property
    def outputs(self) -> list[Node]:
        return self.ordered(OUTPUT)

    def edges_into(self, node: str, port: str | None = None) -> list[Edge]:
        """Wires that end at a node (at one port), in port order for variadic ports."""
        found = [
            edge for edge in self.edges.values() if edge.target == node and port in (None, edge.target_port)
        ]
        return sorted(found, key=edge_key)

    def edges_from(self, node: str, port: str | None = None) -> list[Edge]:
        """Wires that start at a node (at one port)."""
        found = [
            edge for edge in self.edges.values() if edge.source == node and port in (None, edge.source_port)
        ]
        return sorted(found, key=lambda edge: id_key(edge.id))

    def edges_of(self, nodes: Iterable[str]) -> list[Edge]:
        """Wires that touch any of the nodes."""
        wanted = set(nodes)
        return [edge for edge in self.edges.values() if edge.source in wanted or edge.target in wanted]

    def names(self) -> set[str]:
        return {node.name for node in self.nodes.values()}

    def fresh_ids(self, prefix: str, count: int = 1) -> list[str]:
        """New ids never used by a present node, edge or frame of this graph."""
        return _fresh(prefix, [*self.nodes, *self.edges, *self.frames], count)


def _fresh(prefix: str, taken: Iterable[str], count: int) -> list[str]:
    """Ids behind the highest number in use, or in the gaps when that is close to the largest allowed."""
    keys = map(id_key, taken)
    used = {number for head, number, _ in keys if head == prefix}
    first = max(used, default=0) + 1
    if first + count <= MAX_ID:
        return [f"{prefix}{first + offset}" for offset in range(count)]
    free = (number for number in range(1, MAX_ID) if number not in used)
    return [f"{prefix}{number}" for number in islice(free, count)]


def _index(node: Node) -> int:
    index = node.params.get("index", 0)
    return index if isinstance(index, int) else 0


def edge_key(edge: Edge) -> tuple[int, tuple[str, int, str]]:
    return (edge.order, id_key(edge.id))


@dataclass(slots=True)
class Step:
    """One step of the data's preparation. Kinds live in :mod:`runtime.data.steps`.

    ``where`` is ``"all"`` (every sample, training or not) or ``"train"`` (only what is trained on, drawn anew
    each time); ``off`` keeps the step in the list without doing it.
    """

    kind: str
    options: dict[str, Value] = field(default_factory=dict)
    where: str = "all"
    off: bool = False


@dataclass(slots=True)
class DataChoice:
    """Which data source feeds the project, its options, and how its samples are prepared, step by step.
    Sources live in :mod:`runtime.data`."""

    source: str = ""
    options: dict[str, Value] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Training:
    """How the project is trained. Choices are names known to :mod:`runtime`; numbers are plain."""

    recipe: str = "supervised"
    loss: str = "cross_entropy"
    optimizer: str = "Adam"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 0.0
    schedule: str = "constant"
    schedule_options: dict[str, Value] = field(default_factory=dict)
    epochs: int = 10
    batch_size: int = 64
    seed: int = 0
    validation_fraction: float = 0.15
    test_fraction: float = 0.15
    initialisation: str = "default"
    device: str = "auto"
    threads: int = 0
    options: dict[str, Value] = field(default_factory=dict)
    code: str = ""
    """A recipe of the person's own (``recipe`` is then "own"), Python that runs only once it is trusted."""


@dataclass(slots=True)
class Project:
    """Everything a ``.loom`` file holds."""

    title: str = "Untitled"
    networks: dict[str, Graph] = field(default_factory=dict)
    blocks: dict[str, Graph] = field(default_factory=dict)
    data: DataChoice = field(default_factory=DataChoice)
    training: Training = field(default_factory=Training)
    view: dict[str, Value] = field(default_factory=dict)
    notes: str = ""
    weights: str = ""
    """Name of a safetensors file that training starts from (:mod:`runtime.weights`); its keys are those of the
    first network's generated module."""

    def graph(self, graph_id: str) -> Graph:
        """The network or block with this id; ``KeyError`` when there is none."""
        return self.networks[graph_id] if graph_id in self.networks else self.blocks[graph_id]

    def has_graph(self, graph_id: str) -> bool:
        return graph_id in self.networks or graph_id in self.blocks

    def graphs(self) -> Iterator[Graph]:
        yield from self.networks.values()
        yield from self.blocks.values()

    @property
    def main(self) -> Graph:
        """The first network."""
        return next(iter(self.networks.values()))

    def fresh_graph_id(self, prefix: str) -> str:
        """A new id for a network (prefix ``g``) or a block (prefix ``b``)."""
        return self.fresh_graph_ids(prefix, 1)[0]

    def fresh_graph_ids(self, prefix: str, count: int) -> list[str]:
        """Several new ids at once."""
        return _fresh(prefix, [*self.networks, *self.blocks], count)

    def copy(self) -> Project:
        """A deep copy that shares nothing mutable."""
        return copy.deepcopy(self)

"""Layers between an Input and the rest of a network that takes samples of another kind. No widgets in here."""

from __future__ import annotations

from dataclasses import replace

from graph.edits import AddNodes, Connect, Disconnect, Edit, Move, SetParams
from graph.facts import DataFacts, Feed
from graph.model import Edge, Graph, Node, Project
from graph.operations import new_node

TAKES_VECTORS = ("float32", "float16", "bfloat16", "float64")


def inserted_edits(project: Project, facts: DataFacts) -> list[Edit]:
    """Edits after which networks of vectors take token numbers (through an embedding) and networks of a row of
    numbers take pictures (flattened). None where that is not the matter."""
    edits: list[Edit] = []
    for place, network in enumerate(project.networks.values()):
        asks = facts.of(place)
        if asks is None or network.code or len(network.inputs) != 1 or len(asks.feeds) != 1:
            continue
        entry, feed = network.inputs[0], asks.feeds[0]
        shape, dtype = entry.params.get("shape"), entry.params.get("dtype", TAKES_VECTORS[0])
        if not isinstance(shape, tuple) or dtype not in TAKES_VECTORS or feed.shape is None:
            continue
        width = shape[-1] if shape else None
        if feed.count and feed.dtype == "int64" and len(feed.shape) == 1 and len(shape) == 2:
            if isinstance(width, int) and width > 0:
                # as long as the vectors the network took before: the letters of a text, one-hot, say
                made = new_node(project, network, "Embedding", entry.x, entry.y)
                sizes = {"num_embeddings": feed.count, "embedding_dim": width}
                edits += _behind(network, entry, replace(made, params={**made.params, **sizes}), feed)
        elif feed.dtype in TAKES_VECTORS and len(shape) == 1 and len(feed.shape) > 1 and -1 not in feed.shape:
            edits += _behind(network, entry, new_node(project, network, "Flatten", entry.x, entry.y), feed)
    return edits


def _behind(network: Graph, entry: Node, made: Node, feed: Feed) -> list[Edit]:
    """The Input takes the samples and the new node feeds what it fed; it makes room for it."""
    assert feed.shape is not None
    wires = network.edges_from(entry.id)
    if not wires:
        return []
    ids = network.fresh_ids("e", len(wires) + 1)
    edges = [Edge(ids[0], entry.id, wires[0].source_port, made.id, "input")]
    edges += [
        replace(wire, id=key, source=made.id, source_port="output")
        for wire, key in zip(wires, ids[1:], strict=True)
    ]
    step = min(network.nodes[wire.target].x for wire in wires) - entry.x
    edits: list[Edit] = [
        SetParams(network.id, entry.id, {"shape": feed.shape, "dtype": feed.dtype}),
        AddNodes(network.id, [made]),
        Disconnect(network.id, [wire.id for wire in wires]),
        Connect(network.id, edges),
    ]
    if step > 0:
        edits.append(Move(network.id, {entry.id: (entry.x - step, entry.y)}))
    return edits

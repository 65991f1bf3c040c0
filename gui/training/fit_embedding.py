"""Token numbers for a network that takes vectors: an embedding goes between its input and the rest. No widgets."""

from __future__ import annotations

from dataclasses import replace

from graph.edits import AddNodes, Connect, Disconnect, Edit, Move, SetParams
from graph.model import Edge, Project
from graph.operations import new_node
from runtime.data import DataError, prepared_schema

TAKES_VECTORS = ("float32", "float16", "bfloat16", "float64")


def embedding_edits(project: Project) -> list[Edit]:
    """Edits after which the one input of a network of sequences takes token numbers. Its vectors are as long as
    those the network took before (the letters of a text, one-hot, say). None where the data has no tokens."""
    try:
        schema = prepared_schema(project.data)
    except DataError:
        return []
    network = project.main
    if schema.kind != "tokens" or schema.input_dtype != "int64" or len(schema.input_shape) != 1:
        return []
    if len(network.inputs) != 1 or network.code:
        return []
    entry = network.inputs[0]
    shape = entry.params.get("shape")
    wires = network.edges_from(entry.id)
    dtype = entry.params.get("dtype", TAKES_VECTORS[0])
    if not isinstance(shape, tuple) or len(shape) != 2 or dtype not in TAKES_VECTORS or not wires:
        return []
    width = shape[-1]
    if not isinstance(width, int) or width < 1:
        return []
    made = new_node(project, network, "Embedding", entry.x, entry.y)
    rows = len(schema.vocabulary) or schema.class_count
    made = replace(made, params={**made.params, "num_embeddings": rows, "embedding_dim": width})
    ids = network.fresh_ids("e", len(wires) + 1)
    port = wires[0].source_port
    edges = [Edge(ids[0], entry.id, port, made.id, "input")]
    edges += [
        replace(wire, id=key, source=made.id, source_port="output")
        for wire, key in zip(wires, ids[1:], strict=True)
    ]
    step = min(network.nodes[wire.target].x for wire in wires) - entry.x
    edits: list[Edit] = [
        SetParams(network.id, entry.id, {"shape": tuple(schema.input_shape), "dtype": schema.input_dtype}),
        AddNodes(network.id, [made]),
        Disconnect(network.id, [wire.id for wire in wires]),
        Connect(network.id, edges),
    ]
    if step > 0:
        edits.append(Move(network.id, {entry.id: (entry.x - step, entry.y)}))
    return edits

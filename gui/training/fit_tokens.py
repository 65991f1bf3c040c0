"""Making the tables of a network as long as the data's vocabulary: what whole numbers meet first, and what shares
their number. No widgets in here."""

from __future__ import annotations

from collections.abc import Iterator

from graph.edits import SetParams
from graph.facts import DataFacts
from graph.model import BLOCK, Graph, Project
from graph.tables import Table, embeddings, positions


def table_edits(project: Project, facts: DataFacts) -> list[SetParams]:
    """Edits after which each number that may come has a row in the embeddings it meets, and each place of a text a
    position. None where everything fits."""
    wanted: dict[tuple[str, str, str], tuple[Table, int]] = {}
    for table, size in _wishes(project, facts):
        if table.size != size:
            wanted[table.key] = (table, size)
    return [
        SetParams(table.graph.id, table.node.id, {table.param: value})
        for table, size in wanted.values()
        if (value := table.written(size)) is not None
    ]


def _wishes(project: Project, facts: DataFacts) -> Iterator[tuple[Table, int]]:
    """Tables and how long they are to be."""
    for place, network in enumerate(project.networks.values()):
        asks = facts.of(place)
        for entry, feed in zip(network.inputs, asks.feeds if asks is not None else (), strict=False):
            if not feed.count:
                continue
            for table in embeddings(project.blocks, network, entry):
                yield table, feed.count
                yield from _same(network, table, feed.count)
            length = feed.shape[0] if feed.shape else -1
            for table in positions(network, entry):
                if table.size < length:
                    yield table, length


def _same(network: Graph, table: Table, size: int) -> Iterator[tuple[Table, int]]:
    """Other blocks of the network that are told the same number by the same name (a head that shares it)."""
    if table.node.type != BLOCK or table.graph is not network:
        return
    for node in network.nodes.values():
        value = node.params.get(table.param)
        if node is not table.node and node.type == BLOCK and value == table.size and isinstance(value, int):
            yield Table(table.place, network, node, table.param, value), size

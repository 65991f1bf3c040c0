"""Whether nodes that share their weights can: a module has one size, whatever it is called with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Complaint
from graph.model import Graph, Node
from graph.values import shown

if TYPE_CHECKING:
    from graph.inferred import NodeShapes


def unlike(graph: Graph, blocks: Mapping[str, Graph],
           found: Mapping[str, NodeShapes]) -> Iterator[tuple[Node, Complaint]]:  # fmt: skip
    """The nodes whose input asks for other weights than those they share, as far as shapes are known."""
    for node in graph.nodes.values():
        if node.shares is None or node.id not in found or node.shares not in found:
            continue
        owner = graph.nodes[node.shares]
        difference = _difference(node, blocks, found[owner.id], found[node.id])
        if difference is None:
            continue
        what, first, second = difference
        yield node, Complaint(
            f"shares the weights of “{owner.name}”, which has {what} = {first}, but needs {what} = {second} for "
            "its own input. Give both the same size, or stop sharing",
            expected=f"{what} = {first}",
            got=f"{what} = {second}",
        )  # fmt: skip


def _difference(
    node: Node, blocks: Mapping[str, Graph], first: NodeShapes, second: NodeShapes
) -> tuple[str, str, str] | None:
    """The first parameter of a module in which two uses differ, and its values."""
    if first.state != "ok" or second.state != "ok":
        return None
    if node.block is None:
        layer = CATALOGUE.get(node.type)
        for param in layer.params if layer is not None and layer.module is not None else ():
            one, two = first.values.get(param.name), second.values.get(param.name)
            if param.code and one != two:
                return param.name, shown(one), shown(two)
        return None
    block = blocks.get(node.block)
    for one, two in zip(first.inner, second.inner, strict=False) if block is not None else ():
        for inside in block.nodes.values() if block is not None else ():
            if inside.id in one.nodes and inside.id in two.nodes:
                found = _difference(inside, blocks, one.nodes[inside.id], two.nodes[inside.id])
                if found is not None:
                    return (f"{inside.name}.{found[0]}", *found[1:])
    return None

"""The ports of any node: a layer's from the catalogue, a block use's from the block's own boundary."""

from __future__ import annotations

from graph.catalogue.spec import Port
from graph.checks import layer_type
from graph.model import BLOCK, Graph, Node, Project
from graph.overtime import runs_over_time, states
from graph.values import BadValue


def in_ports(project: Project, node: Node) -> tuple[Port, ...]:
    """Input ports in order; none for a block that is gone or a type that is not known."""
    if node.type == BLOCK:
        block = project.blocks.get(node.block or "")
        if block is None:
            return ()
        free = states(block) if runs_over_time(node) else ()
        return tuple(Port(item.name, "any", optional=item.name in free) for item in block.inputs)
    try:
        return layer_type(node.type).inputs
    except BadValue:
        return ()


def out_ports(project: Project, node: Node) -> tuple[Port, ...]:
    """Output ports in order; none for a block that is gone or a type that is not known."""
    if node.type == BLOCK:
        block = project.blocks.get(node.block or "")
        return tuple(Port(item.name, "any") for item in block.outputs) if block else ()
    try:
        return layer_type(node.type).out_ports(node.params)
    except BadValue:
        return ()


def next_index(graph: Graph, kind: str) -> int:
    """The ``index`` that puts a new Input or Output behind those there are."""
    present = graph.ordered(kind)
    last = present[-1].params.get("index", 0) if present else -1
    highest = layer_type(kind).param("index").maximum or 0
    return min(max(len(present), last + 1 if isinstance(last, int) else 0), int(highest))

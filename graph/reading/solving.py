"""Which arguments of a block's use give the numbers that a text shows for the inside of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.model import Graph, Node
from graph.values import BadValue, Expr, Value, expressions, resolve

LARGEST = 16_384


def solved(block: Graph, use: Node, wanted: Mapping[tuple[str, str], Value]) -> dict[str, Value] | None:
    """New values for parameters of ``use`` so that the block's nodes have the ``wanted`` values, by node and
    parameter; ``None`` where no choice does. Values of the block that are numbers must be right already."""
    given: dict[str, Value] = {item.name: item.default for item in block.parameters}
    given |= {key: value for key, value in use.params.items() if key in given}
    changed: dict[str, Value] = {}
    for (node_id, name), value in wanted.items():
        written = block.nodes[node_id].params.get(name)
        if not isinstance(written, Expr) or isinstance(value, Expr):
            continue
        names = expressions(written)
        if _value(written, given | changed) == value:
            continue
        if len(names) != 1 or names & changed.keys() or type(value) is not int:
            return None
        (one,) = names
        found = next((n for n in range(LARGEST) if _value(written, {one: n}) == value), None)
        if found is None:
            return None
        changed[one] = found
    final = given | changed
    for (node_id, name), value in wanted.items():
        written = block.nodes[node_id].params.get(name)
        if expressions(written) and _value(written, final) != value and not expressions(value):
            return None
    return changed or None


def _value(written: Value, names: Mapping[str, Value]) -> Any:
    try:
        return resolve(written, names)
    except BadValue:
        return None

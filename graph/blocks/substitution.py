"""Putting values in the place of a block's parameters: the inside as one use sees it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from graph.checks import layer_type
from graph.model import BLOCK, Node
from graph.values import BadValue, Expr, Value, evaluate, names_in, parse, shown


def substituted(value: Value, bindings: Mapping[str, Value]) -> Value:
    """The value with names replaced: by numbers where all are known, else by the outer expressions.

    ``planes * 4`` under ``planes = width + 1`` becomes ``(width + 1) * 4``. Raises
    :class:`graph.values.BadValue` for arithmetic on what is no number, or a text that gets too long.
    """
    if isinstance(value, tuple):
        return tuple(substituted(item, bindings) for item in value)
    if not isinstance(value, Expr):
        return value
    used = names_in(value.text) & bindings.keys()
    if value.text.strip() in used:
        return bindings[value.text.strip()]
    if not used:
        return value
    if used == names_in(value.text) and not any(isinstance(bindings[name], Expr) for name in used):
        return evaluate(value.text, bindings)
    tree = _Names(value.text, bindings).visit(copy.deepcopy(parse(value.text)))
    text = ast.unparse(tree)
    parse(text)
    return Expr(text)


class _Names(ast.NodeTransformer):
    def __init__(self, text: str, bindings: Mapping[str, Value]) -> None:
        self.text = text
        self.bindings = bindings

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self.bindings:
            return node
        value = self.bindings[node.id]
        if isinstance(value, Expr):
            return copy.deepcopy(parse(value.text))
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadValue(f"“{self.text}” calculates with {shown(value)}, which is not a number.")
        return parse(repr(value))


def substituted_params(node: Node, bindings: Mapping[str, Value]) -> dict[str, Value]:
    """A node's parameters with names replaced; what comes to "not set" is left out."""
    found = {}
    for name, value in node.params.items():
        after = substituted(value, bindings)
        if after is None and value is not None and node.type != BLOCK:
            param = next((item for item in layer_type(node.type).params if item.name == name), None)
            if param is None or not param.optional:
                continue
        found[name] = after
    return found

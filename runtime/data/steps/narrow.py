"""The text of a step as a script has it: nothing in it about masks and boxes where the data has none.

The classes of :mod:`runtime.data.steps.code` name what moves together as ``pictures``, ``masks`` and ``boxes``
(``tuple[str, ...]``), go through each in a loop of its own, and hand all three on as ``self.moved``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any

MOVED = ("pictures", "masks", "boxes")
LINE = 110
_NAMES = "tuple[str, ...]"


def not_needed(arguments: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """Which of :data:`MOVED` no step is given: then only the inputs are pictures, and there are no masks or boxes."""
    return frozenset(
        name for name in MOVED if not any(isinstance(given.get(name), tuple) for given in arguments)
    )


def narrowed(text: str, without: Collection[str]) -> str:
    """The definition less its parameters, loops and attributes for ``without``; without "pictures" the loop over them
    becomes a statement about the inputs."""
    if not without:
        return text
    lines = text.split("\n")
    changes: list[tuple[int, int, list[str]]] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and any(_is_moved(arg, without) for arg in node.args.args):
            changes.append((node.lineno - 1, node.body[0].lineno - 1, _header(node, without)))
        elif isinstance(node, ast.For) and _name(node.iter) in without:
            body = lines[node.body[0].lineno - 1 : node.end_lineno]
            kept = [line[4:].replace("[name]", '["input"]') for line in body]
            changes.append((node.lineno - 1, _end(node), kept if _name(node.iter) == "pictures" else []))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            values = [value for value in node.value.elts if _name(value) not in without]
            if len(values) < len(node.value.elts):
                changes.append((node.lineno - 1, _end(node), _assignment(node, without)))
    for first, last, new in sorted(changes, reverse=True):
        lines[first:last] = new
    found = "\n".join(lines)
    if "pictures" in without:
        found = found.replace("[pictures[0]]", '["input"]')
    if len(without) == len(MOVED):
        found = found.replace(", *self.moved", "")
    return found


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _name(node: ast.expr) -> str:
    """``masks`` and ``self.masks`` alike."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_moved(arg: ast.arg, without: Collection[str]) -> bool:
    return arg.arg in without and arg.annotation is not None and ast.unparse(arg.annotation) == _NAMES


def _header(node: ast.FunctionDef, without: Collection[str]) -> list[str]:
    """``def …:`` with the parameters that are left, as a formatter would break it."""
    given = node.args.args
    first = len(given) - len(node.args.defaults)
    parts = []
    for number, arg in enumerate(given):
        if not _is_moved(arg, without):
            value = f" = {_literal(node.args.defaults[number - first])}" if number >= first else ""
            parts.append(f"{ast.unparse(arg)}{value}")
    indent = " " * node.col_offset
    back = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    line = f"{indent}def {node.name}({', '.join(parts)}){back}:"
    if len(line) <= LINE:
        return [line]
    inner = f"{indent}    {', '.join(parts)}"
    each = [inner] if len(inner) <= LINE else [f"{indent}    {part}," for part in parts]
    return [f"{indent}def {node.name}(", *each, f"{indent}){back}:"]


def _literal(node: ast.expr) -> str:
    return ast.unparse(node).replace("'", '"')


def _assignment(node: ast.Assign, without: Collection[str]) -> list[str]:
    """An assignment of several names, or of a tuple of them, with those that are left."""
    assert isinstance(node.value, ast.Tuple)
    (target,) = node.targets
    values = [value for value in node.value.elts if _name(value) not in without]
    if not values:
        return []
    if isinstance(target, ast.Tuple):
        kept = [
            ast.unparse(place)
            for place, value in zip(target.elts, node.value.elts, strict=True)
            if _name(value) not in without
        ]
        left, right = ", ".join(kept), ", ".join(_literal(value) for value in values)
    else:
        left, right = ast.unparse(target), _literal(ast.Tuple(values, ast.Load()))
    return [f"{' ' * node.col_offset}{left} = {right}"]

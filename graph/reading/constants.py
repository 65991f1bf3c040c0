"""Numbers, strings and tuples in a text, and arithmetic over a class's arguments. Nothing is evaluated but
the handful of operations listed here."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from graph.reading.sketch import SELF, CannotRead
from graph.values import MAX_INT, BadValue, Expr, canonical

_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip
_KNOWN = {
    "math.pi": math.pi,
    "math.inf": math.inf,
    "math.e": math.e,
    "torch.float32": "float32",
    "torch.float": "float32",
    "torch.int64": "int64",
    "torch.long": "int64",
    "torch.bool": "bool",
}
_CALLS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "int": int,
    "math.sqrt": math.sqrt,
    "math.log": math.log,
}
NOTHING: Any = object()
"""What :func:`constant` gives for a text that is no constant."""

Lookup = Callable[[str], Any]
"""From a name (``planes`` or ``self.scale``) to its value, or :data:`NOTHING`."""


def dotted(tree: ast.AST) -> str:
    """``torch.nn.Linear`` of its tree; empty when it is something else."""
    parts: list[str] = []
    while isinstance(tree, ast.Attribute):
        parts.append(tree.attr)
        tree = tree.value
    if not isinstance(tree, ast.Name):
        return ""
    return ".".join([tree.id, *reversed(parts)])


def constant(tree: ast.AST, lookup: Lookup) -> Any:
    """The value of a constant expression, or :data:`NOTHING`; :class:`CannotRead` for arithmetic that a block
    cannot hold."""
    if isinstance(tree, ast.Constant):
        return tree.value if tree.value is None or type(tree.value) in (bool, int, float, str) else NOTHING
    if isinstance(tree, (ast.Name, ast.Attribute)):
        name = dotted(tree)
        if name in _KNOWN:
            return _KNOWN[name]
        return (
            lookup(name) if name and (isinstance(tree, ast.Name) or name.startswith(SELF + ".")) else NOTHING
        )
    if isinstance(tree, (ast.Tuple, ast.List)):
        items = [constant(item, lookup) for item in tree.elts]
        return NOTHING if any(item is NOTHING for item in items) else tuple(items)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.USub, ast.UAdd, ast.Not)):
        value = constant(tree.operand, lookup)
        if value is NOTHING or isinstance(tree.op, ast.UAdd):
            return value
        if isinstance(tree.op, ast.Not):
            return not value if isinstance(value, bool) else NOTHING
        if isinstance(value, Expr):
            return _expression(f"-({value.text})", tree)
        return -value if type(value) in (int, float) else NOTHING
    if isinstance(tree, ast.BinOp):
        return _arithmetic(tree, lookup)
    if isinstance(tree, ast.Call):
        return _call(tree, lookup)
    return NOTHING


def _arithmetic(tree: ast.BinOp, lookup: Lookup) -> Any:
    left, right = constant(tree.left, lookup), constant(tree.right, lookup)
    if left is NOTHING or right is NOTHING:
        return NOTHING
    if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(tree.op, ast.Add):
        return left + right
    sides = (left, right)
    if any(isinstance(side, Expr) for side in sides):
        if any(not isinstance(side, Expr) and type(side) not in (int, float) for side in sides):
            return NOTHING
        sign = _SIGNS.get(type(tree.op))
        if sign is None:
            raise CannotRead("with an argument of the class only + - * // % and ** can be calculated.", tree)
        return _expression(f"({_text(left)}) {sign} ({_text(right)})", tree)
    if any(type(side) not in (int, float) for side in sides) or type(tree.op) not in _NUMBERS:
        return NOTHING
    if isinstance(tree.op, ast.Pow) and (abs(right) > 64 or abs(left) > 10_000):
        raise CannotRead("this power is too large a number.", tree)
    try:
        found = _NUMBERS[type(tree.op)](left, right)
    except (ZeroDivisionError, OverflowError):
        raise CannotRead("this divides by zero or gives a number that is too large.", tree) from None
    if isinstance(found, complex) or (type(found) is int and abs(found) > MAX_INT):
        raise CannotRead("this number is too large.", tree)
    return found


def _text(value: Any) -> str:
    return value.text if isinstance(value, Expr) else repr(value)


def _expression(text: str, where: ast.AST) -> Expr:
    try:
        return Expr(canonical(text))
    except BadValue as error:
        raise CannotRead(str(error), where) from None


def _call(tree: ast.Call, lookup: Lookup) -> Any:
    """``float("inf")``, ``math.sqrt(64)``, ``int(…)``."""
    name = dotted(tree.func)
    if name not in _CALLS or len(tree.args) != 1 or tree.keywords:
        return NOTHING
    value = constant(tree.args[0], lookup)
    if name == "float" and value in ("inf", "-inf"):
        return float(value)
    if type(value) not in (int, float):
        return NOTHING
    try:
        return _CALLS[name](value)
    except (ValueError, OverflowError):
        raise CannotRead(f"{name} cannot take {value}.", tree) from None


def substituted(value: Any, names: Mapping[str, Any]) -> Any:
    """A value with arguments replaced: by numbers or by expressions."""
    if isinstance(value, tuple):
        return tuple(substituted(item, names) for item in value)
    if not isinstance(value, Expr):
        return value
    found = constant(ast.parse(value.text, mode="eval").body, lambda name: names.get(name, Expr(name)))
    return value if found is NOTHING else found


def plus(one: Any, other: Any) -> Any:
    """The sum of two counts, as short as it can be: ``blocks`` for ``1`` and ``blocks - 1``."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    if one == 0 or other == 0:
        return other if one == 0 else one
    if isinstance(one, Expr):
        one, other = other, one
    tree = ast.parse(_text(other), mode="eval").body
    if isinstance(one, int) and isinstance(tree, ast.BinOp) and isinstance(tree.right, ast.Constant):
        number = tree.right.value
        if isinstance(tree.op, (ast.Add, ast.Sub)) and type(number) is int:
            number = (number if isinstance(tree.op, ast.Add) else -number) + one
            left = ast.unparse(tree.left)
            return Expr(left) if number == 0 else Expr(f"{left} {'+' if number > 0 else '-'} {abs(number)}")
    return Expr(canonical(f"{_text(other)} + {_text(one)}"))

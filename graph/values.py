"""Parameter values a document may hold, and the small arithmetic used inside blocks.

A value is ``None``, a bool, an int, a float, a string, a (nested) tuple of numbers, or an
:class:`Expr`: arithmetic over the block's exposed parameters such as ``planes * 4``.
"""

from __future__ import annotations

import ast
import math
import operator
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

MAX_EXPRESSION = 200
MAX_INT = 2**53


class BadValue(ValueError):
    """A value that cannot be used. The text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Expr:
    """Arithmetic over a block's exposed parameters: names, numbers, ``+ - * // % **`` and brackets."""

    text: str

    def __str__(self) -> str:
        return self.text


Value: TypeAlias = None | bool | int | float | str | tuple[Any, ...] | Expr


def shown(value: Any) -> str:
    """A value inside a sentence, never longer than a line."""
    if isinstance(value, Expr):
        value = value.text
    if isinstance(value, str):
        value = "".join(letter if letter.isprintable() else "·" for letter in value[:60])
        return f"“{value}”" if len(value) < 60 else f"“{value[:50]}…”"
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    text = reprlib.repr(value)  # looks only at the start of long and deep things
    return text if len(text) <= 60 else text[:57] + "…"


def _power(base: float, exponent: float) -> float:
    """A power that is quick to work out; what comes of it is checked like any other result."""
    if abs(exponent) > 64 or (base < 0 and exponent != int(exponent)):
        raise OverflowError
    result: float = base**exponent
    return result


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The checked syntax tree of an expression; raises :class:`BadValue` on anything but arithmetic."""
    if len(text) > MAX_EXPRESSION:
        raise BadValue(f"The expression is longer than {MAX_EXPRESSION} characters.")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadValue(f"“{text}” is not an expression. Use names, numbers and + - * // % **.") from None
    for part in ast.walk(tree):
        number = isinstance(part, ast.Constant) and type(part.value) in (int, float)
        known = isinstance(part, ast.BinOp) and type(part.op) in _OPERATORS
        minus = isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)
        leaf = isinstance(part, (ast.Name, ast.Load, ast.USub, *_OPERATORS))
        if not (number or known or minus or leaf):
            raise BadValue(f"“{text}” holds something else than names, numbers and + - * // % **.")
    return tree


def names_in(text: str) -> frozenset[str]:
    """The parameter names an expression uses."""
    return frozenset(part.id for part in ast.walk(parse(text)) if isinstance(part, ast.Name))


def canonical(text: str) -> str:
    """The expression as it is printed in code (normal spacing)."""
    return ast.unparse(parse(text))


def evaluate(text: str, bindings: Mapping[str, Value]) -> Value:
    """The expression's value under the given parameter values."""

    def walk(part: ast.expr) -> Any:
        if isinstance(part, ast.Constant):
            return part.value
        if isinstance(part, ast.Name):
            if part.id not in bindings:
                raise BadValue(f"“{text}” uses “{part.id}”, which is not a parameter of this block.")
            return bindings[part.id]
        if isinstance(part, ast.UnaryOp):
            return -walk(part.operand)
        assert isinstance(part, ast.BinOp)
        left, right = walk(part.left), walk(part.right)
        for side in (left, right):
            if isinstance(side, bool) or not isinstance(side, (int, float)):
                raise BadValue(f"“{text}” calculates with {side!r}, which is not a number.")
        try:
            result = _OPERATORS[type(part.op)](left, right)
        except ZeroDivisionError:
            raise BadValue(f"“{text}” divides by zero.") from None
        except OverflowError:
            raise BadValue(f"“{text}” takes a power that is no number of a usable size.") from None
        if (isinstance(result, float) and not math.isfinite(result)) or abs(result) > MAX_INT:
            raise BadValue(f"“{text}” gives a number that is too large.")
        return result

    return walk(parse(text))


def resolve(value: Value, bindings: Mapping[str, Value]) -> Value:
    """The value with its expressions evaluated."""
    if isinstance(value, Expr):
        return evaluate(value.text, bindings)
    if isinstance(value, tuple):
        return tuple(resolve(item, bindings) for item in value)
    return value


def expressions(value: Value) -> frozenset[str]:
    """All parameter names used anywhere inside a value."""
    if isinstance(value, Expr):
        return names_in(value.text)
    if isinstance(value, tuple):
        return frozenset().union(*(expressions(item) for item in value))
    return frozenset()

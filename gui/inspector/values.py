"""Parameter values to text and back. What cannot be read becomes a sentence."""

from __future__ import annotations

import re
from typing import Any

from graph.catalogue.spec import Param
from graph.values import BadValue, Expr, canonical, names_in

NUMBER = re.compile(r"[+-]?\d+")
FLOAT = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)


def shown(value: Any) -> str:
    """A value as a person writes it: ``3``, ``0.001``, ``1, 28, 28``, ``planes * 4``."""
    if value is None:
        return ""
    if isinstance(value, Expr):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (tuple, list)):
        return ", ".join(shown(item) for item in value)
    return str(value)


def read_number(text: str, param: Param, names: frozenset[str]) -> Any:
    """An int or float within the parameter's range, or (where ``names`` may be used) an expression.

    Raises :class:`BadValue` with a sentence that names the parameter.
    """
    text = text.strip()
    pattern = FLOAT if param.kind == "float" else NUMBER
    if pattern.fullmatch(text):
        value = float(text.replace(",", ".")) if param.kind == "float" else int(text)
        check_number(value, param)
        return value
    return read_expression(text, param, names)


def read_expression(text: str, param: Param, names: frozenset[str]) -> Expr:
    """An expression over the block's parameters."""
    if not names:
        raise BadValue(f"{param.name} must be {param.wanted}, not “{text}”.")
    tree = canonical(text)
    unknown = names_in(tree) - names
    if unknown:
        known = ", ".join(sorted(names))
        raise BadValue(f"“{sorted(unknown)[0]}” is not a parameter of this block. It has {known}.")
    return Expr(tree)


def check_number(value: float, param: Param) -> None:
    """Refuse a number outside of the parameter's range."""
    low, high = param.minimum, param.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        what = param.wanted if param.kind in ("int", "float") else f"whole numbers{_bounds(param)}"
        raise BadValue(f"{param.name} must be {what}, not {shown(value)}.")


def _bounds(param: Param) -> str:
    if param.minimum is not None and param.maximum is not None:
        return f" from {param.minimum:g} to {param.maximum:g}"
    if param.minimum is not None:
        return f" of at least {param.minimum:g}"
    return f" of at most {param.maximum:g}" if param.maximum is not None else ""


def read_shape(text: str, param: Param) -> tuple[int, ...]:
    """``1, 28, 28`` or ``1×28×28`` or ``(1, 28, 28)`` as a tuple; ``T`` stands for -1."""
    inside = text.strip().strip("()[]").strip()
    parts = [part for part in re.split(r"[\s,×x*]+", inside) if part]
    sizes = []
    for part in parts:
        if part == "T":
            part = "-1"
        if not NUMBER.fullmatch(part):
            raise BadValue(f"{param.name} must be {param.wanted}, such as 1, 28, 28; “{part}” is no number.")
        sizes.append(int(part))
    value = param.check(tuple(sizes))
    return tuple(value)


def step(value: float, steps: int, param: Param) -> float:
    """The value some steps up or down: by one, or for a decimal by a tenth of its size."""
    if param.kind != "float":
        result: float = int(value) + steps
    else:
        size = 0.1
        if value:
            from math import floor, log10

            size = 10.0 ** (floor(log10(abs(value)) + 1e-9) - (1 if steps < 0 and _is_power(value) else 0))
            size = min(size, 1.0) if abs(value) >= 1 else size
            size = size if abs(value) >= 1 or param.maximum is None or param.maximum > 1 else min(size, 0.05)
        result = round(value + steps * size, 12)
    if param.minimum is not None:
        result = max(result, param.minimum)
    if param.maximum is not None:
        result = min(result, param.maximum)
    return float(result) if param.kind == "float" else int(result)


def _is_power(value: float) -> bool:
    from math import log10

    return abs(log10(abs(value)) - round(log10(abs(value)))) < 1e-9

"""Arithmetic between tensors and numbers, and comparisons."""

from __future__ import annotations

from typing import Any

from graph.reading.vocabulary import (
    Args,
    Kwargs,
    Reader,
    Reading,
    Unreadable,
    Varying,
    bind,
    is_plain,
    node,
    same,
)
from graph.values import Expr, shown


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _pair(target: str, args: Args, kwargs: Kwargs) -> tuple[Any, Any]:
    given = bind("input, other, alpha=1, out=None", target, args, kwargs)
    if given["alpha"] != 1:
        raise Unreadable(f"{target} is called with alpha={shown(given['alpha'])}, which a node cannot hold.")
    for name in ("input", "other"):
        value = given[name]
        if isinstance(value, (Varying, Expr)):
            raise Unreadable(f"{target} calculates with a size or a parameter, which a node cannot hold.")
        if is_plain(value) and not _number(value):
            raise Unreadable(f"{target} calculates with {shown(value)}, which is no number.")
    if is_plain(given["input"]) and is_plain(given["other"]):
        raise Unreadable(f"{target} calculates with numbers alone, which is no node.")
    return given["input"], given["other"]


def _plus(target: str, args: Args, kwargs: Kwargs) -> Reading:
    a, b = _pair(target, args, kwargs)
    if _number(a) or _number(b):
        value, tensor = (a, b) if _number(a) else (b, a)
        return same(tensor) if value == 0 else node("AddConstant", {"input": tensor}, {"value": float(value)})
    return node("Add", {"inputs": [a, b]})


def _minus(target: str, args: Args, kwargs: Kwargs) -> Reading:
    a, b = _pair(target, args, kwargs)
    if _number(b):
        return same(a) if b == 0 else node("AddConstant", {"input": a}, {"value": -float(b)})
    if _number(a):
        return node("AddConstant", {"input": node("Negate", {"input": b})}, {"value": float(a)})
    return node("Subtract", {"input": a, "other": b})


def _swapped(reader: Reader) -> Reader:
    """``x.__rsub__(y)`` is ``y - x``."""

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        return reader(target, [*args[1::-1], *args[2:]], kwargs)

    return read


def _times(target: str, args: Args, kwargs: Kwargs) -> Reading:
    a, b = _pair(target, args, kwargs)
    if _number(a) or _number(b):
        value, tensor = (a, b) if _number(a) else (b, a)
        return same(tensor) if value == 1 else node("Scale", {"input": tensor}, {"factor": float(value)})
    return node("Multiply", {"inputs": [a, b]})


def _divided(target: str, args: Args, kwargs: Kwargs) -> Reading:
    if kwargs.get("rounding_mode") is not None:
        raise Unreadable(f"{target} rounds, which no node does.")
    a, b = _pair(target, args, {key: value for key, value in kwargs.items() if key != "rounding_mode"})
    if _number(b):
        if b == 0:
            raise Unreadable(f"{target} divides by zero.")
        return same(a) if b == 1 else node("Scale", {"input": a}, {"factor": 1 / b})
    if _number(a):
        inverse = node("Reciprocal", {"input": b})
        return inverse if a == 1 else node("Scale", {"input": inverse}, {"factor": float(a)})
    return node("Divide", {"input": a, "other": b})


def _power(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, exponent", target, args, kwargs)
    if not _number(given["exponent"]) or is_plain(given["input"]):
        raise Unreadable(f"{target} needs a tensor and a number as the exponent.")
    if given["exponent"] == 2:
        return node("Square", {"input": given["input"]})
    return node("Power", {"input": given["input"]}, {"exponent": float(given["exponent"])})


def _zeros(target: str, args: Args, kwargs: Kwargs) -> Reading:
    return node("Scale", {"input": args[0]}, {"factor": 0.0})


def _added_product(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, tensor1, tensor2, value=1", target, args, kwargs)
    product = node("Multiply", {"inputs": [given["tensor1"], given["tensor2"]]})
    if given["value"] != 1:
        product = node("Scale", {"input": product}, {"factor": float(given["value"])})
    return node("Add", {"inputs": [given["input"], product]})


def _extreme(most: str, two: str) -> Reader:
    """``torch.max(a, b)`` compares; along an axis it gives places too, which only ``amax`` leaves out."""

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        given = bind("input, other=None, keepdim=False", target, args, kwargs)
        if given["other"] is not None and not is_plain(given["other"]):
            return node(two, {"input": given["input"], "other": given["other"]})
        raise Unreadable(f"{target} gives values and places; only values along an axis ({most}) are a node.")

    return read


def _compare(kind: str, two: str) -> Reader:
    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        given = bind("input, other", target, args, kwargs)
        if not is_plain(given["other"]) and not is_plain(given["input"]):
            return node(two, given)
        if not _number(given["other"]):
            raise Unreadable(
                f"{target} compares with {shown(given['other'])}; a node compares with a number."
            )
        return node(kind, {"input": given["input"]}, {"value": float(given["other"])})

    return read


def _inverted(target: str, args: Args, kwargs: Kwargs) -> Reading:
    value = bind("input", target, args, kwargs)["input"]
    kind = str(getattr(value, "dtype", "bool")).removeprefix("torch.")
    if kind != "bool":
        raise Unreadable(f"{target} of whole numbers turns their bits, which no node does.")
    return node("LogicalNot", {"input": value})


ARITHMETIC: dict[str, Reader] = {
    "+ torch.add .add .__radd__": _plus,
    "- torch.sub .sub torch.subtract .subtract": _minus,
    "* torch.mul .mul torch.multiply .multiply .__rmul__": _times,
    "/ torch.div .div torch.true_divide .true_divide torch.divide .divide": _divided,
    "** torch.pow .pow": _power,
    "rsub torch.rsub": _swapped(_minus),
    "rdiv": _swapped(_divided),
    "torch.addcmul .addcmul": _added_product,
    ".zero": _zeros,
    "torch.max .max": _extreme("amax", "Maximum"),
    "torch.min .min": _extreme("amin", "Minimum"),
    "== torch.eq .eq": _compare("EqualTo", "Equal"),
    "!= torch.ne .ne": _compare("NotEqualTo", "NotEqual"),
    "> torch.gt .gt": _compare("GreaterThan", "Greater"),
    "< torch.lt .lt": _compare("LessThan", "Less"),
    ">= torch.ge .ge": _compare("GreaterEqualTo", "GreaterEqual"),
    "<= torch.le .le": _compare("LessEqualTo", "LessEqual"),
    "~ torch.bitwise_not .bitwise_not": _inverted,
}

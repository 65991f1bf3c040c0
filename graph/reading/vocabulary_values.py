"""Values that are added up, cast or handed on: reductions, kinds of numbers, sums of products."""

from __future__ import annotations

from graph.catalogue import CATALOGUE
from graph.reading.vocabulary import (
    Args,
    Kwargs,
    Reader,
    Reading,
    Unreadable,
    bind,
    is_plain,
    node,
    same,
    with_name,
)
from graph.reading.vocabulary_rule import Rule
from graph.values import shown


def _same(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``x.contiguous()``, ``x.clone()``: nothing a drawing would show."""
    return same(args[0])


_DTYPES = {
    "torch.float32": "float32", "torch.float": "float32", "torch.int64": "int64", "torch.long": "int64",
    "torch.bool": "bool", ".float": "float32", ".long": "int64", ".bool": "bool",
}  # fmt: skip


def _cast(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``.float()``, ``.to(torch.long)``, ``.type(…)``. A move to a device is none of a drawing's business."""
    other_kind = getattr(args[1], "dtype", None) if len(args) > 1 else None
    if other_kind is not None and other_kind == getattr(args[0], "dtype", None):
        return same(args[0])
    wanted = [target] if target in _DTYPES else [*args[1:], *kwargs.values()]
    found = [_DTYPES[item] for item in wanted if isinstance(item, str) and item in _DTYPES]
    other = [
        item for item in wanted if isinstance(item, str) and item.startswith("torch.") and item not in _DTYPES
    ]
    if other or any(not is_plain(item) for item in wanted):
        raise Unreadable(
            f"{target} to {shown(other[0] if other else 'the kind of another tensor')} is no node."
        )
    kind = getattr(args[0], "dtype", None)
    if not found or (kind is not None and str(kind).removeprefix("torch.") == found[0]):
        return same(args[0])
    return node("Cast", {"input": args[0]}, {"dtype": found[0]})


def _one_hot(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, num_classes", target, args, kwargs)
    numbers = node("OneHot", {"input": given["input"]}, {"num_classes": given["num_classes"]})
    return node("Cast", {"input": numbers}, {"dtype": "int64"})  # the layer gives decimal numbers


def _reduce_all(kind: str) -> Reader:
    """Means and sums: without ``dim`` they take every axis, the batch's too, which no node does."""
    rule = Rule(kind, "input, dim, keepdim=False, dtype=None")

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        return rule(target, args, with_name(kwargs, "axis", "dim"))

    return read


def _spread(kind: str) -> Reader:
    rule = Rule(kind, "input, dim, unbiased=True, keepdim=False")

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        kwargs = dict(kwargs)
        if "correction" in kwargs:
            kwargs["unbiased"] = bool(kwargs.pop("correction"))
        return rule(target, args, kwargs)

    return read


def _norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, ord=2.0, dim=None, keepdim=False, dtype=None" if "vector" in target else \
        "input, p=2.0, dim=None, keepdim=False, dtype=None"  # fmt: skip
    given = bind(text, target, args, kwargs)
    order = given.get("ord", given.get("p"))
    if given["dim"] is None or not isinstance(order, (int, float)):
        raise Unreadable(f"{target} needs the axes and a number as its order.")
    params = {"ord": float(order), "dim": given["dim"], "keepdim": given["keepdim"]}
    return node("Norm", {"input": given["input"]}, params)


def _einsum(target: str, args: Args, kwargs: Kwargs) -> Reading:
    equation, tensors = args[0], args[1:]
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    layer = CATALOGUE.get("Einsum")
    if layer is None or not isinstance(equation, str):
        raise Unreadable(f"{target} with {shown(equation)} is no node.")
    text = equation.replace(" ", "")
    return node("Einsum", {layer.inputs[0].name: list(tensors)}, {"equation": text})


VALUES: dict[str, Reader] = {
    "torch.norm .norm torch.linalg.vector_norm": _norm,
    "F.one_hot": _one_hot,
    ".contiguous torch.clone .clone .requires_grad_ .alias": _same,
    ".to .type .float .long .bool .type_as": _cast,
    "torch.mean .mean": _reduce_all("Mean"),
    "torch.sum .sum": _reduce_all("Sum"),
    "torch.std .std": _spread("Std"),
    "torch.var .var": _spread("Var"),
    "torch.einsum": _einsum,
}

"""Tensors that are cut into pieces: splitting, unbinding, indexing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
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
    with_name,
)
from graph.values import Expr, shown


def _split(target: str, args: Args, kwargs: Kwargs, results: int | None = None) -> Reading:
    given = bind(
        "input, split_size_or_sections, dim=0",
        target,
        args,
        with_name(kwargs, "split_size", "split_size_or_sections"),
    )
    sizes, value = given["split_size_or_sections"], given["input"]
    if isinstance(sizes, int):
        shape = getattr(value, "shape", None)
        total = shape[given["dim"]] if shape is not None else sizes * results if results else None
        if total is None:
            raise Unreadable(f"{target} into pieces of {sizes}: how many there are is not known here.")
        sizes = (sizes,) * (total // sizes) + ((total % sizes,) if total % sizes else ())
    return node("Split", {"input": value}, {"sizes": tuple(sizes), "dim": given["dim"]})


def _split_at(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``tensor_split`` at given places, or into a number of pieces that comes out even."""
    given = bind(
        "input, indices_or_sections, dim=0",
        target,
        args,
        with_name(kwargs, "indices", "indices_or_sections"),
    )
    value, where, dim = given["input"], given["indices_or_sections"], given["dim"]
    shape = getattr(value, "shape", None)
    if shape is None or not isinstance(dim, int) or not is_plain(where):
        raise Unreadable(f"{target}: the sizes of the pieces are not known here.")
    size = shape[dim]
    if isinstance(where, int):
        where = [round(size * part / where) for part in range(1, where)] if size % where == 0 else None
    if where is None:
        raise Unreadable(f"{target} into pieces of different sizes is no node.")
    ends = [0, *where, size]
    sizes = tuple(behind - before for before, behind in pairwise(ends))
    return node("Split", {"input": value}, {"sizes": sizes, "dim": dim})


def _chunk(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, chunks, dim=0", target, args, kwargs)
    if given["chunks"] == 1:
        return same(given["input"])
    return node("Chunk", {"input": given["input"]}, {"chunks": given["chunks"], "dim": given["dim"]})


def _narrow(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, dim, start, length", target, args, kwargs)
    if not all(isinstance(given[name], int) for name in ("dim", "start", "length")):
        raise Unreadable(f"{target} needs numbers.")
    end = given["start"] + given["length"]
    return node(
        "Slice", {"input": given["input"]}, {"dim": given["dim"], "start": given["start"], "end": end}
    )


def _unbind(target: str, args: Args, kwargs: Kwargs, results: int | None = None) -> Reading:
    given = bind("input, dim=0", target, args, kwargs)
    shape = getattr(given["input"], "shape", None)
    count = results or (shape[given["dim"]] if shape is not None else None)
    if count is None:
        raise Unreadable(f"{target}: into how many pieces is not known here.")
    return node("Unbind", {"input": given["input"]}, {"dim": given["dim"], "count": count})


def _item(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``x[:, 0]``, ``x[..., None]``, ``x[:, 1:5:2]``: one node per part, from left to right."""
    value, index = bind("input, index", target, args, kwargs).values()
    parts = list(index) if isinstance(index, tuple) else [index]
    tensors = [at for at, part in enumerate(parts) if not is_plain(part)]
    if tensors:
        return _looked_up(value, parts, tensors)
    if sum(isinstance(part, list) for part in parts) > 1 or any(
        isinstance(part, (bool, str, float, Expr)) for part in parts
    ):
        raise Unreadable(f"Indexing with {shown(index)} is no node.")
    around = [at for at, part in enumerate(parts) if part is Ellipsis]
    if len(around) > 1:
        raise Unreadable("An index holds two ellipses.")
    front = parts[: around[0]] if around else parts
    behind = parts[around[0] + 1 :] if around else []
    reading: Any = value
    axis = 0
    for part in front:
        reading, axis = _index(reading, part, axis, 1)
    axis = -1
    for part in reversed(behind):
        reading, axis = _index(reading, part, axis, -1)
    return reading if isinstance(reading, Reading) else same(reading)


def _looked_up(value: Any, parts: list[Any], tensors: list[int]) -> Reading:
    """``table[index]``, ``x[:, index]``: one tensor of whole numbers, and whole axes in front of it."""
    at = tensors[0]
    rest = [part for part in parts if part is not parts[at]]
    kind = str(getattr(parts[at], "dtype", "int64")).removeprefix("torch.")
    whole = all(isinstance(part, slice) and part == slice(None) for part in rest)
    if len(tensors) > 1 or len(rest) != len(parts) - 1 or not whole or not kind.startswith("int"):
        raise Unreadable("Indexing with several tensors, or with one of true and false, is no node.")
    return node("Lookup", {"input": value, "index": parts[at]}, {"dim": at})


def _index(value: Any, part: Any, axis: int, step: int) -> tuple[Any, int]:
    """One part of an index, and the axis the next one is about."""
    if isinstance(part, list) and part and all(type(item) is int for item in part):
        return node("IndexSelect", {"input": value}, {"indices": tuple(part), "dim": axis}), axis + step
    if part is None:
        return node("Unsqueeze", {"input": value}, {"dim": axis}), axis + step
    if isinstance(part, int):
        return node("Select", {"input": value}, {"dim": axis, "index": part}), axis
    if isinstance(part, slice):
        start, end, stride = part.start, part.stop, part.step
        if any(isinstance(item, Varying) or (item is not None and not isinstance(item, int))
               for item in (start, end, stride)):  # fmt: skip
            raise Unreadable("A slice with ends that are no numbers is no node.")
        if start in (None, 0) and end is None and stride in (None, 1):
            return value, axis + step
        params = {"dim": axis, "start": start or 0, "end": end, "step": stride or 1}
        return node("Slice", {"input": value}, params), axis + step
    raise Unreadable(f"Indexing with {shown(part)} is no node.")


def _counting(reader: Callable[..., Reading]) -> Reader:
    reader.counts_results = True  # type: ignore[attr-defined]
    return reader


PIECES: dict[str, Reader] = {
    "torch.split .split": _counting(_split),
    "torch.chunk .chunk": _chunk,
    "torch.tensor_split .tensor_split": _split_at,
    "torch.narrow .narrow": _narrow,
    "torch.unbind .unbind": _counting(_unbind),
    "[] .__getitem__": _item,
}

"""Tensors in another shape: reshaped, turned, repeated, padded, enlarged."""

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
    rank_of,
    same,
    with_name,
)


def _reshape(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, *shape", target, args, kwargs)
    shape = list(given["shape"])
    if any(isinstance(size, str) for size in shape):
        raise Unreadable(f"{target} looks at the bits of another dtype, which no node does.")
    if not all(is_plain(size) for size in shape):
        raise Unreadable(f"{target} takes a tensor as a size, which a node cannot hold.")
    varying = [at for at, size in enumerate(shape) if isinstance(size, Varying)]
    if len(shape) == 2 and varying == [0] and shape[1] == -1:
        return node("Flatten", {"input": given["input"]})
    if len(varying) > 1 or (varying and -1 in shape):
        raise Unreadable(f"{target} has two sizes that are not known while one draws; only one can be -1.")
    for at in varying:
        shape[at] = -1
    return node("Reshape", {"input": given["input"]}, {"shape": tuple(shape)})


def _expand(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, *size", target, args, kwargs)
    sizes = tuple(given["size"])
    if any(isinstance(size, Varying) for size in sizes):
        raise Unreadable(
            f"{target} repeats something as often as the batch is large, which no node does alone."
        )
    return node("Expand", {"input": given["input"]}, {"sizes": sizes})


def _squeeze(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, dim=None", target, args, kwargs)
    dims = given["dim"]
    if dims is None:
        raise Unreadable(
            f"{target} without dim removes every axis of size 1, the batch's too: name the axis."
        )
    reading: Any = given["input"]
    for dim in sorted(dims if isinstance(dims, (tuple, list)) else [dims], reverse=True):
        reading = node("Squeeze", {"input": reading}, {"dim": dim})
    return reading if isinstance(reading, Reading) else same(reading)


def _turned(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``x.t()``, ``x.T`` and ``x.mT``."""
    value = bind("input", target, args, kwargs)["input"]
    if target != ".mT" and rank_of(value) not in (None, 2):
        raise Unreadable(f"{target} of a tensor with {rank_of(value)} axes: use permute.")
    return node("Transpose", {"input": value}, {"dim0": -2, "dim1": -1})


def _movedim(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, source, destination", target, args, kwargs)
    rank = rank_of(given["input"])
    source, destination = given["source"], given["destination"]
    if rank is None or not all(is_plain(item) for item in (source, destination)):
        raise Unreadable(f"{target} depends on the number of axes, which is not known here: use permute.")
    froms = [item % rank for item in (source if isinstance(source, (tuple, list)) else [source])]
    tos = [item % rank for item in (destination if isinstance(destination, (tuple, list)) else [destination])]
    order = [axis for axis in range(rank) if axis not in froms]
    for to, start in sorted(zip(tos, froms, strict=True)):
        order.insert(to, start)
    return node("Permute", {"input": given["input"]}, {"dims": tuple(order)})


def _along(kind: str, what: str) -> Reader:
    """``roll`` and ``flip`` over several axes are several nodes."""

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        given = bind("input, shifts, dims=None" if what == "shifts" else "input, *dims", target, args, kwargs)
        dims = given["dims"]
        if dims is None or dims == ():
            raise Unreadable(
                f"{target} without dims works on all values at once, the batch's too: name the axes."
            )
        dims = dims if isinstance(dims, (tuple, list)) else (dims,)
        reading: Any = given["input"]
        amounts = given.get("shifts")
        amounts = amounts if isinstance(amounts, (tuple, list)) else [amounts] * len(dims)
        for dim, amount in zip(dims, amounts, strict=True):
            more = {"shifts": amount} if what == "shifts" else {}
            if amount == 0 and what == "shifts":
                continue
            reading = node(kind, {"input": reading}, {"dim": dim, **more})
        return reading if isinstance(reading, Reading) else same(reading)

    return read


def _tiled(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``repeat`` and ``tile``, which may leave out axes in front."""
    given = bind("input, *repeats", target, args, with_name(kwargs, "dims", "repeats"))
    repeats = tuple(given["repeats"])
    rank = rank_of(given["input"])
    if any(isinstance(item, Varying) for item in repeats):
        raise Unreadable(
            f"{target} repeats something as often as the batch is large, which no node does alone."
        )
    if rank is not None and len(repeats) < rank:
        repeats = (1,) * (rank - len(repeats)) + repeats
    return node("Repeat", {"input": given["input"]}, {"repeats": repeats})


def _pad(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, pad, mode=constant, value=None", target, args, kwargs)
    params = {"pad": tuple(given["pad"]), "mode": given["mode"], "value": float(given["value"] or 0)}
    if not any(params["pad"]):
        return same(given["input"])
    return node("Pad", {"input": given["input"]}, params)


def _interpolate(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, size=None, scale_factor=None, mode=nearest, align_corners=None, " \
        "recompute_scale_factor=None, antialias=False"  # fmt: skip
    given = bind(text, target, args, kwargs)
    if given["antialias"] or given["recompute_scale_factor"]:
        raise Unreadable(f"{target} smooths or recomputes its factor, which the node does not.")
    factor = given["scale_factor"]
    if isinstance(factor, (tuple, list)):
        if len(set(factor)) != 1:
            raise Unreadable(f"{target} with a factor for each axis is no node: give it a size.")
        factor = factor[0]
    size = given["size"]
    if isinstance(size, int):
        rank = rank_of(given["input"]) or 4
        size = (size,) * (rank - 2)
    params = {"size": size, "scale_factor": factor, "mode": given["mode"],
              "align_corners": bool(given["align_corners"])}  # fmt: skip
    return node("Interpolate", {"input": given["input"]},
                {key: value for key, value in params.items() if value is not None})  # fmt: skip


SHAPES: dict[str, Reader] = {
    ".view torch.reshape .reshape": _reshape,
    "torch.Tensor.expand .expand": _expand,
    "torch.squeeze .squeeze": _squeeze,
    "torch.t .t .T .mT": _turned,
    "torch.movedim .movedim torch.moveaxis .moveaxis": _movedim,
    "torch.roll .roll": _along("Roll", "shifts"),
    "torch.flip .flip": _along("Flip", "dims"),
    "torch.tile .tile .repeat": _tiled,
    "F.pad torch.nn.functional.pad": _pad,
    "F.interpolate F.upsample": _interpolate,
}

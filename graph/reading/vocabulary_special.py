"""Calls that a line of the table cannot say: indexing, arithmetic with numbers, reshaping, layers as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from graph.catalogue import CATALOGUE
from graph.reading.vocabulary import (
    Reader,
    Reading,
    Unreadable,
    Varying,
    bind,
    is_plain,
    node,
    rank_of,
    same,
)
from graph.values import Expr, shown

Args = Sequence[Any]
Kwargs = Mapping[str, Any]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# -- arithmetic ------------------------------------------------------------------------------------


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


# -- shape -----------------------------------------------------------------------------------------


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


def _split(target: str, args: Args, kwargs: Kwargs, results: int | None = None) -> Reading:
    given = bind(
        "input, split_size_or_sections, dim=0",
        target,
        args,
        _with_name(kwargs, "split_size", "split_size_or_sections"),
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
        _with_name(kwargs, "indices", "indices_or_sections"),
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


def _inverted(target: str, args: Args, kwargs: Kwargs) -> Reading:
    value = bind("input", target, args, kwargs)["input"]
    kind = str(getattr(value, "dtype", "bool")).removeprefix("torch.")
    if kind != "bool":
        raise Unreadable(f"{target} of whole numbers turns their bits, which no node does.")
    return node("LogicalNot", {"input": value})


def _tiled(target: str, args: Args, kwargs: Kwargs) -> Reading:
    """``repeat`` and ``tile``, which may leave out axes in front."""
    given = bind("input, *repeats", target, args, _with_name(kwargs, "dims", "repeats"))
    repeats = tuple(given["repeats"])
    rank = rank_of(given["input"])
    if any(isinstance(item, Varying) for item in repeats):
        raise Unreadable(
            f"{target} repeats something as often as the batch is large, which no node does alone."
        )
    if rank is not None and len(repeats) < rank:
        repeats = (1,) * (rank - len(repeats)) + repeats
    return node("Repeat", {"input": given["input"]}, {"repeats": repeats})


def _with_name(kwargs: Kwargs, old: str, new: str) -> dict[str, Any]:
    return {(new if key == old else key): value for key, value in kwargs.items()}


def _one_hot(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, num_classes", target, args, kwargs)
    numbers = node("OneHot", {"input": given["input"]}, {"num_classes": given["num_classes"]})
    return node("Cast", {"input": numbers}, {"dtype": "int64"})  # the layer gives decimal numbers


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


def _reduce_all(kind: str) -> Reader:
    """Means and sums: without ``dim`` they take every axis, the batch's too, which no node does."""
    from graph.reading.vocabulary_calls import Rule

    rule = Rule(kind, "input, dim, keepdim=False, dtype=None")

    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        if "axis" in kwargs:
            kwargs = {("dim" if key == "axis" else key): value for key, value in kwargs.items()}
        return rule(target, args, kwargs)

    return read


def _spread(kind: str) -> Reader:
    from graph.reading.vocabulary_calls import Rule

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


def _meshgrid(target: str, args: Args, kwargs: Kwargs) -> Reading:
    raise Unreadable(f"{target} makes a grid of coordinates, which is no node.")


# -- layers as functions ---------------------------------------------------------------------------


def _size(value: Any, axis: int) -> int:
    shape = getattr(value, "shape", None)
    if shape is None:
        raise Unreadable("The size of a weight is not known here.")
    return int(shape[axis])


def _stored(kind: str, value: Any, params: dict[str, Any], **weights: Any) -> Reading:
    return node(
        kind, {"input": value}, params, {name: item for name, item in weights.items() if item is not None}
    )


def _linear(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, weight, bias=None", target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    params = {"out_features": _size(weight, 0), "bias": bias is not None}
    return _stored("Linear", given["input"], params, weight=weight, bias=bias)


def _convolution(n: int) -> Reader:
    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        text = "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"
        given = bind(text, target, args, kwargs)
        weight, bias = given["weight"], given["bias"]
        params = {name: given[name] for name in ("stride", "padding", "dilation", "groups")}
        size = tuple(_size(weight, axis) for axis in range(2, 2 + n))
        params.update(out_channels=_size(weight, 0), kernel_size=size, bias=bias is not None)
        return _stored(f"Conv{n}d", given["input"], params, weight=weight, bias=bias)

    return read


def _transposed(n: int) -> Reader:
    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        text = "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
        given = bind(text, target, args, kwargs)
        weight, bias = given["weight"], given["bias"]
        params = {name: given[name] for name in ("stride", "padding", "output_padding", "dilation", "groups")}
        size = tuple(_size(weight, axis) for axis in range(2, 2 + n))
        channels = _size(weight, 1) * given["groups"]
        params.update(out_channels=channels, kernel_size=size, bias=bias is not None)
        return _stored(f"ConvTranspose{n}d", given["input"], params, weight=weight, bias=bias)

    return read


def _layer_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, normalized_shape, weight=None, bias=None, eps=1e-5, ~cudnn_enable=True"
    given = bind(text, target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    if weight is None and bias is not None:
        raise Unreadable(f"{target} with a bias and no weight is no node.")
    params = {"normalized_shape": tuple(given["normalized_shape"]), "eps": given["eps"],
              "elementwise_affine": weight is not None}  # fmt: skip
    if weight is not None:
        params["bias"] = bias is not None
    return _stored("LayerNorm", given["input"], params, weight=weight, bias=bias)


def _rms_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, normalized_shape, weight=None, eps=None", target, args, kwargs)
    weight = given["weight"]
    params = {"normalized_shape": tuple(given["normalized_shape"]), "elementwise_affine": weight is not None}
    if given["eps"] is not None:
        params["eps"] = given["eps"]
    return _stored("RMSNorm", given["input"], params, weight=weight)


def _batch_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, running_mean, running_var, weight=None, bias=None, ~training=False, momentum=0.1, eps=1e-5, " \
        "~cudnn_enabled=True"  # fmt: skip
    given = bind(text, target, args, kwargs)
    weight, bias, mean = given["weight"], given["bias"], given["running_mean"]
    if (weight is None) != (bias is None):
        raise Unreadable(f"{target} with only one of weight and bias is no node.")
    rank = rank_of(given["input"]) or 4
    params = {"eps": given["eps"], "momentum": given["momentum"], "affine": weight is not None,
              "track_running_stats": mean is not None}  # fmt: skip
    kind = f"BatchNorm{max(1, rank - 2)}d"
    return _stored(kind, given["input"], params, weight=weight, bias=bias, running_mean=mean,
                   running_var=given["running_var"])  # fmt: skip


def _instance_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, running_mean=None, running_var=None, weight=None, bias=None, ~use_input_stats=True, " \
        "momentum=0.1, eps=1e-5"  # fmt: skip
    given = bind(text, target, args, kwargs)
    weight, bias, mean = given["weight"], given["bias"], given["running_mean"]
    rank = rank_of(given["input"]) or 4
    params = {"eps": given["eps"], "momentum": given["momentum"], "affine": weight is not None,
              "track_running_stats": mean is not None}  # fmt: skip
    return _stored(f"InstanceNorm{max(1, rank - 2)}d", given["input"], params, weight=weight, bias=bias,
                   running_mean=mean, running_var=given["running_var"])  # fmt: skip


def _group_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, num_groups, weight=None, bias=None, eps=1e-5, ~cudnn_enabled=True"
    given = bind(text, target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    if (weight is None) != (bias is None):
        raise Unreadable(f"{target} with only one of weight and bias is no node.")
    params = {"num_groups": given["num_groups"], "eps": given["eps"], "affine": weight is not None}
    return _stored("GroupNorm", given["input"], params, weight=weight, bias=bias)


def _embedding(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, weight, padding_idx=None, max_norm=None, ~norm_type=2.0, scale_grad_by_freq=False, sparse=False"
    given = bind(text, target, args, kwargs)
    if given["max_norm"] is not None or given["scale_grad_by_freq"] or given["sparse"]:
        raise Unreadable(f"{target} with max_norm, scaled or sparse gradients is no node.")
    weight, index = given["weight"], given["padding_idx"]
    params = {"num_embeddings": _size(weight, 0), "embedding_dim": _size(weight, 1)}
    if index is not None and index >= 0:
        params["padding_idx"] = index
    return _stored("Embedding", given["input"], params, weight=weight)


def _prelu(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, weight", target, args, kwargs)
    return _stored(
        "PReLU", given["input"], {"num_parameters": _size(given["weight"], 0)}, weight=given["weight"]
    )


def _counting(reader: Callable[..., Reading]) -> Reader:
    reader.counts_results = True  # type: ignore[attr-defined]
    return reader


SPECIAL: dict[str, Reader] = {
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
    "torch.norm .norm torch.linalg.vector_norm": _norm,
    ".view torch.reshape .reshape": _reshape,
    "torch.Tensor.expand .expand": _expand,
    "torch.squeeze .squeeze": _squeeze,
    "torch.t .t .T .mT": _turned,
    "torch.movedim .movedim torch.moveaxis .moveaxis": _movedim,
    "torch.roll .roll": _along("Roll", "shifts"),
    "torch.flip .flip": _along("Flip", "dims"),
    "torch.split .split": _counting(_split),
    "torch.chunk .chunk": _chunk,
    "torch.tile .tile .repeat": _tiled,
    "F.one_hot": _one_hot,
    "torch.tensor_split .tensor_split": _split_at,
    "~ torch.bitwise_not .bitwise_not": _inverted,
    "torch.narrow .narrow": _narrow,
    "torch.unbind .unbind": _counting(_unbind),
    "[] .__getitem__": _item,
    ".contiguous torch.clone .clone .requires_grad_ .alias": _same,
    ".to .type .float .long .bool .type_as": _cast,
    "F.pad torch.nn.functional.pad": _pad,
    "F.interpolate F.upsample": _interpolate,
    "torch.mean .mean": _reduce_all("Mean"),
    "torch.sum .sum": _reduce_all("Sum"),
    "torch.std .std": _spread("Std"),
    "torch.var .var": _spread("Var"),
    "torch.einsum": _einsum,
    "F.linear": _linear,
    "F.conv1d torch.conv1d": _convolution(1),
    "F.conv2d torch.conv2d": _convolution(2),
    "F.conv3d torch.conv3d": _convolution(3),
    "F.conv_transpose1d torch.conv_transpose1d": _transposed(1),
    "F.conv_transpose2d torch.conv_transpose2d": _transposed(2),
    "F.conv_transpose3d torch.conv_transpose3d": _transposed(3),
    "F.layer_norm torch.layer_norm": _layer_norm,
    "F.rms_norm torch.rms_norm": _rms_norm,
    "F.batch_norm torch.batch_norm": _batch_norm,
    "F.instance_norm": _instance_norm,
    "F.group_norm torch.group_norm": _group_norm,
    "F.embedding": _embedding,
    "F.prelu torch.prelu": _prelu,
}
"""Readers by the targets they read, separated by blanks."""

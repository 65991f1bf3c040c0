"""What torch code says, as nodes: ``torch.flatten(x, 1)`` is a Flatten, ``nn.Conv2d(3, 8, 3)`` a Conv2d.

Both ways of reading use it: the import of running models and the reader of edited code. Arguments are plain
values (numbers, strings, tuples, slices, expressions); whatever else stands among them is an opaque *handle*
for a tensor and comes back in :attr:`Reading.inputs` as it is. A handle may have a ``shape``; where it does,
calls that depend on the number of axes can be read too.

    read_module("nn.Conv2d", (3, 8, 3), {"padding": 1})   -> Conv2d, params
    read_forward(read_module("nn.LSTM", (8, 16), {}), (x,), {})  -> the same with its inputs
    read_call("torch.flatten", (x, 1), {})                -> Flatten, params, inputs
    read_call(".flatten", (x, 1), {}); read_call("+", (a, b), {}); read_call("[]", (x, index), {})

Targets are written as in code: ``torch.cat``, ``F.relu`` (also ``torch.nn.functional.relu``), methods with a
leading dot, operators by their sign, indexing as ``[]``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType, Param
from graph.values import BadValue, Expr, shown


class Unreadable(ValueError):
    """Code for which there is no node. The text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Varying:
    """A size that changes with the batch, such as ``x.size(0)``. ``source`` is for whoever made it."""

    source: Any = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One node: its type, the parameters that differ from the catalogue's defaults, what feeds it.

    ``inputs`` maps ports to handles, or to further readings where one call becomes several nodes
    (``x[:, 0, 2:]`` is a Slice of a Select). ``weights`` holds the tensors of a functional call that are the
    layer's own state: ``F.linear(x, w, b)`` is a Linear when ``w`` and ``b`` are parameters, and nothing that
    can be drawn when they are computed. The type "" is the value at ``input`` itself (``x.contiguous()``).
    """

    type: str
    params: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, list[Any]] = field(default_factory=dict)
    weights: dict[str, Any] = field(default_factory=dict)

    @property
    def layer(self) -> LayerType:
        return CATALOGUE[self.type]

    @property
    def ports(self) -> tuple[str, ...]:
        """The output ports in the order torch returns the results (nested tuples flattened)."""
        return tuple(port.name for port in self.layer.out_ports(self.params))

    @property
    def handles(self) -> Iterator[Any]:
        """All tensors it is fed from, through nested readings too."""
        for values in self.inputs.values():
            for value in values:
                if isinstance(value, Reading):
                    yield from value.handles
                else:
                    yield value


def same(value: Any) -> Reading:
    """A call that gives its argument back."""
    return Reading("", {}, {"input": [value]})


def is_plain(value: Any) -> bool:
    """Whether a value is data and not a handle of a tensor."""
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, str, slice, Expr, Varying)):
        return True
    return isinstance(value, (tuple, list)) and all(is_plain(item) for item in value)


def rank_of(value: Any) -> int | None:
    """The number of axes of a handle that has a shape."""
    shape = getattr(value, "shape", None)
    return len(shape) if shape is not None else None


# -- making readings -------------------------------------------------------------------------------


def node(type_name: str, inputs: Mapping[str, Any], params: Mapping[str, Any] | None = None,
         weights: Mapping[str, Any] | None = None) -> Reading:  # fmt: skip
    """A checked reading. Values of ``inputs`` are a handle, a list of them, or ``None`` for no wire."""
    layer = CATALOGUE.get(type_name)
    if layer is None:
        raise Unreadable(f"There is no layer type {type_name}.")
    wired: dict[str, list[Any]] = {}
    for port, value in inputs.items():
        if value is None:
            continue
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        for item in values:
            if not isinstance(item, Reading) and is_plain(item):
                raise Unreadable(f"{type_name} takes a tensor at {port}, not {shown(item)}.")
        wired[port] = values
    return Reading(type_name, checked(layer, params or {}), wired, dict(weights or {}))


def checked(layer: LayerType, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in their normal form, those equal to the catalogue's default left out."""
    found = {}
    for name, value in params.items():
        try:
            param = layer.param(name)
        except KeyError:
            raise Unreadable(f"{layer.name} has no parameter {name}.") from None
        value = tidy(param, value)
        if value != param.default or type(value) is not type(param.default):
            found[name] = value
    return found


def tidy(param: Param, value: Any) -> Any:
    """A value as the document holds it: lists as tuples, ``(3, 3)`` as 3; checked."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, list):
        value = tuple(value)
    if isinstance(value, tuple) and any(isinstance(item, Expr) for item in value):
        return value
    if (
        isinstance(value, tuple)
        and len(set(value)) == 1
        and (param.kind == "ints" or (param.kind == "int" and len(value) == 1))
    ):
        value = value[0]
    if param.kind == "shape" and isinstance(value, int) and not isinstance(value, bool):
        value = (value,)
    if param.kind == "int" and isinstance(value, float) and value == int(value):
        value = int(value)
    try:
        return param.check(value)
    except BadValue as bad:
        raise Unreadable(str(bad)) from None


# -- binding arguments -----------------------------------------------------------------------------

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    default: Any = MISSING
    ignored: bool = False
    star: bool = False


@lru_cache(maxsize=2048)
def _signature(text: str) -> tuple[_Argument, ...]:
    """``"input, *dims, ~inplace=False"``: ``*`` takes the rest or one tuple, ``~`` may have any value."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, default = part.partition("=")
        mark = name[0] if name[0] in "*~" else ""
        value = _CONSTANTS.get(default, MISSING) if default else MISSING
        if default and value is MISSING:
            value = float(default) if "." in default or "e" in default else int(default)
        found.append(_Argument(name.lstrip("*~"), value, mark == "~", mark == "*"))
    return tuple(found)


_CONSTANTS: dict[str, Any] = {
    "None": None, "True": True, "False": False, "()": (),
    **{word: word for word in ("mean", "none", "zeros", "constant", "nearest", "bilinear", "ij", "relu", "tanh")},
}  # fmt: skip


def bind(text: str, what: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by name as Python binds them; left-out ones have their default."""
    return _bound(_signature(text), what, args, kwargs)


def _bound(
    arguments: Sequence[_Argument], what: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    left = list(args)
    found: dict[str, Any] = {}
    rest = dict(kwargs)
    for argument in arguments:
        if argument.star:
            if argument.name in rest:
                value = rest.pop(argument.name)
            else:
                value = left[0] if len(left) == 1 and isinstance(left[0], (tuple, list)) else tuple(left)
                left = []
            found[argument.name] = tuple(value) if isinstance(value, (tuple, list)) else (value,)
        elif left:
            found[argument.name] = left.pop(0)
        elif argument.name in rest:
            found[argument.name] = rest.pop(argument.name)
        elif argument.default is MISSING:
            raise Unreadable(f"{what} is called without {argument.name}.")
        else:
            found[argument.name] = argument.default
    if left:
        raise Unreadable(f"{what} is called with {len(args)} arguments, which is more than it can have here.")
    for name, value in rest.items():
        if value is not None:  # dtype=None and the like say nothing
            raise Unreadable(f"{what} is called with {name}, which has no place in a node.")
    return found


def ignored(text: str) -> set[str]:
    return {argument.name for argument in _signature(text) if argument.ignored}


def defaults(text: str) -> dict[str, Any]:
    return {argument.name: argument.default for argument in _signature(text)}


# -- modules ---------------------------------------------------------------------------------------

LOOSE = frozenset({"inplace", "device", "dtype"})
"""Arguments of torch's constructors that say nothing about the function."""


@lru_cache(maxsize=1)
def by_class() -> dict[str, LayerType]:
    """Catalogue entries by the class they stand for: ``nn.Conv2d``. Layers that merely use a class in a way of
    their own (a PatchEmbedding is a Conv2d and more) are not among them."""
    return {
        layer.module: layer
        for layer in CATALOGUE.values()
        if layer.module is not None and layer.module.rpartition(".")[2] == layer.name
    }


@lru_cache(maxsize=512)
def constructor(name: str) -> tuple[_Argument, ...]:
    """The arguments of a class of ``torch.nn`` in torch's own order."""
    from torch import nn

    kind = getattr(nn, name.removeprefix("nn."), None)
    if kind is None:
        raise Unreadable(f"torch has no {name}.")
    return tuple(
        _Argument(item.name, MISSING if item.default is item.empty else item.default, item.name in LOOSE)
        for item in list(inspect.signature(kind.__init__).parameters.values())[1:]
        if item.kind in (item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY)
    )


def arguments_of(name: str) -> tuple[str, ...]:
    """The names of a constructor's arguments."""
    from graph.reading.vocabulary_modules import SIGNATURES

    found = _signature(SIGNATURES.get(name, "")) or constructor(name)
    return tuple(argument.name for argument in found if not argument.ignored)


def read_module(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading:
    """A module from its constructor's arguments. Sizes that follow from the input stay pinned as written."""
    from graph.reading.vocabulary_modules import MODULES, SIGNATURES

    name = name.removeprefix("torch.") if name.startswith("torch.nn.") else name
    special = MODULES.get(name)
    if special is not None:
        return special(args, kwargs)
    layer = by_class().get(name)
    if layer is None:
        raise Unreadable(f"There is no layer for {name}.")
    arguments = _signature(SIGNATURES.get(name, "")) or constructor(name)
    given = _bound(arguments, name, args, kwargs)
    known = {param.name: param for param in layer.params}
    params = {}
    for argument in arguments:
        key, value = argument.name, given[argument.name]
        if argument.ignored:
            continue
        if not is_plain(value):
            raise Unreadable(f"{name} is built with {key}={shown(value)}, which a node cannot hold.")
        if key not in known:
            if value != argument.default:
                raise Unreadable(f"{name} is built with {key}={shown(value)}, which a node cannot hold.")
        elif value is not None or known[key].optional or known[key].inferred is not None:
            params[key] = value
        elif known[key].default is not None and known[key].kind != "bool":
            raise Unreadable(f"{name} is built with {key}=None, which a node cannot hold.")
    return Reading(layer.name, checked(layer, params))


def read_forward(reading: Reading, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reading:
    """The reading of a module with the arguments it is called with: ``self.attention(q, k, v, attn_mask=m)``."""
    from graph.reading.vocabulary_modules import FORWARDS

    special = FORWARDS.get(reading.type)
    if special is not None:
        return special(reading, args, kwargs)
    ports = reading.layer.inputs
    if len(ports) == 1 and ports[0].variadic:
        return replace(reading, inputs={ports[0].name: list(args)})
    text = ", ".join(port.name + ("=None" if port.optional else "") for port in ports)
    if len(args) + len(kwargs) == 1 and len(ports) == 1:
        given = {ports[0].name: [*args, *kwargs.values()][0]}
    else:
        given = bind(text, reading.type, args, kwargs)
    return replace(reading, inputs=node(reading.type, given).inputs)


# -- calls -----------------------------------------------------------------------------------------

Args = Sequence[Any]
Kwargs = Mapping[str, Any]
Reader = Callable[[str, Args, Kwargs], Reading]


def with_name(kwargs: Kwargs, old: str, new: str) -> dict[str, Any]:
    """Keyword arguments with one of them called otherwise, for calls that have two names for it."""
    return {(new if key == old else key): value for key, value in kwargs.items()}


def read_call(
    target: str, args: Sequence[Any], kwargs: Mapping[str, Any], results: int | None = None
) -> Reading:
    """A function, method or operator. ``results`` is how many values the caller takes it apart into, where
    that is known. Raises :class:`Unreadable`."""
    reader = find_reader(target)
    if reader is None:
        raise Unreadable(f"There is no node for {target}.")
    extra = {"results": results} if getattr(reader, "counts_results", False) else {}
    return reader(target, args, kwargs, **extra)


@lru_cache(maxsize=4096)
def find_reader(target: str) -> Reader | None:
    """The reader of a target; in-place methods and operators are read as their plain twins."""
    from graph.reading.vocabulary_calls import CALLS

    target = target.replace("torch.nn.functional.", "F.").replace("nn.functional.", "F.")
    target = target.replace("torch.Tensor.", ".")
    candidates = [target]
    if target.endswith("_") and not target.endswith("__"):
        candidates.append(target[:-1])
    if target.endswith("=") and target not in ("==", "<=", ">=", "!="):
        candidates.append(target[:-1])
    return next((CALLS[name] for name in candidates if name in CALLS), None)

"""Two runs of a model as one trace, in which what grows with the batch is a letter and not a number."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from graph.reading.instances import class_of, read_instance
from graph.reading.vocabulary import Reading, Unreadable, Varying
from graph.tensors import PROBE_SIZES
from runtime.importing.recorder import Call, Recorder, Scope, Untraceable, Value, mapped

MOST_OPAQUE = 12
"""Kinds of modules that may turn out not to be traceable before the whole model counts as one."""
FEW = (2, 3)
"""Batch sizes of the second try, in which numbers are really computed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An input: one sample's shape, and torch's dtype name."""

    shape: tuple[int, ...] = (3, 224, 224)
    dtype: str = "float32"


@dataclass(slots=True)
class Trace:
    """What happened: the root scope with everything in it, and the calls in the order of the run."""

    root: Scope
    calls: list[Call]
    opaque: dict[str, str]
    """Paths of modules that could not be looked into, with the reason."""
    readings: dict[str, Reading]
    """The layers of the catalogue among the modules, by path."""
    looked: bool = False
    """Whether it took real numbers to follow: the model decides by them, and another input may go another way."""


def trace(
    model: nn.Module,
    entries: Sequence[Entry],
    cancelled: Callable[[], bool] = lambda: False,
    closed: Mapping[str, str] | None = None,
) -> Trace:
    """Follow a model in evaluation mode. :class:`Untraceable` when not even its parts can be followed.

    ``closed`` are paths of modules that are not looked into, with the reason.
    """
    readings = layers_of(model)
    opaque: dict[str, str] = dict(closed or {})
    while True:
        if cancelled():
            raise KeyboardInterrupt
        try:
            return _followed(model, entries, readings, opaque)
        except Untraceable as error:
            if error.path == "" or error.path in opaque or len(set(opaque.values())) > MOST_OPAQUE:
                raise
            kind = type(model.get_submodule(error.path))
            for path, module in model.named_modules():
                if type(module) is kind:
                    opaque[path] = str(error)


def layers_of(model: nn.Module) -> dict[str, Reading]:
    """Every module that is a layer of the catalogue, by its path."""
    found = {}
    for path, module in model.named_modules():
        if path == "":
            continue
        try:
            if class_of(module) is not None:
                found[path] = read_instance(module)
        except Unreadable:
            continue  # it is looked into, or becomes a piece of Python
    return found


def _followed(
    model: nn.Module, entries: Sequence[Entry], readings: dict[str, Reading], opaque: dict[str, str]
) -> Trace:
    def is_leaf(path: str, module: nn.Module) -> bool:
        return path in readings or path in opaque

    looked = False
    try:
        buffers = dict(model.named_buffers())
        runs = [  # a copy for each: some models keep things from one run to the next
            _run(without_numbers(model), entries, size, is_leaf, "meta", buffers) for size in PROBE_SIZES["B"]
        ]
        first = _merged(*runs)
    except Untraceable as error:
        # Some models look at the numbers themselves: once more with real ones, on few samples.
        try:
            with torch.no_grad():
                runs = [_run(_copied(model), entries, size, is_leaf, "cpu", None) for size in FEW]
            first = _merged(*runs)
            looked = True
        except Untraceable as second:
            raise (second if second.path else error) from None
    return Trace(first.root, first.calls, dict(opaque), readings, looked)


def without_numbers(model: nn.Module) -> nn.Module:
    """A copy whose parameters and buffers have shapes but no numbers, and so take no memory."""
    memo: dict[int, Any] = {}
    for parameter in model.parameters():
        memo[id(parameter)] = nn.Parameter(
            torch.empty_like(parameter, device="meta"), requires_grad=parameter.requires_grad
        )
    for buffer in model.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(model, memo)


def _copied(model: nn.Module) -> nn.Module:
    """A copy that shares the numbers: a run may leave things behind in a model's attributes."""
    memo: dict[int, Any] = {id(parameter): parameter for parameter in model.parameters()}
    memo |= {id(buffer): buffer for buffer in model.buffers()}
    return copy.deepcopy(model, memo)


def _run(
    model: nn.Module, entries: Sequence[Entry], size: int, is_leaf: Callable[[str, nn.Module], bool], device: str,
    buffers: dict[str, torch.Tensor] | None,
) -> Recorder:  # fmt: skip
    inputs = [example(entry, size, device) for entry in entries]
    recorder = Recorder(model, is_leaf, buffers)
    recorder.run(inputs)
    return recorder


def example(entry: Entry, size: int, device: str = "cpu", seed: int = 0) -> torch.Tensor:
    """A batch of random numbers for an input."""
    shape = (size, *entry.shape)
    if device == "meta":
        return torch.empty(shape, dtype=getattr(torch, entry.dtype), device="meta")
    generator = torch.Generator().manual_seed(seed)
    if entry.dtype in ("int64", "int32"):
        return torch.randint(0, 2, shape, generator=generator, dtype=getattr(torch, entry.dtype))
    return torch.rand(shape, generator=generator).to(getattr(torch, entry.dtype))


# -- two runs as one -------------------------------------------------------------------------------


def _merged(first: Recorder, second: Recorder) -> Recorder:
    """The first run, with the numbers in which the second differs as :class:`Varying`."""
    if len(first.calls) != len(second.calls):
        raise Untraceable("It does different things for batches of different sizes.", "")
    twins: dict[int, Value] = {}
    for one, other in zip(first.calls, second.calls, strict=True):
        where = one.scope.path
        if (one.kind, one.target, where) != (other.kind, other.target, other.scope.path) or len(
            one.values
        ) != len(other.values):
            raise Untraceable("It does different things for batches of different sizes.", where)
        for mine, theirs in zip(one.values, other.values, strict=True):
            mine.shapes.append(theirs.shapes[0])
            if len(mine.shapes[0]) != len(mine.shapes[1]):
                raise Untraceable("It does different things for batches of different sizes.", where)
            twins[id(theirs)] = mine
        if one.kind == "constant" and _repeats(one.tensor, other.tensor, first.batch, second.batch):
            one.kind, one.tensor = "repeated", one.tensor[:1].clone()
        elif one.kind == "constant" and (
            one.tensor.shape != other.tensor.shape
            or not torch.equal(_plain(one.tensor), _plain(other.tensor))
        ):
            raise Untraceable(
                "It makes a tensor whose size or numbers follow from the batch.", _user(one, first)
            )
        one.args = _difference(one.args, other.args, twins, where)
        one.kwargs = _difference(one.kwargs, other.kwargs, twins, where)
    return first


def _repeats(one: torch.Tensor, other: torch.Tensor, size: int, other_size: int) -> bool:
    """Whether two constants hold the same numbers for every sample: the zeros a recurrent network starts from."""
    if one.shape[:1] != (size,) or other.shape[:1] != (other_size,) or one.shape[1:] != other.shape[1:]:
        return False
    row = _plain(one[:1])
    return bool((_plain(one) == row).all()) and bool((_plain(other) == row).all())


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    return torch.nan_to_num(tensor.detach()) if tensor.is_floating_point() else tensor


def _user(constant: Call, run: Recorder) -> str:
    """The module that reads a constant first."""
    for call in run.calls:
        if any(value.call is constant for value in call.read()):
            return call.scope.path
    return ""


def _difference(one: Any, other: Any, twins: dict[int, Value], where: str) -> Any:
    if isinstance(one, Value):
        if twins.get(id(other)) is not one:
            raise Untraceable("It does different things for batches of different sizes.", where)
        return one
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)) and len(one) == len(other):
        items = [_difference(a, b, twins, where) for a, b in zip(one, other, strict=True)]
        return tuple(items) if isinstance(one, tuple) else items
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return {key: _difference(item, other[key], twins, where) for key, item in one.items()}
    if isinstance(one, slice) and isinstance(other, slice):
        parts = zip((one.start, one.stop, one.step), (other.start, other.stop, other.step), strict=True)
        return slice(*(_difference(a, b, twins, where) for a, b in parts))
    if isinstance(one, (int, float)) and not isinstance(one, bool) and one != other:
        return Varying((one, other))
    return one


__all__ = ["Entry", "Trace", "Untraceable", "example", "layers_of", "mapped", "trace", "without_numbers"]

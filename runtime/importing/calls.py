"""Small questions about the calls of a trace: what is needed, what a call's arguments mean, whether a node agrees."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from graph.asking import Answer, ask_layer
from graph.names import is_usable, unique_name
from graph.reading.vocabulary import Reading, Unreadable, Varying
from graph.tensors import Tensor
from runtime.importing.recorder import Call, Value, mapped, values_in
from runtime.importing.tracing import Trace

LARGEST = 1e6
"""Numbers a tensor may be said to start from."""


def agrees(reading: Reading, call: Call) -> None:
    """A node must give what the call gave, for both batches: sizes and dtypes."""
    inputs = {}
    for port, items in reading.inputs.items():
        if not all(isinstance(item, Value) for item in items):
            return
        inputs[port] = tuple(Tensor(tuple(item.shapes), item.dtype) for item in items)
    key = (reading.type, repr(sorted(reading.params.items())), tuple(inputs.items()))
    if key not in _ANSWERS:
        _ANSWERS[key] = ask_layer(reading.layer, reading.params, inputs)
    answer = _ANSWERS[key]
    if answer.complaint is not None:
        raise Unreadable(f"{reading.type} {answer.complaint.text}.")
    for value, tensor in zip(call.values, answer.outputs.values(), strict=False):
        if tuple(value.shapes) != tensor.shapes or value.dtype != tensor.dtype:
            raise Unreadable(f"{reading.type} gives {tensor.text} where {call.target} gives another tensor.")


_ANSWERS: dict[Any, Answer] = {}


def needed_calls(trace: Trace) -> set[Call]:
    """What the results depend on."""
    waiting = [value.call for value in values_in(trace.root.result)]
    waiting += [call for call in trace.calls if call.kind == "input"]
    found: set[Call] = set()
    while waiting:
        call = waiting.pop()
        if call not in found:
            found.add(call)
            waiting += [value.call for value in call.read()]
    return found


def names_of(call: Call) -> dict[Value, str]:
    """A name for every tensor a call gets."""
    values = list(dict.fromkeys(values_in((call.args, call.kwargs))))
    if call.kind == "module":
        try:
            bound = inspect.signature(call.function.forward).bind(*call.args, **call.kwargs).arguments
            named = {item: name for name, item in bound.items() if isinstance(item, Value)}
        except (TypeError, ValueError):
            named = {}
    else:
        named = {}
    taken: set[str] = set()
    found = {}
    for value in values:
        wanted = named.get(value, "x")
        found[value] = unique_name(wanted if is_usable(wanted) else "x", taken)
        taken.add(found[value])
    return found


def start_of(state: torch.Tensor) -> dict[str, Any]:
    """How a tensor would have to start to be like this one, as far as a node can say it."""
    if not state.numel() or state.device.type == "meta":
        return {}
    first = state.flatten()[0].item()
    if abs(first) > LARGEST:
        return {}
    if bool((state == first).all()):
        if first in (0, 1):
            return {} if first == 0 else {"start": "ones"}
        return {"start": "constant", "value": float(first)} if state.is_floating_point() else {}
    if state.is_floating_point() and isinstance(state, nn.Parameter):
        return {"start": "normal", "std": float(f"{state.std().item():.1g}")}
    return {}


def is_parameter(model: nn.Module, key: str) -> bool:
    path, _, name = key.rpartition(".")
    return name in model.get_submodule(path)._parameters


def settled(call: Call) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Arguments as the vocabulary wants them: dtypes and devices as text, shapes from what came out."""
    args, kwargs = mapped(call.args, _as_text), mapped(call.kwargs, _as_text)
    if call.target in (".view", ".reshape", "torch.reshape") and call.values:
        rest = args[1:]
        if not any(isinstance(item, str) for item in rest):
            value = call.values[0]
            shape = [
                one if one == other else Varying((one, other))
                for one, other in zip(*value.shapes, strict=True)
            ]
            return (args[0], tuple(shape)), {}
    if call.target == ".view_as" or call.target == ".reshape_as":
        return args, kwargs
    if call.target == ".expand" and call.values:
        value, source = call.values[0], call.args[0]
        if source.shapes[0][:1] != source.shapes[-1][:1] and len(source.shape) == len(value.shape):
            sizes = [
                -1 if mine == theirs else mine
                for mine, theirs in zip(value.shapes[0], source.shapes[0], strict=True)
            ]
            return (args[0], *sizes), {}
    return args, kwargs


def _as_text(item: Any) -> Any:
    if isinstance(item, (torch.dtype, torch.device)):
        return str(item)
    return None if isinstance(item, (torch.memory_format, torch.layout)) else item

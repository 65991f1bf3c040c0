"""One layer under given inputs: sizes inferred, contract asked, then torch itself on the ``meta`` device."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graph.building import build_call, build_module, take_apart
from graph.catalogue.spec import Complaint, Given, LayerType, Patch
from graph.tensors import Tensor
from graph.values import BadValue


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question (type, parameters, inputs) gave. Without a complaint, ``outputs`` are complete."""

    values: dict[str, Any]
    outputs: dict[str, Tensor]
    parameters: int = 0
    macs: int = 0
    window: tuple[int, int, int] | None = None
    complaint: Complaint | None = None
    caution: Complaint | None = None


def ask_layer(layer: LayerType, params: Mapping[str, Any], inputs: dict[str, tuple[Tensor, ...]]) -> Answer:
    """Shapes, parameters and costs, or a complaint. Never raises for what a person can draw."""
    try:
        values = layer.validated(params)
    except BadValue as error:
        name = str(error).split(" ", 1)[0]
        known = {param.name for param in layer.params}
        return Answer(
            dict(params),
            {},
            complaint=Complaint(
                f"has a wrong parameter: {error}"[:-1],
                param=name if name in known else None,
                patches=(Patch(f"Reset {name} to its default", {name: None}),) if name in known else (),
            ),
        )
    complaint = _wrong_kind(layer, inputs)
    if complaint is None:
        given = Given(values, inputs)
        complaint = _infer_sizes(layer, values, given)
        if complaint is None and layer.check is not None:
            complaint = layer.check(given)
    if complaint is not None:
        return Answer(values, {}, complaint=complaint)
    try:
        outputs, parameters = _run_on_meta(layer, values, inputs)
    except (
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        AssertionError,
        NotImplementedError,
        OverflowError,
    ) as error:
        shown = ", ".join(tensor.text for tensors in inputs.values() for tensor in tensors)
        text = _one_line(str(error)) or type(error).__name__
        return Answer(values, {}, complaint=Complaint(f"cannot take {shown}: {text}", got=shown))
    for name, tensor in outputs.items():
        if any(size == 0 for shape in tensor.shapes for size in shape):
            return Answer(
                values,
                {},
                complaint=Complaint(
                    f"gives nothing: its {name} would be {tensor.text}",
                    expected="at least one element",
                    got=tensor.text,
                ),
            )
    caution = getattr(layer, "caution", None)
    return Answer(
        values,
        outputs,
        parameters,
        layer.macs(given, outputs) if layer.macs else 0,
        layer.window(given) if layer.window else None,
        caution=caution(given) if caution else None,
    )


def _wrong_kind(layer: LayerType, inputs: dict[str, tuple[Tensor, ...]]) -> Complaint | None:
    """Whether a dtype does not fit a port: floats into Embedding, class numbers into Linear."""
    words = {"float": "decimal numbers", "int": "whole numbers (int64)", "bool": "true/false values"}
    for port in layer.inputs:
        for tensor in inputs.get(port.name, ()):
            fits = port.accepts in ("any", tensor.kind) or (
                port.accepts == "number" and tensor.kind != "bool"
            )
            if not fits:
                wanted = words.get(port.accepts, "numbers")
                return Complaint(
                    f"expects {wanted} at {port.name} but receives {words[tensor.kind]}, {tensor.text}",
                    expected=wanted,
                    got=tensor.text,
                    port=port.name,
                )
    return None


def _infer_sizes(layer: LayerType, values: dict[str, Any], given: Given) -> Complaint | None:
    """Fill in what is left on "auto". Wrong ranks must not raise here: the layer's check explains them."""
    for param in layer.params:
        if param.inferred is None or values[param.name] is not None:
            continue
        value = param.inferred(given)
        if value is not None:
            values[param.name] = value
            continue
        complaint = layer.check(given) if layer.check else None
        if complaint is not None:
            return complaint
        shown = ", ".join(tensor.text for tensors in given.inputs.values() for tensor in tensors)
        return Complaint(
            f"cannot tell its {param.name} from {shown}",
            expected=f"a fixed size for {param.name}",
            got=shown,
            param=param.name,
        )
    return None


def _run_on_meta(
    layer: LayerType, values: dict[str, Any], inputs: dict[str, tuple[Tensor, ...]]
) -> tuple[dict[str, Tensor], int]:
    import torch

    counts = {port: len(tensors) for port, tensors in inputs.items()}
    flat = [tensor for port in layer.inputs for tensor in inputs.get(port.name, ())]
    shapes: dict[str, list[tuple[int, ...]]] = {}
    dtypes: dict[str, str] = {}
    with torch.device("meta"), torch.no_grad(), _no_shortcuts(), warnings.catch_warnings():
        # what torch advises about a layer (a dropout without effect) is not a matter of shapes
        warnings.simplefilter("ignore")
        module = build_module(layer, values)
        if isinstance(module, torch.nn.Module):
            module.eval()
        if layer.shapes is not None:
            outputs = layer.shapes(Given(values, inputs))
            return outputs, _count_parameters(module)
        call = build_call(layer, values, counts)
        for probe in range(len(flat[0].shapes) if flat else 1):
            arguments = [torch.empty(t.shapes[probe], dtype=getattr(torch, t.dtype)) for t in flat]
            for name, value in take_apart(layer, values, call(module, *arguments)).items():
                shapes.setdefault(name, []).append(tuple(value.shape))
                dtypes[name] = str(value.dtype).removeprefix("torch.")
    ranks = {name: {len(shape) for shape in found} for name, found in shapes.items()}
    if any(len(found) > 1 for found in ranks.values()):
        raise RuntimeError("the number of axes depends on the batch size")
    return {name: Tensor(tuple(found), dtypes[name]) for name, found in shapes.items()}, _count_parameters(
        module
    )


def _count_parameters(module: Any) -> int:
    """Of a module, or of what is a tensor itself: a Parameter counts, a Buffer does not."""
    from torch import nn

    if isinstance(module, nn.Module):
        return sum(weight.numel() for weight in module.parameters())
    return module.numel() if isinstance(module, nn.Parameter) else 0


@contextmanager
def _no_shortcuts() -> Iterator[None]:
    """torch's fast path of Transformers in evaluation uses nested tensors, which do not exist on meta."""
    import torch

    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:199] + "…"

"""Tensors of the network's own: learned (a parameter) or fixed (a buffer). They take no input."""

from __future__ import annotations

from math import prod

from graph.catalogue.rules import Outputs
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param

_STD = Param("std", "float", 0.02, "Standard deviation of the normal numbers it starts from.", minimum=0, maximum=1e6,
             code=False)  # fmt: skip
_SHAPE = Param("shape", "shape", (1,), "Its size along every axis, the batch axis included: 1, 1, 768.",
               minimum=1, maximum=2**31, code=False)  # fmt: skip
_VALUE = Param("value", "float", 1.0, "The number it starts from with start = constant.", minimum=-1e9,
               maximum=1e9, code=False)  # fmt: skip
_STARTS = ("zeros", "ones", "normal", "constant")
_LARGEST = 2**40


def _start(c: Call) -> str:
    sizes, start = c.spread("shape"), c.values["start"]
    kind = "" if c.values.get("dtype", "float32") == "float32" else f", dtype=torch.{c.values['dtype']}"
    if start == "normal":
        return f"torch.randn({sizes}) * {c['std']}"
    if start == "constant":
        return f"torch.full({c['shape']}, {c['value']})"
    return f"torch.{start}({sizes}{kind})"


def _has_a_size(given: Given) -> Complaint | None:
    shape = given["shape"]
    if not shape or prod(shape) > _LARGEST:
        what = "no axis" if not shape else f"{prod(shape):,} numbers"
        return Complaint(f"would have {what}: give it a shape such as 1, 1, 64", got=what, param="shape")
    return None


def _decimal_when_random(given: Given) -> Complaint | None:
    if given["start"] in ("normal", "constant") and given["dtype"] != "float32":
        what = "normal numbers" if given["start"] == "normal" else "a decimal number"
        return Complaint(f"can start from {what} only as float32", param="dtype")
    return _has_a_size(given)


def _worked(given: Given, outputs: Outputs) -> str:
    return f"parameters = {' · '.join(map(str, given['shape']))} = {prod(given['shape']):,}"


LAYERS = (
    LayerType(
        name="Parameter",
        category="Inputs and outputs",
        summary="A tensor of numbers that are learned, without an input.",
        help=(
            "Numbers the network learns that are not part of a layer: a class token, positions, the scale of a "
            "branch. Its shape counts every axis; an axis of 1 is repeated where it is added to or multiplied "
            "with something longer, so 1, 1, 768 can be added to (B, 197, 768)."
        ),
        formula="y = W, learned",
        words=("weight", "learned", "constant", "class token", "scale", "free parameter", "variable"),
        params=(
            _SHAPE,
            Param("start", "choice", "zeros", "What it starts from.", choices=_STARTS, code=False),
            _STD,
            _VALUE,
        ),
        inputs=(),
        module="nn.Parameter",
        construct=lambda c: f"nn.Parameter({_start(c)})",
        call=lambda c: c.module,
        check=_has_a_size,
        worked=_worked,
        headline=("shape", "start"),
        examples=(Example({"shape": (1, 4)}, {}), Example({"shape": (1, 3, 2), "start": "normal"}, {}),
                  Example({"shape": (3,), "start": "constant", "value": 1e-6}, {})),
    ),
    LayerType(
        name="Buffer",
        category="Inputs and outputs",
        summary="A tensor of numbers that stay as they are, saved with the weights.",
        help=(
            "Fixed numbers the network carries along: a mean to subtract, a table of positions. It is saved and "
            "loaded with the weights and moves to the device with them, but no optimiser changes it."
        ),
        formula="y = C, fixed",
        words=("constant", "fixed", "register_buffer", "table"),
        params=(
            _SHAPE,
            Param("start", "choice", "zeros", "What it holds.", choices=_STARTS, code=False),
            _STD,
            _VALUE,
            Param("dtype", "choice", "float32", "The kind of its numbers.", choices=("float32", "int64", "bool"),
                  code=False),
        ),
        inputs=(),
        module="nn.Buffer",
        construct=lambda c: f"nn.Buffer({_start(c)})",
        call=lambda c: c.module,
        check=_decimal_when_random,
        headline=("shape", "start"),
        examples=(Example({"shape": (1, 4)}, {}), Example({"shape": (1, 3), "start": "ones", "dtype": "int64"}, {})),
    ),
)  # fmt: skip

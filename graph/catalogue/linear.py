"""Fully connected layers, and the layer that does nothing."""

from __future__ import annotations

from graph.catalogue.rules import Outputs, axis_size, channels_match, first, rank_at_least
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port


def _linear_macs(given: Given, outputs: Outputs) -> int:
    return outputs["output"].elements() * int(given["in_features"])


def _linear_worked(given: Given, outputs: Outputs) -> str:
    n, m = given["in_features"], given["out_features"]
    bias = f" + {m}" if given["bias"] else ""
    return f"parameters = {n} · {m}{bias} = {n * m + (m if given['bias'] else 0):,}"


def _not_flat(given: Given) -> Complaint | None:
    tensor = given.one()
    if tensor.rank < 4:
        return None
    sizes = [tensor.size(axis) for axis in (1, 2, 3)]
    # a square picture with its channels last, (B, H, W, C): ConvNeXt and Swin mean every pixel
    if tensor.rank == 4 and sizes[0] == sizes[1] != sizes[2]:
        return None
    return Complaint(
        f"works on the last axis alone, each row of an image by itself; a Flatten before it would join all axes of "
        f"{tensor.text}",
        expected="(B, features)", got=tensor.text, port="input",
    )  # fmt: skip


def _bilinear_worked(given: Given, outputs: Outputs) -> str:
    a, b, out = given["in1_features"], given["in2_features"], given["out_features"]
    bias = f" + {out}" if given["bias"] else ""
    return f"parameters = {a} · {b} · {out}{bias} = {a * b * out + (out if given['bias'] else 0):,}"


def _same_front(given: Given) -> Complaint | None:
    a, b = given.one("input1"), given.one("input2")
    if [shape[:-1] for shape in a.shapes] == [shape[:-1] for shape in b.shapes]:
        return None
    return Complaint(
        f"expects inputs that agree in all axes but the last, but input1 is {a.text} and input2 is {b.text}",
        expected=a.text, got=b.text, port="input2",
    )  # fmt: skip


def _bilinear_call(c: Call) -> str:
    return f"{c.module}({c.one('input1')}, {c.one('input2')})"


LAYERS = (
    LayerType(
        name="Linear",
        category="Linear",
        summary="Every output is a weighted sum of all inputs.",
        help=(
            "A fully connected layer. It works on the last axis and leaves the others alone, so an image "
            "is usually flattened first. Use it as the head of a classifier: one output per class, without "
            "an activation behind it when the loss is cross-entropy."
        ),
        formula="y = x Wᵀ + b,  parameters = in_features · out_features + out_features",
        words=("dense", "fully connected", "fc", "affine", "perceptron"),
        params=(
            Param("in_features", "int", None, "Size of the input's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("out_features", "int", 10, "Number of outputs.", minimum=1, maximum=10_000_000, required=True),
            Param("bias", "bool", True, "Add a learned constant to each output."),
        ),
        module="nn.Linear",
        check=first(
            rank_at_least(2, "a batch of features (B, …, features)"),
            channels_match("in_features", -1, "features"),
        ),
        caution=_not_flat,
        worked=_linear_worked,
        macs=_linear_macs,
        headline=("out_features",),
        examples=(
            Example({"out_features": 5}, {"input": (2, 8)}),
            Example({"out_features": 3, "bias": False}, {"input": (2, 4, 8)}),
        ),
    ),
    LayerType(
        name="Bilinear",
        category="Linear",
        summary="Every output weighs all products of two inputs.",
        help=(
            "Takes two vectors and multiplies each value of the one with each value of the other; every "
            "output is a weighted sum of these products. Use it where two things interact, such as a "
            "question and an answer. It has many parameters."
        ),
        formula="y = x₁ᵀ W x₂ + b,  parameters = in1 · in2 · out + out",
        words=("bilinear form", "interaction", "pairwise"),
        params=(
            Param("in1_features", "int", None, "Size of input1's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1, "input1")),
            Param("in2_features", "int", None, "Size of input2's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1, "input2")),
            Param("out_features", "int", 10, "Number of outputs.", minimum=1, maximum=1_000_000, required=True),
            Param("bias", "bool", True, "Add a learned constant to each output."),
        ),
        inputs=(Port("input1"), Port("input2")),
        module="nn.Bilinear",
        call=_bilinear_call,
        check=first(
            rank_at_least(2, "a batch of features (B, …, features)", "input1"),
            rank_at_least(2, "a batch of features (B, …, features)", "input2"),
            _same_front,
            channels_match("in1_features", -1, "features", "input1"),
            channels_match("in2_features", -1, "features", "input2"),
        ),
        worked=_bilinear_worked,
        macs=lambda given, outputs: int(
            outputs["output"].elements() * given["in1_features"] * (given["in2_features"] + 1)
        ),
        headline=("out_features",),
        examples=(
            Example({"out_features": 5}, {"input1": (2, 3), "input2": (2, 4)}),
            Example({"out_features": 5, "bias": False}, {"input1": (2, 6, 3), "input2": (2, 6, 4)}),
        ),
    ),
    LayerType(
        name="Identity",
        category="Linear",
        summary="Passes its input on unchanged.",
        help=(
            "Does nothing. Put it where a layer may come later, or where a branch should simply hand its "
            "input on, as in a skip connection without a convolution."
        ),
        formula="y = x",
        words=("nothing", "pass through", "no-op", "placeholder", "skip"),
        inputs=(Port("input", "any"),),
        module="nn.Identity",
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({}, {"input": (2, 3)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip

"""Fully connected layers."""

from __future__ import annotations

from graph.catalogue.rules import Outputs, axis_size, channels_match
from graph.catalogue.spec import Example, Given, LayerType, Param


def _linear_macs(given: Given, outputs: Outputs) -> int:
    return outputs["output"].elements() * int(given["in_features"])


def _linear_worked(given: Given, outputs: Outputs) -> str:
    n, m = given["in_features"], given["out_features"]
    bias = f" + {m}" if given["bias"] else ""
    return f"parameters = {n} · {m}{bias} = {n * m + (m if given['bias'] else 0):,}"


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
        check=channels_match("in_features", -1, "features"),
        worked=_linear_worked,
        macs=_linear_macs,
        headline=("out_features",),
        examples=(
            Example({"out_features": 5}, {"input": (2, 8)}),
            Example({"out_features": 3, "bias": False}, {"input": (2, 4, 8)}),
        ),
    ),
)  # fmt: skip

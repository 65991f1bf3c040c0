"""Activations along an axis: softmax and its kin, and gated linear units."""

from __future__ import annotations

from graph.catalogue.rules import LAYOUTS, Rule, axis_exists, dim_param, first, rank_is
from graph.catalogue.spec import Complaint, Example, Given, LayerType


def axis_of_one(given: Given) -> Complaint | None:
    """The warning of a softmax that has nothing to compare."""
    tensor, dim = given.one(), given["dim"]
    if dim % tensor.rank == 0:
        return Complaint(
            f"has dim = {dim}, so it compares the samples of a batch with each other, for {tensor.text}",
            param="dim", port="input",
        )  # fmt: skip
    if tensor.size(dim) != 1:
        return None
    return Complaint(
        f"works along an axis of size 1, where every result is the same, for {tensor.text}",
        expected="more than one value", got="1", param="dim", port="input",
    )  # fmt: skip


def _layer(name: str, formula: str, summary: str, help: str, words: tuple[str, ...]) -> LayerType:
    return LayerType(
        name=name,
        category="Activation",
        summary=summary,
        help=help,
        formula=formula,
        words=("activation", "classes", *words),
        params=(dim_param(-1, "Axis of the classes.", torch=None),),
        module=f"nn.{name}",
        check=axis_exists("dim"),
        caution=axis_of_one,
        headline=("dim",),
        examples=(Example({}, {"input": (2, 5)}), Example({"dim": 1}, {"input": (2, 4, 3, 3)})),
    )


def even(given: Given) -> Complaint | None:
    """The axis ``dim`` can be halved."""
    tensor, dim = given.one(), given["dim"]
    if all(shape[dim] % 2 == 0 for shape in tensor.shapes):
        return None
    return Complaint(
        f"halves axis {dim}, so its size must be even, but receives {tensor.dims[dim]} in {tensor.text}",
        expected="an even size", got=tensor.dims[dim], port="input", param="dim",
    )  # fmt: skip


_glu: Rule = first(axis_exists("dim"), even)

LAYERS = (
    _layer(
        "Softmax", "yᵢ = exp(xᵢ) / Σ exp(xⱼ)", "Turn scores into probabilities that add up to 1.",
        "Makes every value positive and divides by their sum along an axis, so the largest score gets the "
        "largest probability. Cross-entropy in torch contains it already: a classifier trained with that "
        "loss must not end with a Softmax.",
        ("probability", "normalise", "attention"),
    ),
    _layer(
        "LogSoftmax", "yᵢ = xᵢ − ln Σ exp(xⱼ)", "The logarithm of softmax, computed safely.",
        "Gives log-probabilities. Use it as the last layer together with the NLL loss; both together are "
        "the same as cross-entropy on scores.",
        ("log probability", "nll"),
    ),
    _layer(
        "Softmin", "yᵢ = exp(−xᵢ) / Σ exp(−xⱼ)", "Softmax of the negated values: the smallest wins.",
        "Turns distances or costs into probabilities that add up to 1, where the smallest value gets the "
        "largest.",
        ("distance", "cost"),
    ),
    LayerType(
        name="Softmax2d",
        category="Activation",
        summary="Softmax over the channels at every place of an image.",
        help=(
            "Gives probabilities over the channels for each pixel by itself. It is Softmax with dim 1 for "
            "images, useful to look at the classes of a segmentation network."
        ),
        formula="y[c, i, j] = exp(x[c, i, j]) / Σ exp(x[k, i, j]) over the channels k",
        words=("activation", "segmentation", "spatial softmax", "pixels"),
        module="nn.Softmax2d",
        check=rank_is(4, what=LAYOUTS[2]),
        examples=(Example({}, {"input": (2, 4, 5, 6)}),),
    ),
    LayerType(
        name="GLU",
        category="Activation",
        summary="One half of the channels decides how much of the other passes.",
        help=(
            "Splits an axis in two halves and multiplies the first with the sigmoid of the second. The axis "
            "is half as long afterwards. Gated convolutions and some Transformers use it."
        ),
        formula="y = a · σ(b), with x = [a, b] along dim",
        words=("activation", "gated linear unit", "gate"),
        params=(dim_param(-1, "Axis to split."),),
        module="nn.GLU",
        check=_glu,
        headline=("dim",),
        examples=(Example({}, {"input": (2, 6)}), Example({"dim": 1}, {"input": (2, 4, 3, 3)})),
    ),
)  # fmt: skip

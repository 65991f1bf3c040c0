"""Products of matrices and similarities of vectors."""

from __future__ import annotations

from graph.catalogue.arithmetic import broadcast, quiet_stretch
from graph.catalogue.rules import Outputs, axis_exists, dim_param, first
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

PAIR = (Port("input"), Port("other"))
TWO = (Port("x1"), Port("x2"))


def _inner(given: Given) -> Complaint | None:
    a, b = given.one(), given.one("other")
    if a.rank < 2 or b.rank < 2:
        return Complaint(
            f"expects two matrices, or batches of them, but receives {a.text} and {b.text}",
            expected="at least 2 axes", got=a.text if a.rank < 2 else b.text, port="input" if a.rank < 2 else "other",
        )  # fmt: skip
    for left, right in zip(a.shapes, b.shapes, strict=True):
        if left[-1] != (right[-1] if given["transpose_other"] else right[-2]):
            axis = -1 if given["transpose_other"] else -2
            turned = right[-2] if given["transpose_other"] else right[-1]
            turn = {"transpose_other": not given["transpose_other"]}
            label = "Do not transpose other" if given["transpose_other"] else "Transpose other"
            return Complaint(
                f"multiplies rows of {a.dims[-1]} with {'rows' if axis == -1 else 'columns'} of "
                f"{b.dims[axis]}, from {a.text} and {b.text}",
                expected=a.dims[-1], got=b.dims[axis], port="other",
                patches=(Patch(label, turn),) if left[-1] == turned else (),
            )  # fmt: skip
        if broadcast([left[:-2], right[:-2]]) is None:
            return Complaint(
                f"expects equally many matrices but receives {a.text} and {b.text}",
                expected=a.text, got=b.text, port="other",
            )  # fmt: skip
    return None


def _mixes(given: Given) -> Complaint | None:
    a, b = given.one(), given.one("other")
    if not (a.batched and b.batched) or (a.rank == b.rank and a.rank > 2):
        return None
    return Complaint(
        f"multiplies across the samples of the batch: {a.text} with {b.text}",
        expected="the batch as the first of three axes or more", got=b.text, port="other",
    )  # fmt: skip


def _matmul_call(c: Call) -> str:
    other = c.one("other")
    return f"{c.one()} @ {other}" + (".transpose(-2, -1)" if c.values["transpose_other"] else "")


def _matmul_worked(given: Given, outputs: Outputs) -> str:
    a, result = given.one().dims, outputs["output"].dims
    other = given.one("other").dims[-2:]
    if given["transpose_other"]:
        other = other[::-1]
    return f"({a[-2]} × {a[-1]}) · ({other[0]} × {other[1]}) = {result[-2]} × {result[-1]}"


def _same_stretch(given: Given) -> Complaint | None:
    a, b = given.one("x1"), given.one("x2")
    if all(broadcast([one, other]) is not None for one, other in zip(a.shapes, b.shapes, strict=True)):
        return None
    return Complaint(
        f"compares tensors of one shape but receives {a.text} and {b.text}",
        expected=a.text, got=b.text, port="x2",
    )  # fmt: skip


def _similar_axis(given: Given) -> Complaint | None:
    return axis_exists("dim", "x1" if given.one("x1").rank >= given.one("x2").rank else "x2")(given)


def _two(c: Call) -> str:
    return f"{c.module}({c.one('x1')}, {c.one('x2')})"


LAYERS = (
    LayerType(
        name="MatMul",
        category="Combine",
        summary="Matrix product of two tensors.",
        help=(
            "Multiplies matrices: rows of the first with columns of the second. Axes before the last two "
            "are batches of matrices. transpose_other turns the second one, as the scores of an attention "
            "need it: Q Kᵀ."
        ),
        formula="(n × k) · (k × m) = n × m",
        words=("matrix product", "matmul", "bmm", "dot product", "@", "mm"),
        params=(Param("transpose_other", "bool", False, "Swap the last two axes of other first.", code=False),),
        inputs=PAIR,
        call=_matmul_call,
        check=_inner,
        caution=_mixes,
        worked=_matmul_worked,
        macs=lambda given, outputs: outputs["output"].elements() * given.one().shapes[0][-1],
        examples=(
            Example({}, {"input": (2, 3, 4), "other": (2, 4, 5)}),
            Example({"transpose_other": True}, {"input": (2, 6, 3, 4), "other": (2, 6, 5, 4)}),
        ),
    ),
    LayerType(
        name="CosineSimilarity",
        category="Combine",
        summary="How well two vectors point the same way: 1, 0 or −1.",
        help=(
            "The dot product of two vectors divided by their lengths, along an axis. 1 means the same "
            "direction, 0 a right angle, −1 opposite directions. Used to compare embeddings."
        ),
        formula="y = x₁ · x₂ / max(‖x₁‖ ‖x₂‖, eps)",
        words=("similarity", "angle", "embedding", "compare", "contrastive"),
        params=(
            dim_param(1, "Axis of the vectors."),
            Param("eps", "float", 1e-8, "Smallest divisor.", minimum=0, maximum=1),
        ),
        inputs=TWO,
        module="nn.CosineSimilarity",
        call=_two,
        check=first(_same_stretch, _similar_axis),
        caution=quiet_stretch(always=True),
        headline=("dim",),
        examples=(
            Example({}, {"x1": (2, 5), "x2": (2, 5)}),
            Example({"dim": -1, "eps": 1e-6}, {"x1": (2, 3, 5), "x2": (2, 3, 5)}),
        ),
    ),
    LayerType(
        name="PairwiseDistance",
        category="Combine",
        summary="The distance between two vectors.",
        help=(
            "The p-norm of the difference along the last axis: p = 2 is the usual distance, 1 the sum of "
            "the absolute differences. Siamese networks are trained on it."
        ),
        formula="y = (Σ |x₁ − x₂ + eps|ᵖ)^(1/p)",
        words=("distance", "euclidean", "norm", "siamese", "triplet"),
        params=(
            Param("p", "float", 2.0, "The power.", minimum=0.1, maximum=100),
            Param("eps", "float", 1e-6, "Added to the difference.", minimum=0, maximum=1),
            Param("keepdim", "bool", False, "Keep the axis with size 1."),
        ),
        inputs=TWO,
        module="nn.PairwiseDistance",
        call=_two,
        check=_same_stretch,
        caution=quiet_stretch(always=True),
        headline=("p",),
        examples=(
            Example({}, {"x1": (2, 5), "x2": (2, 5)}),
            Example({"p": 1.0, "keepdim": True}, {"x1": (2, 3, 5), "x2": (2, 3, 5)}),
        ),
    ),
)  # fmt: skip

"""Fewer numbers: sums, means, extremes and positions along axes."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import axis_exists, dim_param, first
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

KEEP = Param("keepdim", "bool", False, "Keep the axis with size 1.")
"""What every reduction offers."""


def dims_exist(given: Given) -> Complaint | None:
    """``dim`` names one axis or several, each once."""
    tensor, dims = given.one(), tuple(given["dim"])
    shown = f"({', '.join(map(str, dims))})"
    for dim in dims:
        if not -tensor.rank <= dim < tensor.rank:
            return Complaint(
                f"has dim = {shown}, but the axes go from {-tensor.rank} to {tensor.rank - 1} in "
                f"{tensor.text}",
                expected=f"{-tensor.rank} to {tensor.rank - 1}", got=str(dim), port="input", param="dim",
                patches=(Patch(f"Set dim to {tensor.rank - 1}", {"dim": (tensor.rank - 1,)}),),
            )  # fmt: skip
    if len({dim % tensor.rank for dim in dims}) == len(dims) and dims:
        return None
    return Complaint(
        f"has dim = {shown}, which must name one axis or several, each once, of {tensor.text}",
        expected="different axes", got=shown, port="input", param="dim",
        patches=(Patch("Set dim to -1", {"dim": (-1,)}),),
    )  # fmt: skip


def over_batch(given: Given) -> Complaint | None:
    """The warning of what joins or compares the samples of a batch."""
    tensor, dim = given.one(), given["dim"]
    dims = dim if isinstance(dim, tuple) else (dim,)
    if not tensor.batched or all(axis % tensor.rank for axis in dims):
        return None
    return Complaint(
        f"works across the samples of the batch, axis 0 of {tensor.text}",
        expected="axes behind the batch", got="0", port="input", param="dim",
    )  # fmt: skip


def _arguments(c: Call, keep: bool = True) -> str:
    """``dim=1, keepdim=True``; several axes as a tuple."""
    text = c["dim"]
    value = c.values["dim"]
    if isinstance(value, tuple) and len(value) == 1 and text == f"({value[0]},)":
        text = str(value[0])
    return f"dim={text}" + (f", keepdim={c['keepdim']}" if keep and c.changed(False, "keepdim") else "")


def _many(name: str, method: str, formula: str, summary: str, help: str, words: tuple[str, ...],
          accepts: str = "float") -> LayerType:  # fmt: skip
    """A reduction over one or several axes."""
    return LayerType(
        name=name,
        category="Reduce",
        summary=summary,
        help=help,
        formula=formula,
        words=("reduce", "aggregate", *words),
        params=(
            Param("dim", "shape", (-1,), "Axes that disappear. Negative numbers count from the last axis.",
                  minimum=-16, maximum=15),
            KEEP,
        ),
        inputs=(Port("input", accepts),),  # type: ignore[arg-type]
        call=lambda c: f"{c.one()}.{method}({_arguments(c)})",
        check=dims_exist,
        caution=over_batch,
        headline=("dim",),
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({"dim": (2, 3), "keepdim": True}, {"input": (2, 3, 4, 5)}),
            Example({"dim": (-1, 1)}, {"input": (2, 3, 4)}),
        ),
    )  # fmt: skip


def along(name: str, call: Callable[[Call], str], formula: str, summary: str, help: str, words: tuple[str, ...],
          keep: bool = True, accepts: str = "number", examples: tuple[Example, ...] = ()) -> LayerType:  # fmt: skip
    """Something along one axis."""
    example = {"dim": 1, "keepdim": True} if keep else {"dim": 1}
    return LayerType(
        name=name,
        category="Reduce",
        summary=summary,
        help=help,
        formula=formula,
        words=words,
        params=(dim_param(-1, "The axis."), *((KEEP,) if keep else ())),
        inputs=(Port("input", accepts),),  # type: ignore[arg-type]
        call=call,
        check=axis_exists("dim"),
        caution=over_batch,
        headline=("dim",),
        examples=examples or (Example({}, {"input": (2, 3, 4)}), Example(example, {"input": (2, 3, 4, 5)})),
    )


def _method(name: str, keep: bool = True) -> Callable[[Call], str]:
    return lambda c: f"{c.one()}.{name}({_arguments(c, keep)})"


def _top_fits(given: Given) -> Complaint | None:
    tensor, dim, k = given.one(), given["dim"], given["k"]
    least = min(shape[dim] for shape in tensor.shapes)
    if k <= least:
        return None
    return Complaint(
        f"takes the {k} largest of axis {dim}, which has only {tensor.dims[dim]} in {tensor.text}",
        expected=f"at most {least}", got=str(k), port="input", param="k",
        patches=(Patch(f"Set k to {least}", {"k": least}),),
    )  # fmt: skip


def _top_call(c: Call) -> str:
    parts = [c.one(), c["k"]]
    if c.changed(-1, "dim"):
        parts.append(f"dim={c['dim']}")
    if c.changed(True, "largest"):
        parts.append(f"largest={c['largest']}")
    return f"torch.topk({', '.join(parts)})"


def _spread_check(given: Given) -> Complaint | None:
    tensor, dims = given.one(), given["dim"]
    count = 1
    for dim in dims:
        size = tensor.size(dim)
        if size is None:
            return None
        count *= size
    if count > 1 or not given["unbiased"]:
        return None
    return Complaint(
        f"divides by n − 1, which is zero for a single value, so it gives NaN for {tensor.text}",
        expected="more than one value", got="1", port="input", param="unbiased",
        patches=(Patch("Switch unbiased off", {"unbiased": False}),),
    )  # fmt: skip


def _spread(name: str, method: str, formula: str, summary: str, words: tuple[str, ...]) -> LayerType:
    def call(c: Call) -> str:
        text = _arguments(c, keep=False)
        if not c.values["unbiased"]:
            text += ", unbiased=False"
        return f"{c.one()}.{method}({text}{', keepdim=True' if c.values['keepdim'] else ''})"

    def caution(given: Given) -> Complaint | None:
        return over_batch(given) or _spread_check(given)

    return LayerType(
        name=name,
        category="Reduce",
        summary=summary,
        help=(
            "Measures how far values are spread around their mean along one or several axes. unbiased "
            "divides by n − 1 instead of n, as statistics does for samples."
        ),
        formula=formula,
        words=("reduce", "spread", "statistics", *words),
        params=(
            Param("dim", "shape", (-1,), "Axes that disappear. Negative numbers count from the last axis.",
                  minimum=-16, maximum=15),
            KEEP,
            Param("unbiased", "bool", True, "Divide by n − 1 instead of n."),
        ),
        call=call,
        check=dims_exist,
        caution=caution,
        headline=("dim",),
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({"dim": (2, 3), "keepdim": True, "unbiased": False}, {"input": (2, 3, 4, 5)}),
        ),
    )  # fmt: skip


LAYERS = (
    _many("Mean", "mean", "y = (Σ x) / n", "The mean along axes.",
          "Averages over one or several axes, which disappear. Over dim 2, 3 of an image it is global "
          "average pooling; over dim 1 of a sequence it makes one vector of all "
          "steps.", ("average", "global average pooling", "pool")),
    _many("Sum", "sum", "y = Σ x", "The sum along axes.",
          "Adds up all values along one or several axes, which disappear.", ("add up", "total"), "number"),
    _many("Max", "amax", "y = max x", "The largest value along axes.",
          "Keeps the largest value along one or several axes, which disappear. Over dim 2, 3 of an image it "
          "is global max pooling.", ("maximum", "amax", "global max pooling"), "number"),
    _many("Min", "amin", "y = min x", "The smallest value along axes.",
          "Keeps the smallest value along one or several axes, which "
          "disappear.", ("minimum", "amin"), "number"),
    _many("LogSumExp", "logsumexp", "y = ln Σ eˣ", "A smooth maximum along axes, computed safely.",
          "The logarithm of the sum of exponentials: close to the largest value, but smooth. It is the "
          "denominator of softmax on a logarithmic scale.", ("smooth maximum", "softmax")),
    _spread("Std", "std", "y = √(Σ (x − mean)² / (n − 1))", "The standard deviation along axes.", ("deviation",)),
    _spread("Var", "var", "y = Σ (x − mean)² / (n − 1)", "The variance along axes.", ("variance",)),
    along("Prod", _method("prod"), "y = Π x", "The product along an axis.",
            "Multiplies all values along an axis, which disappears.", ("reduce", "multiply", "product")),
    along("Argmax", _method("argmax"), "y = position of the largest x", "Where the largest value stands.",
            "Gives the position of the largest value along an axis: behind a classifier's scores, the "
            "predicted class. Positions are whole numbers, so no gradient "
            "passes.", ("class", "prediction", "index", "largest")),
    along("Argmin", _method("argmin"), "y = position of the smallest x", "Where the smallest value stands.",
            "Gives the position of the smallest value along an axis, for instance the nearest of several "
            "codes. Positions are whole numbers, so no gradient passes.", ("index", "smallest", "nearest")),
    along("CumSum", _method("cumsum", False), "y[i] = x[0] + … + x[i]", "Running sums along an axis.",
            "Each place holds the sum of everything up to it. The shape "
            "stays.", ("cumulative", "running sum"), False),
    LayerType(
        name="TopK",
        category="Reduce",
        summary="The k largest values along an axis, and where they stand.",
        help=(
            "Sorts out the k largest (or smallest) values along an axis, largest first, and their "
            "positions. Used to look at the best few classes, and for k-max pooling of texts."
        ),
        formula="size along dim = k",
        words=("largest", "sort", "best", "k-max", "beam"),
        params=(
            Param("k", "int", 1, "How many.", minimum=1, maximum=10_000_000),
            dim_param(-1, "The axis."),
            Param("largest", "bool", True, "The largest ones; otherwise the smallest."),
        ),
        inputs=(Port("input", "number"),),
        outputs=(Port("values"), Port("indices", "int")),
        call=_top_call,
        unpack="{values}, {indices}",
        check=first(axis_exists("dim"), _top_fits),
        caution=over_batch,
        headline=("k", "dim"),
        examples=(
            Example({}, {"input": (2, 5)}),
            Example({"k": 2, "dim": 1, "largest": False}, {"input": (2, 3, 4)}),
        ),
    ),
)  # fmt: skip

"""Norms, medians, counts and running results along an axis."""

from __future__ import annotations

from graph.catalogue.reduce import KEEP, along, dims_exist, over_batch
from graph.catalogue.rules import axis_exists, dim_param, first, plural
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port


def _keep(c: Call) -> str:
    return f", keepdim={c['keepdim']}" if c.changed(False, "keepdim") else ""


def _dims(c: Call) -> str:
    """Several axes as a tuple, one as a number."""
    value, text = c.values["dim"], c["dim"]
    single = isinstance(value, tuple) and len(value) == 1 and text == f"({value[0]},)"
    return f"dim={value[0] if single else text}"


def _norm_call(c: Call) -> str:
    return f"torch.linalg.vector_norm({c.one()}, {c['ord'].removesuffix('.0')}, {_dims(c)}{_keep(c)})"


def _diff_call(c: Call) -> str:
    parts = [
        c.one(),
        *(f"{name}={c[name]}" for name, usual in (("n", 1), ("dim", -1)) if c.changed(usual, name)),
    ]
    return f"torch.diff({', '.join(parts)})"


def _enough(given: Given) -> Complaint | None:
    tensor, dim, n = given.one(), given["dim"], given["n"]
    least = min(shape[dim] for shape in tensor.shapes)
    if n < least:
        return None
    return Complaint(
        f"takes differences {plural(n, 'time')} along axis {dim}, which has only {tensor.dims[dim]} in {tensor.text}",
        expected=f"at most {least - 1}", got=str(n), port="input", param="n",
        patches=(Patch("Set n to 1", {"n": 1}),) if least > 1 and n > 1 else (),
    )  # fmt: skip


_INT = {"input": "int64"}
_BOOL = {"input": "bool"}
_MASKS = (
    Example({}, {"input": (2, 3, 4)}, _BOOL),
    Example({"dim": 1, "keepdim": True}, {"input": (2, 3, 4)}, _INT),
)

LAYERS = (
    LayerType(
        name="Norm", category="Reduce", summary="The length of vectors along axes.",
        help=(
            "The p-norm along one or several axes, which disappear: 2 is the length of a vector, 1 the sum of the "
            "absolute values. Capsules use it as a probability, regularisation as a penalty."
        ),
        formula="y = (Σ |x|ᵖ)^(1/p)",
        words=("length", "magnitude", "l2 norm", "euclidean", "vector norm", "capsule"),
        params=(
            Param("ord", "float", 2.0, "Which norm p.", minimum=0.1, maximum=100),
            Param("dim", "shape", (-1,), "Axes that disappear. Negative numbers count from the last axis.",
                  minimum=-16, maximum=15),
            KEEP,
        ),
        call=_norm_call, check=dims_exist, caution=over_batch, headline=("ord", "dim"),
        examples=(Example({}, {"input": (2, 3, 4)}),
                  Example({"ord": 1.0, "dim": (1, 2), "keepdim": True}, {"input": (2, 3, 4)})),
    ),
    along("Median", lambda c: f"{c.one()}.median(dim={c['dim']}{_keep(c)}).values", "y = middle of the sorted x",
          "The median along an axis.",
          "The middle value: half of the values are smaller, half larger; of an even number the lower middle. A few "
          "wild values do not move it.", ("middle", "robust mean", "reduce", "average")),
    LayerType(
        name="Quantile", category="Reduce", summary="The value below which a share of the values lies.",
        help=(
            "Sorts the values along an axis and takes the one at q of the way, mixing its neighbours: 0.5 is the "
            "median, 0.9 leaves a tenth above. Useful for thresholds that follow the data."
        ),
        formula="y = sorted x at q · (n − 1)",
        words=("percentile", "median", "threshold", "reduce"),
        params=(Param("q", "float", 0.5, "The share, 0 to 1.", minimum=0, maximum=1), dim_param(-1, "The axis."), KEEP),
        call=lambda c: f"torch.quantile({c.one()}, {c['q']}, dim={c['dim']}{_keep(c)})",
        check=axis_exists("dim"), caution=over_batch, headline=("q", "dim"),
        examples=(Example({}, {"input": (2, 3, 4)}), Example({"q": 0.9, "dim": 1, "keepdim": True}, {"input": (2, 5)})),
    ),
    along("Any", lambda c: f"{c.one()}.any(dim={c['dim']}{_keep(c)})", "y = x[0] or x[1] or …",
          "Whether anything along an axis is true, or not zero.",
          "Gives true where at least one value along the axis is true. Numbers count as true unless they are 0.",
          ("or", "exists", "reduce", "mask"), accepts="any", examples=_MASKS),
    along("All", lambda c: f"{c.one()}.all(dim={c['dim']}{_keep(c)})", "y = x[0] and x[1] and …",
          "Whether everything along an axis is true, or not zero.",
          "Gives true where no value along the axis is false or 0, such as sequences that consist of padding only.",
          ("and", "every", "reduce", "mask"), accepts="any", examples=_MASKS),
    along("CountNonzero", lambda c: f"torch.count_nonzero({c.one()}, dim={c['dim']})", "y = number of x ≠ 0",
          "How many values along an axis are true, or not zero.",
          "Counts: of a mask, the places it lets through; of tokens padded with 0, the length of the sequence.",
          ("count", "length", "number", "reduce", "mask"), keep=False, accepts="any",
          examples=(Example({}, {"input": (2, 3)}, _INT), Example({"dim": 1}, {"input": (2, 3, 4)}, _BOOL))),
    along("CumProd", lambda c: f"{c.one()}.cumprod(dim={c['dim']})", "y[i] = x[0] · … · x[i]",
          "Running products along an axis.",
          "Each place holds the product of everything up to it: how much light is left behind each sample of a ray, "
          "or the αs of a diffusion schedule. The shape stays.",
          ("cumulative", "running product", "nerf", "transmittance"),
          keep=False),
    LayerType(
        name="CumMax", category="Reduce", summary="The largest value so far along an axis, and where it stood.",
        help="Each place holds the largest of everything up to it, and the position of that value. The shape stays.",
        formula="y[i] = max(x[0], …, x[i])",
        words=("cumulative", "running maximum", "maximum so far"),
        params=(dim_param(-1, "The axis."),), inputs=(Port("input", "number"),),
        outputs=(Port("values"), Port("indices", "int")),
        call=lambda c: f"torch.cummax({c.one()}, dim={c['dim']})", unpack="{values}, {indices}",
        check=axis_exists("dim"), caution=over_batch, headline=("dim",),
        examples=(Example({}, {"input": (2, 5)}), Example({"dim": 1}, {"input": (2, 3, 4)}, _INT)),
    ),
    along("LogCumSumExp", lambda c: f"{c.one()}.logcumsumexp(dim={c['dim']})", "y[i] = ln(exp x[0] + … + exp x[i])",
          "Running LogSumExp along an axis.",
          "Adds up probabilities given as logarithms, step by step and without underflow. The shape stays.",
          ("cumulative", "log probability", "running"), keep=False, accepts="float"),
    LayerType(
        name="Diff", category="Reduce", summary="Differences of neighbours along an axis.",
        help=(
            "Each value becomes the difference to the next one, so the axis gets one shorter, n times over. Turns "
            "positions into speeds, and a series that drifts into one that does not."
        ),
        formula="y[i] = x[i + 1] − x[i]",
        words=("difference", "derivative", "delta", "time series", "gradient"),
        params=(Param("n", "int", 1, "How often.", minimum=1, maximum=1000), dim_param(-1, "The axis.")),
        inputs=(Port("input", "number"),), call=_diff_call, check=first(axis_exists("dim"), _enough),
        caution=over_batch, headline=("dim",),
        examples=(Example({}, {"input": (2, 5)}), Example({"n": 2, "dim": 1}, {"input": (2, 4, 3)})),
    ),
)  # fmt: skip

"""Products and mixtures of tensors: dot, outer and cross products, distances, interpolation."""

from __future__ import annotations

from graph.catalogue.arithmetic import broadcast, layer, quiet_stretch, stretches
from graph.catalogue.matrix import PAIR
from graph.catalogue.rules import axis_exists, by, dim_param, first
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port


def _outer_fits(given: Given) -> Complaint | None:
    a, b = given.one(), given.one("other")
    if (
        a.rank
        and b.rank
        and all(broadcast([x[:-1], y[:-1]]) is not None for x, y in zip(a.shapes, b.shapes, strict=True))
    ):
        return None
    return Complaint(
        f"pairs vectors of the same samples but receives {a.text} and {b.text}",
        expected=a.text, got=b.text, port="other",
    )  # fmt: skip


def _three(given: Given) -> Complaint | None:
    a, b = given.one(), given.one("other")
    if a.rank == b.rank and all(tensor.size(given["dim"]) == 3 for tensor in (a, b)):
        return None
    return Complaint(
        f"needs 3 coordinates along dim {given['dim']} of both inputs but receives {a.text} and {b.text}",
        expected="3", got=a.text if a.size(given["dim"]) != 3 else b.text, port="input", param="dim",
    )  # fmt: skip


def _dot_axis(given: Given) -> Complaint | None:
    return axis_exists("dim", "input" if given.one().rank >= given.one("other").rank else "other")(given)


def _sets_fit(given: Given) -> Complaint | None:
    a, b = given.one("x1"), given.one("x2")
    pairs = list(zip(a.shapes, b.shapes, strict=True))
    if (
        a.rank >= 2
        and b.rank >= 2
        and all(x[-1] == y[-1] and broadcast([x[:-2], y[:-2]]) is not None for x, y in pairs)
    ):
        return None
    return Complaint(
        f"measures from every point of one set to every point of another, (B, points, coordinates), but receives "
        f"{a.text} and {b.text}",
        expected="equally many coordinates", got=b.text, port="x2",
    )  # fmt: skip


def _sets_mix(given: Given) -> Complaint | None:
    a, b = given.one("x1"), given.one("x2")
    if a.rank > 2 or not a.batched or not b.batched:
        return None
    return Complaint(
        f"measures between the samples of the batch: {a.text} and {b.text}",
        expected="(B, points, coordinates)", got=b.text, port="x2",
    )  # fmt: skip


def _lerp_call(c: Call) -> str:
    weight = c.one("weights") if c.has("weights") else c["weight"]
    return f"torch.lerp({c.one()}, {c.one('other')}, {weight})"


def _unless(c: Call, name: str, usual: float) -> str:
    """A keyword argument where it is not torch's default."""
    return f", {name}={c[name]}" if c.changed(usual, name) else ""


LAYERS = (
    LayerType(
        name="DotProduct", category="Combine", summary="The sum of the products of two vectors.",
        help=(
            "Multiplies two tensors value by value and adds up along an axis: one number for each pair of vectors. "
            "Large when both point the same way. Recommenders score a user and an item with it."
        ),
        formula="y = Σ inputᵢ · otherᵢ",
        words=("dot", "inner product", "scalar product", "vecdot", "similarity", "recommender"),
        params=(dim_param(-1, "Axis that is summed."),), inputs=PAIR,
        call=lambda c: f"({c.one()} * {c.one('other')}).sum(dim={c['dim']})",
        check=first(stretches("multiplies"), _dot_axis), caution=quiet_stretch(always=True), headline=("dim",),
        examples=(Example({}, {"input": (2, 5), "other": (2, 5)}),
                  Example({"dim": 1}, {"input": (2, 3, 4), "other": (2, 3, 4)})),
    ),
    LayerType(
        name="Outer", category="Combine", summary="All products of the values of two vectors.",
        help=(
            "Every value of the first vector times every value of the second, a matrix for each sample. Bilinear "
            "pooling and fast weights are made of it."
        ),
        formula="y[i, j] = input[i] · other[j]",
        words=("outer product", "tensor product", "bilinear pooling", "pairwise products"),
        inputs=PAIR, call=lambda c: f"{c.one()}.unsqueeze(-1) * {c.one('other')}.unsqueeze(-2)",
        check=_outer_fits, caution=quiet_stretch(always=False),
        worked=lambda given, outputs: (
            f"{given.one().dims[-1]} · {given.one('other').dims[-1]} products = {by(outputs['output'].dims[-2:])}"
        ),
        examples=(Example({}, {"input": (2, 3), "other": (2, 4)}),
                  Example({}, {"input": (2, 5, 3), "other": (2, 5, 2)})),
    ),
    LayerType(
        name="Cross", category="Combine", summary="The cross product of vectors with 3 coordinates.",
        help="Gives the vector at right angles to both, as long as the parallelogram between them is large.",
        formula="y = input × other",
        words=("cross product", "vector product", "normal", "3-D"),
        params=(dim_param(-1, "Axis of the 3 coordinates."),), inputs=PAIR,
        call=lambda c: f"torch.linalg.cross({c.one()}, {c.one('other')}{_unless(c, 'dim', -1)})",
        check=first(axis_exists("dim"), _three, stretches("multiplies")), caution=quiet_stretch(always=True),
        headline=("dim",),
        examples=(Example({}, {"input": (2, 3), "other": (2, 3)}),
                  Example({"dim": 1}, {"input": (2, 3, 4), "other": (2, 3, 4)})),
    ),
    LayerType(
        name="Cdist", category="Combine", summary="Distances from every point of one set to every one of another.",
        help=(
            "Takes two sets of points (B, P, coordinates) and (B, R, coordinates) and gives all distances (B, P, R). "
            "With an Argmin behind it every point finds its nearest neighbour or its nearest code."
        ),
        formula="y[i, j] = ‖x₁[i] − x₂[j]‖ₚ",
        words=("pairwise distance", "distance matrix", "nearest neighbour", "euclidean", "k-means", "codebook"),
        params=(Param("p", "float", 2.0, "Which norm; 2 is the usual distance.", minimum=0.1, maximum=100),),
        inputs=(Port("x1"), Port("x2")),
        call=lambda c: f"torch.cdist({c.one('x1')}, {c.one('x2')}{_unless(c, 'p', 2.0)})",
        check=_sets_fit, caution=_sets_mix, headline=("p",),
        examples=(Example({}, {"x1": (2, 3, 4), "x2": (2, 5, 4)}),
                  Example({"p": 1.0}, {"x1": (2, 6, 3, 4), "x2": (2, 6, 5, 4)})),
    ),
    LayerType(
        name="Lerp", category="Combine", summary="Go part of the way from one tensor to another.",
        help=(
            "Mixes two tensors: weight 0 gives the first, 1 the second, 0.5 the middle. A tensor at weights decides "
            "for each value by itself, which is how the update gate of a GRU works."
        ),
        formula="y = input + weight · (other − input)",
        words=("interpolate", "mix", "blend", "gate", "highway", "moving average", "linear interpolation"),
        params=(Param("weight", "float", 0.5, "How far to go, unless weights are wired.", minimum=-1e6, maximum=1e6),),
        inputs=(*PAIR, Port("weights", optional=True, help="How far to go for each value.")),
        call=_lerp_call, check=stretches("mixes"), caution=quiet_stretch(always=True), headline=("weight",),
        examples=(Example({}, {"input": (2, 5), "other": (2, 5)}),
                  Example({}, {"input": (2, 3, 4), "other": (2, 3, 4), "weights": (2, 3, 4)})),
    ),
    layer(
        "LogAddExp", "The logarithm of the sum of two exponentials.",
        "Adds two probabilities that are given as logarithms, without underflow. It is a smooth maximum of two "
        "tensors.",
        "y = ln(e^input + e^other)", ("log probability", "smooth maximum", "softplus"), PAIR,
        lambda c: f"torch.logaddexp({c.one()}, {c.one('other')})", "adds", True,
    ),
    layer(
        "Atan2", "The angle of a point from its two coordinates.",
        "Takes the height and the width of a point and gives its direction, all the way round from −π to π. For "
        "networks that predict a sine and a cosine.",
        "y = angle of the point (other, input)", ("angle", "arctangent", "direction", "orientation"), PAIR,
        lambda c: f"torch.atan2({c.one()}, {c.one('other')})", "compares", True,
    ),
)  # fmt: skip

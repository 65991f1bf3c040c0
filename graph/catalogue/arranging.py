"""More ways to arrange values: moving axes, repeating steps, diagonals, triangles, quarter turns, shapes of others."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import Rule, axis_exists, dim_param, first, rank_at_least
from graph.catalogue.shape import ANY
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

_INT = {"input": "int64"}
_OFFSET = Param("diagonal", "int", 0, "0 is the main diagonal, 1 the one above, -1 the one below.", minimum=-65_536,
                maximum=65_536)  # fmt: skip
_MATRICES = "matrices (B, rows, columns)"


def _axes_differ(one: str, two: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        tensor, a, b = given.one(), given[one], given[two]
        if tensor.rank and a % tensor.rank != b % tensor.rank:
            return None
        return Complaint(
            f"has {one} = {a} and {two} = {b}, which are the same axis of {tensor.text}",
            expected="two different axes", got=str(b), port="input", param=two,
        )  # fmt: skip

    return check


def _diagonal_there(given: Given) -> Complaint | None:
    tensor, offset = given.one(), given["offset"]
    rows, columns = given["dim1"], given["dim2"]
    for shape in tensor.shapes:
        if min(shape[columns] - offset, shape[rows]) < 1 or min(shape[rows] + offset, shape[columns]) < 1:
            return Complaint(
                f"takes diagonal {offset}, which lies outside the matrices of {tensor.text}",
                expected="a diagonal inside", got=str(offset), port="input", param="offset",
                patches=(Patch("Set offset to 0", {"offset": 0}),),
            )  # fmt: skip
    return None


def _diagonal_call(c: Call) -> str:
    keywords = [
        f"{key}={c[key]}" for key, usual in (("offset", 0), ("dim1", 0), ("dim2", 1)) if c.changed(usual, key)
    ]
    return f"torch.diagonal({', '.join([c.one(), *keywords])})"


def _triangle(name: str, summary: str, help: str, words: tuple[str, ...], formula: str) -> LayerType:
    def call(c: Call) -> str:
        offset = f", diagonal={c['diagonal']}" if c.changed(0, "diagonal") else ""
        return f"torch.{name.lower()}({c.one()}{offset})"

    return LayerType(
        name=name, category="Shape", summary=summary, help=help, formula=formula,
        words=("triangle", "triangular", "mask", "matrix", *words), params=(_OFFSET,), inputs=ANY, call=call,
        check=rank_at_least(2, _MATRICES), headline=("diagonal",),
        examples=(Example({}, {"input": (2, 4, 4)}), Example({"diagonal": 1}, {"input": (2, 3, 5)}, {"input": "bool"})),
    )  # fmt: skip


def _batch_stays(*names: str) -> Callable[[Given], Complaint | None]:
    """The warning where the batch does not stay the first axis."""

    def caution(given: Given) -> Complaint | None:
        tensor = given.one()
        places = [given[name] % tensor.rank for name in names]
        if not tensor.batched or 0 not in places or len(set(places)) == 1:
            return None
        return Complaint(
            f"moves the batch away from the first axis of {tensor.text}",
            expected="axes behind the batch", got="0", port="input", param=names[0],
        )  # fmt: skip

    return caution


def _along_batch(given: Given) -> Complaint | None:
    tensor = given.one()
    if not tensor.batched or given["dim"] % tensor.rank:
        return None
    return Complaint(
        f"repeats the samples of the batch, axis 0 of {tensor.text}", expected="an axis behind the batch", got="0",
        port="input", param="dim",
    )  # fmt: skip


def _same_count(given: Given) -> Complaint | None:
    tensor, other = given.one(), given.one("reference")
    for a, b in zip(tensor.shapes, other.shapes, strict=True):
        one, two = 1, 1
        for size in a:
            one *= size
        for size in b:
            two *= size
        if one != two:
            return Complaint(
                f"needs as many values as its reference {other.text} has, but receives {tensor.text}",
                expected=other.text, got=tensor.text, port="reference",
            )  # fmt: skip
    return None


def _stretches_to(given: Given) -> Complaint | None:
    tensor, other = given.one(), given.one("reference")
    if tensor.rank <= other.rank and all(
        mine in (1, size)
        for a, b in zip(tensor.shapes, other.shapes, strict=True)
        for mine, size in zip(reversed(a), reversed(b), strict=False)
    ):
        return None
    return Complaint(
        f"can only stretch axes of size 1, so it cannot bring {tensor.text} to the shape of {other.text}",
        expected=other.text, got=tensor.text, port="reference",
    )  # fmt: skip


def _turned_batch(given: Given) -> Complaint | None:
    tensor = given.one()
    if tensor.rank > 2 or not tensor.batched:
        return None
    return Complaint(
        f"turns the batch into another axis: it needs two axes behind it, but receives {tensor.text}",
        expected="(B, height, width)", got=tensor.text, port="input",
    )  # fmt: skip


_LIKE = (Port("input", "any"), Port("reference", "any", help="Only its shape is used."))

LAYERS = (
    LayerType(
        name="MoveDim", category="Shape", summary="Take one axis out and put it in elsewhere.",
        help=(
            "Moves a single axis; all others keep their order. source 1 and destination −1 turn (B, C, H, W) into "
            "(B, H, W, C), so that a LayerNorm sees the channels last."
        ),
        formula="(B, C, H, W) → (B, H, W, C) for source 1, destination −1",
        words=("moveaxis", "channels last", "reorder", "permute", "transpose"),
        params=(dim_param(1, "Axis that is moved.", "source"),
                dim_param(-1, "Where it stands afterwards.", "destination")),
        inputs=ANY, call=lambda c: f"{c.one()}.movedim({c['source']}, {c['destination']})",
        check=first(axis_exists("source"), axis_exists("destination")), caution=_batch_stays("source", "destination"),
        headline=("source", "destination"),
        examples=(Example({}, {"input": (2, 3, 4, 5)}),
                  Example({"source": -1, "destination": 1}, {"input": (2, 3, 4)}, _INT)),
    ),
    LayerType(
        name="RepeatInterleave", category="Shape", summary="Write every step of an axis several times in a row.",
        help=(
            "a, b becomes a, a, b, b, where Repeat gives a, b, a, b. Enlarges an image without smoothing, or gives "
            "every group of query heads its own copy of a key head."
        ),
        formula="y[i] = x[⌊i / repeats⌋]",
        words=("repeat", "upsample", "tile", "grouped query attention", "duplicate"),
        params=(Param("repeats", "int", 2, "How often each step is written.", minimum=1, maximum=65_536),
                dim_param(1, "The axis.")),
        inputs=ANY, call=lambda c: f"{c.one()}.repeat_interleave({c['repeats']}, dim={c['dim']})",
        check=axis_exists("dim"), caution=_along_batch, headline=("repeats", "dim"),
        examples=(Example({}, {"input": (2, 3, 4)}), Example({"repeats": 3, "dim": -1}, {"input": (2, 3)}, _INT)),
    ),
    LayerType(
        name="Diagonal", category="Shape", summary="The diagonal of matrices, as vectors.",
        help=(
            "Takes the values whose row and column number agree (or differ by offset). Of a matrix of similarities "
            "it is how alike the pairs that belong together are."
        ),
        formula="y[i] = x[i, i + offset]",
        words=("diag", "matrix", "trace", "pairs"),
        params=(Param("offset", "int", 0, "1 is the diagonal above the main one, -1 the one below.", minimum=-65_536,
                      maximum=65_536),
                dim_param(-2, "Axis of the rows.", "dim1"), dim_param(-1, "Axis of the columns.", "dim2")),
        inputs=ANY, call=_diagonal_call,
        check=first(axis_exists("dim1"), axis_exists("dim2"), _axes_differ("dim1", "dim2"), _diagonal_there),
        caution=_batch_stays("dim1", "dim2"), headline=("offset",),
        examples=(Example({}, {"input": (2, 4, 4)}),
                  Example({"offset": 1, "dim1": 1, "dim2": 3}, {"input": (2, 4, 3, 5)}, _INT)),
    ),
    LayerType(
        name="DiagEmbed", category="Shape", summary="Matrices with the vectors on their diagonal, zeros elsewhere.",
        help=(
            "Turns a vector of n numbers into an n × n matrix that scales each coordinate by itself, such as the "
            "variances of a normal distribution whose coordinates do not depend on each other."
        ),
        formula="y[i, j] = x[i] where i = j, else 0",
        words=("diag", "diagonal matrix", "covariance"),
        inputs=(Port("input", "number"),), call=lambda c: f"torch.diag_embed({c.one()})",
        check=rank_at_least(1, "a batch of vectors (B, n)"),
        examples=(Example({}, {"input": (2, 4)}), Example({}, {"input": (2, 3, 4)}, _INT)),
    ),
    _triangle(
        "Triu", "Keep the upper triangle of matrices, zeros below.",
        "Sets everything below a diagonal to zero. Of a matrix of ones, with diagonal 1, it marks the future that a "
        "causal attention must not see.",
        ("upper", "causal"), "y[i, j] = x[i, j] where j ≥ i + diagonal, else 0",
    ),
    _triangle(
        "Tril", "Keep the lower triangle of matrices, zeros above.",
        "Sets everything above a diagonal to zero. Of a matrix of ones it marks what each step may look at: itself "
        "and the past. Normalising flows keep their weights triangular with it.",
        ("lower", "causal"), "y[i, j] = x[i, j] where j ≤ i + diagonal, else 0",
    ),
    LayerType(
        name="Rot90", category="Shape", summary="Turn images by quarter turns.",
        help=(
            "Turns the last two axes by 90° to the left, as often as said. Networks learn about images without "
            "labels by guessing how far they were turned."
        ),
        formula="y[i, j] = x[j, n − 1 − i] for one turn",
        words=("rotate", "quarter turn", "augmentation", "self-supervised"),
        params=(Param("k", "int", 1, "Quarter turns to the left; negative ones go right.", minimum=-3, maximum=3),),
        inputs=ANY, call=lambda c: f"torch.rot90({c.one()}, {c['k']}, (-2, -1))",
        check=rank_at_least(2, "a batch of images (B, C, H, W)"),
        caution=_turned_batch, headline=("k",),
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"k": -2}, {"input": (2, 3, 4)}, _INT)),
    ),
    LayerType(
        name="ReshapeLike", category="Shape", summary="The same values in the shape of another tensor.",
        help=(
            "Arranges its input in the shape of the reference, which must hold as many values: a decoder's flat "
            "output becomes an image again without its size being written down twice."
        ),
        formula="y = x in the shape of reference",
        words=("view as", "reshape as", "same shape", "restore"),
        inputs=_LIKE, call=lambda c: f"{c.one()}.reshape({c.one('reference')}.shape)", check=_same_count,
        examples=(Example({}, {"input": (2, 12), "reference": (2, 3, 2, 2)}),
                  Example({}, {"input": (2, 3, 4), "reference": (2, 12)}, _INT)),
    ),
    LayerType(
        name="ExpandLike", category="Shape", summary="Stretch axes of size 1 to the shape of another tensor.",
        help=(
            "Shows values as if they stood at every place of the reference, without copying: one number per channel "
            "at every pixel, one vector of a class at every step."
        ),
        formula="y = x, its axes of size 1 stretched to those of reference",
        words=("expand as", "broadcast", "repeat", "stretch"),
        inputs=_LIKE, call=lambda c: f"{c.one()}.expand_as({c.one('reference')})", check=_stretches_to,
        examples=(Example({}, {"input": (2, 3, 1, 1), "reference": (2, 3, 4, 5)}),
                  Example({}, {"input": (2, 1, 4), "reference": (2, 3, 4)}, _INT)),
    ),
)  # fmt: skip

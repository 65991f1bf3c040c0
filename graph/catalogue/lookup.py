"""Steps of an axis picked by a tensor of their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.rules import axis_exists, dim_param, first
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Port


def _call(c: Call) -> str:
    x, index, dim = c.one(), c.one("index"), c.number("dim")
    if dim is not None and 0 <= dim <= 3:
        return f"{x}[{':, ' * dim}{index}]"
    if dim is not None and -4 <= dim < 0:
        return f"{x}[..., {index}{', :' * (-dim - 1)}]"
    return f"{x}.index_select({c['dim']}, {index}.flatten()).unflatten({c['dim']}, {index}.shape)"


def _whole_numbers(given: Given) -> Complaint | None:
    index = given.one("index")
    if index.kind == "int" and index.dtype in ("int64", "int32") and index.rank:
        return None
    return Complaint(
        f"expects whole numbers at index but receives {index.text}",
        expected="int64",
        got=index.dtype,
        port="index",
    )


def _mixes(given: Given) -> Complaint | None:
    tensor = given.one()
    if not tensor.batched or given["dim"] % tensor.rank:
        return None
    return Complaint(
        f"picks samples of the batch, axis 0 of {tensor.text}", expected="an axis behind the batch", got="0",
        param="dim", port="input",
    )  # fmt: skip


def _worked(given: Given, outputs: Mapping[str, Any]) -> str:
    return f"{given.one().text} at places {given.one('index').text} = {outputs['output'].text}"


LAYERS = (
    LayerType(
        name="Lookup",
        category="Shape",
        summary="Pick steps of an axis by a tensor of their numbers.",
        help=(
            "Every number of the index is replaced by the step of the axis it names; the index may have any "
            "shape, which takes the place of the axis. Attention with relative positions reads its table so: a "
            "learned value for each distance, and a fixed table that says which distance two places have."
        ),
        formula="y[…, i, j, …] = x[…, index[i, j], …]",
        words=(
            "index",
            "take",
            "gather",
            "relative position bias",
            "table",
            "fancy indexing",
            "index_select",
        ),
        params=(dim_param(1, "Axis to pick from."),),
        inputs=(
            Port("input", "any", help="What is picked from."),
            Port("index", "int", help="Numbers of steps, from 0 to the size of the axis − 1."),
        ),
        call=_call,
        check=first(axis_exists("dim"), _whole_numbers),
        caution=_mixes,
        worked=_worked,
        headline=("dim",),
        examples=(
            Example({}, {"input": (2, 5, 4), "index": (3,)}, {"index": "int64"}),
            Example({"dim": -1}, {"input": (2, 5, 4), "index": (2, 3)}, {"index": "int64"}),
        ),
    ),
)

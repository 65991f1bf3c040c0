"""Picking and sorting values by their number: gather, scatter, index lists, sorting, taking apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.reduce import over_batch
from graph.catalogue.rules import Rule, axis_exists, dim_param, first
from graph.catalogue.shape import ANY
from graph.catalogue.slicing import numbered, parts
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

_INT = {"index": "int64"}


def _same_rank(port: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        tensor, index = given.one(), given.one(port)
        if tensor.rank == index.rank:
            return None
        return Complaint(
            f"expects {port} with as many axes as its input {tensor.text} but receives {index.text}",
            expected=f"{tensor.rank} axes", got=index.text, port=port,
        )  # fmt: skip

    return check


def _index_within(given: Given) -> Complaint | None:
    """The index may be longer than the input along dim alone."""
    tensor, index = given.one(), given.one("index")
    dim = given["dim"] % max(tensor.rank, 1)
    for a, b in zip(tensor.shapes, index.shapes, strict=True):
        if any(mine > most for axis, (mine, most) in enumerate(zip(b, a, strict=True)) if axis != dim):
            return Complaint(
                f"picks along dim {given['dim']}, so in every other axis index must not be longer than {tensor.text}, "
                f"but it is {index.text}",
                expected=tensor.text, got=index.text, port="index", param="dim",
            )  # fmt: skip
    return None


def _source_covers(given: Given) -> Complaint | None:
    source, index = given.one("source"), given.one("index")
    if source.rank == index.rank and all(
        mine <= most
        for a, b in zip(index.shapes, source.shapes, strict=True)
        for mine, most in zip(a, b, strict=True)
    ):
        return None
    return Complaint(
        f"needs a value in source for every place of index {index.text}, but source is {source.text}",
        expected=index.text, got=source.text, port="source",
    )  # fmt: skip


def _one_kind(given: Given) -> Complaint | None:
    tensor, source = given.one(), given.one("source")
    if tensor.dtype == source.dtype:
        return None
    return Complaint(
        f"adds values of one kind of number, but receives {tensor.text} and {source.text}",
        expected=tensor.dtype, got=source.dtype, port="source",
    )  # fmt: skip


def _indices_within(given: Given) -> Complaint | None:
    tensor, dim, indices = given.one(), given["dim"], tuple(given["indices"])
    least = min(shape[dim] for shape in tensor.shapes)
    wrong = next((number for number in indices if not -least <= number < least), None)
    if indices and wrong is None:
        return None
    whole = tuple(range(min(least, 16)))
    if wrong is None:
        return Complaint(f"takes no step at all of axis {dim} of {tensor.text}", param="indices", port="input",
                         patches=(Patch("Take the first step", {"indices": (0,)}),))  # fmt: skip
    return Complaint(
        f"takes step {wrong} of axis {dim}, which has only {tensor.dims[dim]} in {tensor.text}",
        expected=f"{-least} to {least - 1}", got=str(wrong), param="indices", port="input",
        patches=(Patch("Take the steps that are there", {"indices": tuple(n for n in indices if -least <= n < least)
                                                         or whole}),),
    )  # fmt: skip


def _indices_call(c: Call) -> str:
    listed, dim = f"[{c.spread('indices').rstrip(',')}]", c.number("dim")
    if dim is not None and 0 <= dim <= 3:
        return f"{c.one()}[{':, ' * dim}{listed}]"
    if dim is not None and -4 <= dim < 0:
        return f"{c.one()}[..., {listed}{', :' * (-dim - 1)}]"
    return f"{c.one()}.movedim({c['dim']}, 0)[{listed}].movedim(0, {c['dim']})"


def _unbind_ports(values: Mapping[str, Any]) -> tuple[Port, ...]:
    count = values["count"]
    return parts(count if isinstance(count, int) and 1 <= count <= 64 else 1)


def _unbind_count(given: Given) -> Complaint | None:
    tensor, dim, count = given.one(), given["dim"], given["count"]
    if tensor.size(dim) == count:
        return None
    size = tensor.size(dim)
    return Complaint(
        f"has {count} outputs for axis {dim}, which has {tensor.dims[dim]} in {tensor.text}",
        expected=str(count), got=tensor.dims[dim], port="input", param="count",
        patches=(Patch(f"Set count to {size}", {"count": size}),) if size and size <= 64 else (),
    )  # fmt: skip


def _sort_call(name: str) -> Any:
    def call(c: Call) -> str:
        keywords = [
            f"{key}={c[key]}" for key, usual in (("dim", -1), ("descending", False)) if c.changed(usual, key)
        ]
        return f"torch.{name}({', '.join([c.one(), *keywords])})"

    return call


_SORTING = (dim_param(-1, "The axis."), Param("descending", "bool", False, "Largest first."))

LAYERS = (
    LayerType(
        name="Gather", category="Shape", summary="Pick values along an axis by an index tensor.",
        help=(
            "For every place of index it takes the value of the input at that number along dim: the score of the "
            "action that was taken, the log-probability of the right word. index has as many axes as the input; the "
            "result has its shape."
        ),
        formula="y[i, j] = input[i, index[i, j]] for dim 1",
        words=("take along dim", "pick", "index", "lookup", "q-learning", "action value"),
        params=(dim_param(1, "Axis to pick along."),),
        inputs=(Port("input", "any"), Port("index", "int", help="Which value to take at every place.")),
        call=lambda c: f"torch.gather({c.one()}, {c['dim']}, {c.one('index')})",
        check=first(axis_exists("dim"), _same_rank("index"), _index_within), headline=("dim",),
        examples=(Example({}, {"input": (2, 5), "index": (2, 1)}, _INT),
                  Example({"dim": -1}, {"input": (2, 3, 4), "index": (2, 3, 6)}, _INT)),
    ),
    LayerType(
        name="ScatterAdd", category="Shape", summary="Add values at places that an index tensor names.",
        help=(
            "Adds every value of source to the input at the number that index gives along dim; several may meet at "
            "one place. Graph networks add the messages of all edges to their nodes with it, histograms count with "
            "it."
        ),
        formula="y = input, then y[i, index[i, j]] += source[i, j] for dim 1",
        words=("scatter", "index add", "graph network", "message passing", "histogram", "segment sum"),
        params=(dim_param(1, "Axis that the index counts along."),),
        inputs=(Port("input", "number"), Port("index", "int", help="Where each value goes."),
                Port("source", "number", help="The values that are added.")),
        call=lambda c: f"{c.one()}.scatter_add({c['dim']}, {c.one('index')}, {c.one('source')})",
        check=first(axis_exists("dim"), _same_rank("index"), _index_within, _source_covers, _one_kind),
        headline=("dim",),
        examples=(Example({}, {"input": (2, 5), "index": (2, 3), "source": (2, 3)}, _INT),
                  Example({"dim": -1}, {"input": (2, 3, 4), "index": (2, 3, 6), "source": (2, 3, 6)}, _INT)),
    ),
    LayerType(
        name="IndexSelect", category="Shape", summary="Take a list of steps of an axis, in this order.",
        help=(
            "Keeps the steps that are listed, and in that order: 2, 1, 0 turns the colours of a picture from RGB to "
            "BGR, a list of feature numbers picks columns. A step may be listed more than once."
        ),
        formula="y = x[:, indices] for dim 1",
        words=("index", "pick", "reorder", "columns", "subset", "channels", "fancy indexing"),
        params=(
            Param("indices", "shape", (0,), "Numbers of the steps; negative ones count from the end.", minimum=-(2**31),
                  maximum=2**31),
            dim_param(1, "Axis to pick from."),
        ),
        inputs=ANY, call=_indices_call, check=first(axis_exists("dim"), _indices_within), caution=over_batch,
        headline=("indices", "dim"),
        examples=(Example({"indices": (2, 1, 0)}, {"input": (2, 3, 4, 4)}),
                  Example({"indices": (0, -1), "dim": -1}, {"input": (2, 3, 5)}, {"input": "int64"})),
    ),
    LayerType(
        name="Unbind", category="Shape", summary="Take an axis apart into its single steps.",
        help=(
            "One output for each step of an axis, which disappears: (B, 3, T, d) becomes query, key and value of (B, "
            "T, d) each. count must be the size of the axis."
        ),
        formula="part i = x[:, i] for dim 1",
        words=("split", "unstack", "query key value", "separate", "take apart"),
        params=(Param("count", "int", 2, "Size of the axis, the number of outputs.", minimum=1, maximum=64),
                dim_param(1, "Axis to take apart.")),
        inputs=ANY, outputs=_unbind_ports, unpack=lambda values: numbered(len(_unbind_ports(values))),
        call=lambda c: f"{c.one()}.unbind({'' if c.number('dim') == 0 else c['dim']})",
        check=first(axis_exists("dim"), _unbind_count), headline=("count", "dim"),
        examples=(Example({}, {"input": (2, 2, 4)}),
                  Example({"count": 3, "dim": -1}, {"input": (2, 4, 3)}, {"input": "int64"})),
    ),
    LayerType(
        name="Sort", category="Reduce", summary="Sort values along an axis, and say where they stood.",
        help=(
            "Puts the values of an axis in order, smallest first, and gives their old positions. Gradients follow "
            "the values. Gather with the positions brings another tensor into the same order."
        ),
        formula="y[0] ≤ y[1] ≤ …",
        words=("order", "rank", "arrange", "top"), params=_SORTING, inputs=(Port("input", "number"),),
        outputs=(Port("values"), Port("indices", "int")), call=_sort_call("sort"), unpack="{values}, {indices}",
        check=axis_exists("dim"), caution=over_batch, headline=("dim",),
        examples=(Example({}, {"input": (2, 5)}), Example({"dim": 1, "descending": True}, {"input": (2, 3, 4)})),
    ),
    LayerType(
        name="Argsort", category="Reduce", summary="The positions that would sort an axis.",
        help=(
            "Gives the numbers of the values in order, smallest first: the ranking of a list of candidates. "
            "Positions are whole numbers, so no gradient passes."
        ),
        formula="x[y[0]] ≤ x[y[1]] ≤ …",
        words=("order", "ranking", "sort", "index"), params=_SORTING, inputs=(Port("input", "number"),),
        call=_sort_call("argsort"), check=axis_exists("dim"), caution=over_batch, headline=("dim",),
        examples=(Example({}, {"input": (2, 5)}), Example({"dim": 1, "descending": True}, {"input": (2, 3, 4)})),
    ),
)  # fmt: skip

"""Another shape, the same values: flatten, reshape, permute and their kin."""

from __future__ import annotations

from math import prod

from graph.catalogue.rules import Outputs, axis_exists, dim_param, first, plural
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor

ANY = (Port("input", "any"),)


def mixes_samples(given: Given, result: str) -> Complaint:
    """The warning of every operation that tears the batch axis apart."""
    return Complaint(
        f"mixes the samples of the batch: {given.one().text} becomes {result}",
        expected="the batch as axis 0", got=result, port="input",
    )  # fmt: skip


def _flatten_order(given: Given) -> Complaint | None:
    tensor, start, end = given.one(), given["start_dim"], given["end_dim"]
    if start % tensor.rank <= end % tensor.rank:
        return None
    return Complaint(
        f"has start_dim = {start} behind end_dim = {end} in {tensor.text}",
        expected=f"start_dim of at most {end % tensor.rank}", got=str(start), param="start_dim",
        patches=(Patch("Set start_dim to 1 and end_dim to -1", {"start_dim": 1, "end_dim": -1}),),
    )  # fmt: skip


def _flatten_caution(given: Given) -> Complaint | None:
    tensor = given.one()
    if tensor.rank < 2 or given["start_dim"] % tensor.rank or not given["end_dim"] % tensor.rank:
        return None
    total = [prod(shape[: given["end_dim"] % tensor.rank + 1]) for shape in tensor.shapes]
    return mixes_samples(given, Tensor(tuple((size,) for size in total)).text)


def _flatten_worked(given: Given, outputs: Outputs) -> str:
    tensor = given.one()
    dims = tensor.dims[given["start_dim"] % tensor.rank : given["end_dim"] % tensor.rank + 1]
    size = outputs["output"].dims[given["start_dim"] % tensor.rank]
    return f"{' · '.join(dims)} = {size}"


def _show(sizes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _reshape_check(given: Given) -> Complaint | None:
    tensor, shape = given.one(), tuple(given["shape"])
    if not shape or shape.count(-1) > 1 or 0 in shape:
        return Complaint(
            f"has the shape {_show(shape)}, which may hold a single -1 and no zero, for {tensor.text}",
            expected="at most one -1", got=_show(shape), param="shape",
        )  # fmt: skip
    known = prod(size for size in shape if size != -1)
    totals = [prod(sizes) for sizes in tensor.shapes]
    fits = all(total % known == 0 if -1 in shape else total == known for total in totals)
    if fits:
        return None
    patches = []
    per_sample = tensor.fixed(1)
    if per_sample is not None and tensor.rank > 1:
        patches.append(Patch(f"Set shape to (-1, {per_sample})", {"shape": (-1, per_sample)}))
        middle = prod(size for size in shape[1:-1])
        if shape[0] == -1 and len(shape) > 2 and per_sample % middle == 0:
            fitting = (*shape[:-1], per_sample // middle)
            patches.insert(0, Patch(f"Set shape to {_show(fitting)}", {"shape": fitting}))
        if -1 not in shape[1:] and prod(shape[1:]) == per_sample:
            fitting = (-1, *shape[1:])
            patches.insert(0, Patch(f"Set shape to {_show(fitting)}", {"shape": fitting}))
    count = f"{per_sample} values per sample" if per_sample is not None else "these values"
    return Complaint(
        f"cannot arrange {count} as {_show(shape)}, because it receives {tensor.text}",
        expected=_show(shape), got=tensor.text, port="input", param="shape", patches=tuple(patches),
    )  # fmt: skip


def _reshape_caution(given: Given) -> Complaint | None:
    tensor, shape = given.one(), tuple(given["shape"])
    if not tensor.batched:
        return None
    known = prod(size for size in shape if size != -1)
    sizes = [tuple(prod(total) // known if size == -1 else size for size in shape) for total in tensor.shapes]
    result = Tensor(tuple(sizes), tensor.dtype)
    return None if result.dims[0] == tensor.dims[0] else mixes_samples(given, result.text)


def _permutation(given: Given) -> Complaint | None:
    tensor, dims = given.one(), tuple(given["dims"])
    if sorted(dim % tensor.rank for dim in dims if -tensor.rank <= dim < tensor.rank) == list(range(tensor.rank)) \
            and len(dims) == tensor.rank:  # fmt: skip
        return None
    turned = (0, *range(2, tensor.rank), 1) if tensor.rank > 2 else tuple(range(tensor.rank))
    return Complaint(
        f"has dims {_show(dims)}, which must name each of the {plural(tensor.rank, 'axis')} once, for "
        f"{tensor.text}",
        expected=f"an order of 0 to {tensor.rank - 1}", got=_show(dims), port="input", param="dims",
        patches=(Patch(f"Set dims to {_show(turned)}", {"dims": turned}),),
    )  # fmt: skip


def _permute_caution(given: Given) -> Complaint | None:
    tensor = given.one()
    order = [dim % tensor.rank for dim in given["dims"]]
    if not tensor.batched or order[0] == 0:
        return None
    result = Tensor(tuple(tuple(shape[axis] for axis in order) for shape in tensor.shapes), tensor.dtype)
    return Complaint(
        f"moves the batch from axis 0 to axis {order.index(0)}: {result.text} of {tensor.text}",
        expected="0 as the first of dims", got=_show(tuple(given["dims"])), param="dims", port="input",
    )  # fmt: skip


def _squeeze_one(given: Given) -> Complaint | None:
    tensor, dim = given.one(), given["dim"]
    if tensor.size(dim) == 1:
        return None
    return Complaint(
        f"removes axis {dim} only where its size is 1, so it leaves {tensor.text} as it is",
        expected="1", got=tensor.dims[dim], param="dim", port="input",
    )  # fmt: skip


def _unflatten_check(given: Given) -> Complaint | None:
    tensor, dim, sizes = given.one(), given["dim"], tuple(given["unflattened_size"])
    if not sizes or sizes.count(-1) > 1 or 0 in sizes:
        return Complaint(
            f"has unflattened_size {_show(sizes)}, which may hold a single -1 and no zero, for {tensor.text}",
            expected="at most one -1", got=_show(sizes), param="unflattened_size",
        )  # fmt: skip
    known = prod(size for size in sizes if size != -1)
    if all(shape[dim] % known == 0 if -1 in sizes else shape[dim] == known for shape in tensor.shapes):
        return None
    return Complaint(
        f"cannot arrange the {tensor.dims[dim]} values of axis {dim} as {_show(sizes)} in {tensor.text}",
        expected=f"{known} values", got=tensor.dims[dim], param="unflattened_size", port="input",
        patches=(Patch(f"Set unflattened_size to {_show((-1, *sizes[1:]))}", {"unflattened_size": (-1, *sizes[1:])}),),
    )  # fmt: skip


def _view(c: Call) -> str:
    return f"{c.one()}.reshape({c.spread('shape')})"


def _transpose_caution(given: Given) -> Complaint | None:
    tensor = given.one()
    axes = {given["dim0"] % tensor.rank, given["dim1"] % tensor.rank}
    if not tensor.batched or 0 not in axes or len(axes) == 1:
        return None
    return Complaint(
        f"moves the batch from axis 0 to axis {max(axes)} of {tensor.text}",
        expected="two axes behind the batch", got="0", param="dim0" if given["dim0"] % tensor.rank == 0 else "dim1",
        port="input",
    )  # fmt: skip


LAYERS = (
    LayerType(
        name="Flatten",
        category="Shape",
        summary="Put all axes behind the batch into one.",
        help=(
            "Writes the values of each sample one behind the other: (B, 64, 7, 7) becomes (B, 3136). It "
            "stands between the convolutions of a classifier and its first linear layer. It computes "
            "nothing."
        ),
        formula="size = product of the axes from start_dim to end_dim",
        words=("vector", "view", "ravel", "reshape", "unroll"),
        params=(
            dim_param(1, "First axis to join; 1 leaves the batch alone.", "start_dim"),
            dim_param(-1, "Last axis to join.", "end_dim"),
        ),
        inputs=ANY,
        module="nn.Flatten",
        check=first(axis_exists("start_dim"), axis_exists("end_dim"), _flatten_order),
        caution=_flatten_caution,
        worked=_flatten_worked,
        examples=(
            Example({}, {"input": (2, 3, 4, 5)}),
            Example({"start_dim": 2, "end_dim": -1}, {"input": (2, 3, 4, 5)}),
            Example({"end_dim": 2}, {"input": (2, 3, 4, 5)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Unflatten",
        category="Shape",
        summary="Split one axis into several.",
        help=(
            "The opposite of Flatten: one axis becomes several, for instance (B, 196) becomes (B, 1, 14, "
            "14). Generators use it to turn a vector into an image. One size may be -1: it follows from the "
            "rest."
        ),
        formula="product of unflattened_size = size of the axis",
        words=("unflatten", "view", "reshape", "split axis"),
        params=(
            dim_param(1, "Axis to split.", required=True),
            Param("unflattened_size", "shape", (1, 28, 28), "Sizes of the new axes; one may be -1.", minimum=-1,
                  maximum=10_000_000, required=True),
        ),
        inputs=ANY,
        module="nn.Unflatten",
        check=first(axis_exists("dim"), _unflatten_check),
        headline=("unflattened_size",),
        examples=(
            Example({"unflattened_size": (3, 4)}, {"input": (2, 12)}),
            Example({"dim": -1, "unflattened_size": (2, -1, 2)}, {"input": (2, 3, 8)}),
        ),
    ),
    LayerType(
        name="Reshape",
        category="Shape",
        summary="Arrange the same values in another shape.",
        help=(
            "Reads the values in order and writes them into a new shape. The first number stands for the "
            "batch: leave it at -1, which means \"as many as there are\". Never write the batch size "
            "itself, or the network works for that size only."
        ),
        formula="product of the new sizes = product of the old sizes",
        words=("view", "resize", "arrange", "rearrange"),
        params=(
            Param("shape", "shape", (-1, 784), "The new shape with the batch in front; one size may be -1.",
                  minimum=-1, maximum=10_000_000),
        ),
        inputs=ANY,
        call=_view,
        check=_reshape_check,
        caution=_reshape_caution,
        headline=("shape",),
        examples=(
            Example({"shape": (-1, 12)}, {"input": (2, 3, 4)}),
            Example({"shape": (-1, 2, 2, 3)}, {"input": (2, 12)}, {"input": "int64"}),
            Example({"shape": (-1,)}, {"input": (2, 3)}),
        ),
    ),
    LayerType(
        name="Permute",
        category="Shape",
        summary="Put the axes in another order.",
        help=(
            "Reorders the axes without touching a value: dims 0, 2, 3, 1 turns (B, C, H, W) into (B, H, W, "
            "C). Name every axis once, and keep 0 (the batch) in front."
        ),
        formula="axis i of the output = axis dims[i] of the input",
        words=("transpose", "swap axes", "reorder", "channels last", "rearrange"),
        params=(Param("dims", "shape", (0, 2, 1), "The axes in their new order.", minimum=-16, maximum=15),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.permute({c.spread('dims')})",
        check=_permutation,
        caution=_permute_caution,
        headline=("dims",),
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({"dims": (0, 2, 3, 1)}, {"input": (2, 3, 4, 5)}, {"input": "bool"}),
        ),
    ),
    LayerType(
        name="Transpose",
        category="Shape",
        summary="Swap two axes with each other.",
        help=(
            "Exchanges two axes and leaves the others where they are, for example (B, C, L) and (B, L, C) "
            "between convolutions over a sequence and recurrent layers."
        ),
        formula="y[…, i, …, j, …] = x[…, j, …, i, …]",
        words=("swap axes", "permute", "T"),
        params=(dim_param(1, "One axis.", "dim0"), dim_param(2, "The other axis.", "dim1")),
        inputs=ANY,
        call=lambda c: f"{c.one()}.transpose({c['dim0']}, {c['dim1']})",
        check=first(axis_exists("dim0"), axis_exists("dim1")),
        caution=_transpose_caution,
        headline=("dim0", "dim1"),
        examples=(Example({}, {"input": (2, 3, 4)}), Example({"dim0": -1, "dim1": 1}, {"input": (2, 3, 4, 5)})),
    ),
    LayerType(
        name="Squeeze",
        category="Shape",
        summary="Remove an axis of size 1.",
        help=(
            "Takes an axis of size 1 away: (B, 10, 1) becomes (B, 10). If the axis is longer nothing "
            "happens. The axis has to be named, so that a batch of one sample never loses its batch axis."
        ),
        formula="(…, 1, …) → (…, …)",
        words=("remove axis", "drop dimension"),
        params=(dim_param(-1, "Axis to remove."),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.squeeze({c['dim']})",
        check=axis_exists("dim"),
        caution=_squeeze_one,
        headline=("dim",),
        examples=(Example({}, {"input": (2, 3, 1)}), Example({"dim": 1}, {"input": (2, 1, 4)}, {"input": "int64"})),
    ),
    LayerType(
        name="Unsqueeze",
        category="Shape",
        summary="Add an axis of size 1.",
        help=(
            "Inserts an axis of size 1, for example a channel axis: dim 1 turns (B, 28, 28) into (B, 1, 28, "
            "28), which Conv2d accepts."
        ),
        formula="(…, …) → (…, 1, …)",
        words=("add axis", "expand dims", "new axis", "channel axis"),
        params=(dim_param(1, "Where the new axis stands."),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.unsqueeze({c['dim']})",
        check=axis_exists("dim", extra=1),
        headline=("dim",),
        examples=(Example({}, {"input": (2, 3, 4)}), Example({"dim": -1}, {"input": (2,)}, {"input": "int64"})),
    ),
)  # fmt: skip

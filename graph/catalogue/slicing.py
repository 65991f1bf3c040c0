"""Parts of a tensor: one step of an axis, a range of it, or several pieces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.rules import axis_exists, dim_param, first, plural
from graph.catalogue.shape import ANY
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port


def _select_call(c: Call) -> str:
    dim = c.number("dim")
    if dim is None or not 0 <= dim <= 3:
        return f"{c.one()}.select({c['dim']}, {c['index']})"
    return f"{c.one()}[{':, ' * dim}{c['index']}]"


def _select_index(given: Given) -> Complaint | None:
    tensor, dim, index = given.one(), given["dim"], given["index"]
    least = min(shape[dim] for shape in tensor.shapes)
    if -least <= index < least:
        return None
    return Complaint(
        f"takes step {index} of axis {dim}, which has only {tensor.dims[dim]} in {tensor.text}",
        expected=f"{-least} to {least - 1}", got=str(index), param="index", port="input",
        patches=(Patch("Take the last step", {"index": -1}),),
    )  # fmt: skip


def _whole_batch(what: str) -> Any:
    def caution(given: Given) -> Complaint | None:
        tensor = given.one()
        if not tensor.batched or given["dim"] % tensor.rank:
            return None
        return Complaint(
            f"{what} the batch, axis 0 of {tensor.text}",
            expected="an axis behind the batch", got=str(given["dim"]), param="dim", port="input",
            patches=(Patch("Set dim to 1", {"dim": 1}),) if tensor.rank > 1 else (),
        )  # fmt: skip

    return caution


def _slice_call(c: Call) -> str:
    start, end, step = (("" if c[name] in unset else c[name]) for name, unset in
                        (("start", ("0",)), ("end", ("None",)), ("step", ("1",))))  # fmt: skip
    text = f"{start}:{end}" + (f":{step}" if step else "")
    dim = c.number("dim")
    if dim is not None and 0 <= dim <= 3:
        return f"{c.one()}[{':, ' * dim}{text}]"
    if dim is not None and -4 <= dim < 0:
        return f"{c.one()}[..., {text}{', :' * (-dim - 1)}]"
    return f"{c.one()}.movedim({c['dim']}, 0)[{text}].movedim(0, {c['dim']})"


def _slice_check(given: Given) -> Complaint | None:
    tensor, dim = given.one(), given["dim"]
    for shape in tensor.shapes:
        if not len(range(*slice(given["start"], given["end"], given["step"]).indices(shape[dim]))):
            end = "the end" if given["end"] is None else str(given["end"])
            return Complaint(
                f"takes nothing from {given['start']} to {end} of axis {dim}, which has {tensor.dims[dim]} "
                f"in {tensor.text}",
                expected="at least one step", got="none", param="start", port="input",
                patches=(Patch("Take the whole axis", {"start": 0, "end": None}),),
            )  # fmt: skip
    return None


def parts(count: int) -> tuple[Port, ...]:
    """Output ports part1, part2, …"""
    return tuple(Port(f"part{number}", "any") for number in range(1, count + 1))


def numbered(count: int) -> str:
    """How as many results are taken apart: ``{part1}, {part2}``."""
    return ", ".join(f"{{part{number}}}" for number in range(1, count + 1)) + ("," if count == 1 else "")


def _split_ports(values: Mapping[str, Any]) -> tuple[Port, ...]:
    sizes = values["sizes"]
    return parts(len(sizes) if isinstance(sizes, (tuple, list)) else 1)


def _split_check(given: Given) -> Complaint | None:
    tensor, dim, sizes = given.one(), given["dim"], tuple(given["sizes"])
    shown = " + ".join(map(str, sizes))
    if sizes and all(shape[dim] == sum(sizes) for shape in tensor.shapes):
        return None
    patches = []
    size = tensor.size(dim)
    if size is not None and sizes:
        rest = size - sum(sizes[:-1])
        if rest > 0:
            fitting = (*sizes[:-1], rest)
            patches.append(Patch(f"Set sizes to {', '.join(map(str, fitting))}", {"sizes": fitting}))
        if size % len(sizes) == 0:
            equal = (size // len(sizes),) * len(sizes)
            patches.append(Patch(f"Set sizes to {', '.join(map(str, equal))}", {"sizes": equal}))
    return Complaint(
        f"splits axis {dim} into {shown or 'nothing'} = {sum(sizes)}, but it has {tensor.dims[dim]} in "
        f"{tensor.text}",
        expected=str(sum(sizes)), got=tensor.dims[dim], param="sizes", port="input", patches=tuple(patches),
    )  # fmt: skip


def _chunk_ports(values: Mapping[str, Any]) -> tuple[Port, ...]:
    count = values["chunks"]
    return parts(count if isinstance(count, int) and 1 <= count <= 64 else 1)


def _chunk_check(given: Given) -> Complaint | None:
    tensor, dim, count = given.one(), given["dim"], given["chunks"]
    for shape in tensor.shapes:
        size = shape[dim]
        pieces = -(-size // -(-size // count)) if size else 0
        if pieces != count:
            return Complaint(
                f"cannot cut axis {dim} into {plural(count, 'chunk')}, because its {size} steps give only "
                f"{pieces} in {tensor.text}",
                expected=str(count), got=str(pieces), param="chunks", port="input",
                patches=(Patch(f"Set chunks to {pieces}", {"chunks": pieces}),) if pieces > 1 else (),
            )  # fmt: skip
    return None


def _dim_argument(c: Call) -> str:
    return "" if c.number("dim") == 0 else f", dim={c['dim']}"


LAYERS = (
    LayerType(
        name="Select",
        category="Shape",
        summary="Take one step of an axis, such as the last time step.",
        help=(
            "Picks one position along an axis and drops the axis: with dim 1 and index −1 the output of an "
            "LSTM (B, T, features) becomes its last step (B, features). Index 0 of a Transformer's sequence "
            "is the class token."
        ),
        formula="y = x[:, index] for dim 1",
        words=("last step", "time step", "index", "pick", "take", "many to one", "class token"),
        params=(
            dim_param(1, "Axis to pick from."),
            Param("index", "int", -1, "Which step; -1 is the last.", minimum=-(2**31), maximum=2**31),
        ),
        inputs=ANY,
        call=_select_call,
        check=first(axis_exists("dim"), _select_index),
        caution=_whole_batch("picks a single sample of"),
        headline=("dim", "index"),
        examples=(
            Example({}, {"input": (2, 5, 4)}),
            Example({"dim": -1, "index": 0}, {"input": (2, 5, 4)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Slice",
        category="Shape",
        summary="Take a range of an axis.",
        help=(
            "Keeps the steps from start up to, but not including, end, every step-th of them, as Python's "
            "slices do. Negative numbers count from the end; without an end everything from start on is "
            "kept."
        ),
        formula="y = x[:, start:end:step] for dim 1",
        words=("crop", "range", "narrow", "part", "subset", "window"),
        params=(
            dim_param(1, "Axis to slice."),
            Param("start", "int", 0, "First step that is kept.", minimum=-(2**31), maximum=2**31),
            Param("end", "int", None, "First step that is not kept any more.", minimum=-(2**31), maximum=2**31,
                  optional=True),
            Param("step", "int", 1, "2 keeps every other step.", minimum=1, maximum=2**31),
        ),
        inputs=ANY,
        call=_slice_call,
        check=first(axis_exists("dim"), _slice_check),
        caution=_whole_batch("takes only a part of"),
        headline=("start", "end"),
        examples=(
            Example({"start": 1}, {"input": (2, 5, 4)}),
            Example({"dim": -1, "end": -1, "step": 2}, {"input": (2, 5, 7)}, {"input": "int64"}),
            Example({"dim": -2, "start": 1, "end": 4}, {"input": (2, 5, 7)}),
        ),
    ),
    LayerType(
        name="Split",
        category="Shape",
        summary="Cut an axis into pieces of given sizes.",
        help=(
            "Gives one output per piece. The sizes must add up to the size of the axis. For example 3, 1 "
            "separates the colours of a picture from its transparency."
        ),
        formula="sum of sizes = size of the axis",
        words=("cut", "separate", "pieces", "unconcat"),
        params=(
            Param("sizes", "shape", (1, 1), "Size of each piece.", minimum=1, maximum=10_000_000),
            dim_param(1, "Axis to cut."),
        ),
        inputs=ANY,
        outputs=_split_ports,
        unpack=lambda values: numbered(len(_split_ports(values))),
        call=lambda c: f"torch.split({c.one()}, {c['sizes']}{_dim_argument(c)})",
        check=first(axis_exists("dim"), _split_check),
        headline=("sizes", "dim"),
        examples=(
            Example({"sizes": (3, 1)}, {"input": (2, 4, 3)}),
            Example({"sizes": (1, 2, 2), "dim": -1}, {"input": (2, 4, 5)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Chunk",
        category="Shape",
        summary="Cut an axis into equal pieces.",
        help=(
            "Gives as many outputs as there are chunks, all of equal size except perhaps the last. Three "
            "chunks of the last axis separate the query, key and value of an attention layer that were "
            "computed together."
        ),
        formula="size of each piece = ⌈size of the axis / chunks⌉",
        words=("cut", "split", "equal pieces", "query key value"),
        params=(
            Param("chunks", "int", 2, "Number of pieces.", minimum=2, maximum=64),
            dim_param(1, "Axis to cut."),
        ),
        inputs=ANY,
        outputs=_chunk_ports,
        unpack=lambda values: numbered(len(_chunk_ports(values))),
        call=lambda c: f"torch.chunk({c.one()}, {c['chunks']}{_dim_argument(c)})",
        check=first(axis_exists("dim"), _chunk_check),
        caution=_whole_batch("cuts"),
        headline=("chunks", "dim"),
        examples=(
            Example({}, {"input": (2, 4, 3)}),
            Example({"chunks": 3, "dim": -1}, {"input": (2, 4, 8)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip

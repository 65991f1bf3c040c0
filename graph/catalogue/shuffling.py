"""Moving values between channels and places: pixel shuffle, patches, repetition, reversal."""

from __future__ import annotations

from math import prod
from typing import Any

from graph.catalogue.rules import (
    LAYOUTS,
    axis_exists,
    by,
    dim_param,
    first,
    pair,
    rank_at_least,
    rank_is,
)
from graph.catalogue.shape import ANY
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.catalogue.windows import ints, window_fits


def _shuffle(given: Given) -> Complaint | None:
    tensor, factor = given.one(), given["upscale_factor"]
    if tensor.shapes[0][1] % (factor * factor) == 0:
        return None
    return Complaint(
        f"needs channels in multiples of {factor}² = {factor * factor} but receives {tensor.dims[1]} in "
        f"{tensor.text}",
        expected=f"a multiple of {factor * factor}", got=tensor.dims[1], port="input", param="upscale_factor",
        patches=tuple(
            Patch(f"Set upscale_factor to {n}", {"upscale_factor": n})
            for n in range(factor - 1, 1, -1) if tensor.shapes[0][1] % (n * n) == 0
        )[:1],
    )  # fmt: skip


def _unshuffle(given: Given) -> Complaint | None:
    tensor, factor = given.one(), given["downscale_factor"]
    if all(size % factor == 0 for shape in tensor.shapes for size in shape[2:]):
        return None
    return Complaint(
        f"needs height and width in multiples of {factor} but receives {tensor.text}",
        expected=f"multiples of {factor}", got=by(tensor.dims[2:]), port="input", param="downscale_factor",
    )  # fmt: skip


def _channel_groups(given: Given) -> Complaint | None:
    tensor, groups = given.one(), given["groups"]
    if all(shape[1] % groups == 0 for shape in tensor.shapes):
        return None
    return Complaint(
        f"has groups = {groups}, which does not divide the {tensor.dims[1]} channels of {tensor.text}",
        expected=f"a divisor of {tensor.dims[1]}", got=str(groups), port="input", param="groups",
    )  # fmt: skip


_WINDOW = (
    ints("kernel_size", 2, 3, "Size of a patch.", 1, required=True),
    ints("dilation", 2, 1, "Distance between a patch's cells.", 1),
    ints("padding", 2, 0, "Zeros added at every border.", 0),
    ints("stride", 2, 1, "Step between two patches.", 1),
)


def _blocks(given: Given) -> tuple[int, ...]:
    """How many patches fit into output_size along each axis."""
    names = ("output_size", "kernel_size", "dilation", "padding", "stride")
    return tuple(
        (size + 2 * p - d * (k - 1) - 1) // s + 1
        for size, k, d, p, s in zip(*(pair(given[name]) for name in names), strict=True)
    )


def _fold_fits(given: Given) -> Complaint | None:
    tensor = given.one()
    cells, blocks = prod(pair(given["kernel_size"])), _blocks(given)
    if any(shape[1] % cells for shape in tensor.shapes):
        return Complaint(
            f"needs channels in multiples of {cells}, the cells of a patch, but receives {tensor.dims[1]} in "
            f"{tensor.text}",
            expected=f"a multiple of {cells}", got=tensor.dims[1], port="input", param="kernel_size",
        )  # fmt: skip
    if min(blocks) >= 1 and all(shape[2] == prod(blocks) for shape in tensor.shapes):
        return None
    return Complaint(
        f"puts {by(max(count, 0) for count in blocks)} patches into its output but receives {tensor.dims[2]} "
        f"in {tensor.text}",
        expected=str(prod(max(count, 0) for count in blocks)), got=tensor.dims[2], port="input", param="output_size",
    )  # fmt: skip


def _sizes_fit(given: Given) -> Complaint | None:
    tensor, sizes = given.one(), tuple(given["sizes"])
    shown = f"({', '.join(map(str, sizes))})"
    if len(sizes) < tensor.rank or 0 in sizes:
        whole = (-1,) * tensor.rank
        return Complaint(
            f"has sizes {shown}, where it needs one number for each axis, none of them 0, for {tensor.text}",
            expected=f"{tensor.rank} numbers", got=str(len(sizes)), port="input", param="sizes",
            patches=(Patch(f"Set sizes to {', '.join(map(str, whole))}", {"sizes": whole}),),
        )  # fmt: skip
    front, back = sizes[: len(sizes) - tensor.rank], sizes[len(sizes) - tensor.rank :]
    good = all(
        wanted in (-1, size) or size == 1
        for shape in tensor.shapes
        for wanted, size in zip(back, shape, strict=True)
    )
    if good and -1 not in front:
        return None
    return Complaint(
        f"can only stretch axes of size 1, so it cannot make {shown} out of {tensor.text}",
        expected=tensor.text, got=shown, port="input", param="sizes",
    )  # fmt: skip


def _batch_size(param: str) -> Any:
    def caution(given: Given) -> Complaint | None:
        tensor, numbers = given.one(), tuple(given[param])
        keep = -1 if param == "sizes" else 1
        place = len(numbers) - tensor.rank
        if not tensor.batched or (place == 0 and numbers[0] == keep):
            return None
        return Complaint(
            f"changes the batch axis of {tensor.text}", expected=str(keep), got=str(numbers[0]), port="input",
            param=param,
        )  # fmt: skip

    return caution


def _repeats_fit(given: Given) -> Complaint | None:
    tensor, repeats = given.one(), tuple(given["repeats"])
    if len(repeats) >= tensor.rank:
        return None
    whole = (1,) * tensor.rank
    return Complaint(
        f"has repeats ({', '.join(map(str, repeats))}), where it needs one number for each axis of "
        f"{tensor.text}",
        expected=f"{tensor.rank} numbers", got=str(len(repeats)), port="input", param="repeats",
        patches=(Patch(f"Set repeats to {', '.join(map(str, whole))}", {"repeats": whole}),),
    )  # fmt: skip


LAYERS = (
    LayerType(
        name="PixelShuffle",
        category="Shape",
        summary="Turn groups of channels into finer pixels.",
        help=(
            "Takes factor² channels at a time and lays them out as a factor × factor block of pixels: (B, "
            "C·r², H, W) becomes (B, C, H·r, W·r). A convolution before it learns to enlarge images without "
            "a checkerboard."
        ),
        formula="(B, C·r², H, W) → (B, C, H·r, W·r)",
        words=("sub-pixel", "depth to space", "super resolution", "upsample"),
        params=(Param("upscale_factor", "int", 2, "The factor r.", minimum=1, maximum=256, required=True),),
        module="nn.PixelShuffle",
        check=first(rank_is(4, what=LAYOUTS[2]), _shuffle),
        headline=("upscale_factor",),
        examples=(
            Example({}, {"input": (2, 8, 3, 4)}),
            Example({"upscale_factor": 3}, {"input": (2, 9, 2, 2)}),
        ),
    ),
    LayerType(
        name="PixelUnshuffle",
        category="Shape",
        summary="Turn blocks of pixels into channels.",
        help=(
            "The reverse of PixelShuffle: each factor × factor block of pixels becomes factor² channels of "
            "one pixel. The image gets smaller and nothing is lost."
        ),
        formula="(B, C, H·r, W·r) → (B, C·r², H, W)",
        words=("space to depth", "downsample"),
        params=(Param("downscale_factor", "int", 2, "The factor r.", minimum=1, maximum=256, required=True),),
        module="nn.PixelUnshuffle",
        check=first(rank_is(4, what=LAYOUTS[2]), _unshuffle),
        headline=("downscale_factor",),
        examples=(
            Example({}, {"input": (2, 3, 4, 6)}),
            Example({"downscale_factor": 3}, {"input": (2, 1, 6, 3)}),
        ),
    ),
    LayerType(
        name="ChannelShuffle",
        category="Shape",
        summary="Mix the channels of several groups.",
        help=(
            "Deals the channels of all groups out like cards, so that the next grouped convolution sees "
            "channels of every group. ShuffleNet is built on it."
        ),
        formula="channel g·n + i → channel i·groups + g",
        words=("shufflenet", "mix", "groups"),
        params=(Param("groups", "int", 2, "Number of groups; must divide the channels.", minimum=1, maximum=1_000_000,
                      required=True),),
        module="nn.ChannelShuffle",
        check=first(rank_at_least(3, "a batch with channels and places (B, C, …)"), _channel_groups),
        headline=("groups",),
        examples=(
            Example({}, {"input": (2, 6, 3, 4)}),
            Example({"groups": 3}, {"input": (2, 6, 4)}),
        ),
    ),
    LayerType(
        name="Unfold",
        category="Shape",
        summary="Cut an image into patches, one column each.",
        help=(
            "Takes every patch a convolution would look at and writes it as a column: (B, C, H, W) becomes "
            "(B, C·kernel², number of patches). With stride = kernel the patches do not overlap, as in a "
            "vision Transformer."
        ),
        formula="columns = Π (⌊(in + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1)",
        words=("im2col", "patches", "sliding window", "vit"),
        params=_WINDOW,
        module="nn.Unfold",
        check=first(rank_is(4, what=LAYOUTS[2]), window_fits(2)),
        headline=("kernel_size", "stride"),
        examples=(
            Example({}, {"input": (2, 3, 6, 5)}),
            Example({"kernel_size": (2, 3), "stride": 2, "padding": 1, "dilation": (1, 2)}, {"input": (2, 3, 6, 7)}),
        ),
    ),
    LayerType(
        name="Fold",
        category="Shape",
        summary="Put patches back into an image, adding where they overlap.",
        help=(
            "The reverse of Unfold: columns become patches at their places, and where patches overlap their "
            "values are added. Use the same kernel, stride, padding and dilation, and the image's size as "
            "output_size."
        ),
        formula="(B, C·kernel², patches) → (B, C, height, width)",
        words=("col2im", "patches", "assemble"),
        params=(ints("output_size", 2, 8, "Height and width of the image.", 1, required=True), *_WINDOW),
        module="nn.Fold",
        check=first(rank_is(3, what="columns of patches (B, C·kernel², patches)"), _fold_fits),
        headline=("output_size", "kernel_size"),
        examples=(
            Example({"output_size": (6, 5)}, {"input": (2, 18, 12)}),
            Example({"output_size": 8, "kernel_size": 2, "stride": 2}, {"input": (2, 12, 16)}),
        ),
    ),
    LayerType(
        name="Expand",
        category="Shape",
        summary="Stretch axes of size 1 without copying.",
        help=(
            "Shows an axis of size 1 as if its value stood there many times; -1 leaves an axis as it is. No "
            "memory is used for it. More numbers than axes add new ones in front."
        ),
        formula="(…, 1, …) → (…, n, …)",
        words=("broadcast", "repeat", "tile", "stretch"),
        params=(Param("sizes", "shape", (-1, -1), "Size of every axis; -1 keeps it.", minimum=-1, maximum=10_000_000),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.expand({c.spread('sizes')})",
        check=_sizes_fit,
        caution=_batch_size("sizes"),
        headline=("sizes",),
        examples=(
            Example({"sizes": (-1, 5, -1)}, {"input": (2, 1, 3)}),
            Example({"sizes": (-1, 4)}, {"input": (2, 1)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Repeat",
        category="Shape",
        summary="Write a tensor several times behind itself.",
        help=(
            "Repeats the data along every axis as often as said: 1 leaves an axis alone. (B, 1, 28, 28) "
            "with 1, 3, 1, 1 makes a grey picture one of three equal channels."
        ),
        formula="size of axis i = repeats[i] · in",
        words=("tile", "copy", "grey to rgb"),
        params=(Param("repeats", "shape", (1, 2), "How often, for every axis.", minimum=1, maximum=65_536),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.repeat({c.spread('repeats')})",
        check=_repeats_fit,
        caution=_batch_size("repeats"),
        headline=("repeats",),
        examples=(
            Example({}, {"input": (2, 3)}),
            Example({"repeats": (1, 3, 1, 2)}, {"input": (2, 1, 3, 2)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Flip",
        category="Shape",
        summary="Reverse the order along an axis.",
        help="Reads an axis backwards: the last step becomes the first. Mirrors an image, or turns a sequence round.",
        formula="y[i] = x[n − 1 − i]",
        words=("reverse", "mirror", "backwards"),
        params=(dim_param(-1, "Axis to reverse."),),
        inputs=ANY,
        call=lambda c: f"{c.one()}.flip({c['dim']})",
        check=axis_exists("dim"),
        headline=("dim",),
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({"dim": 1}, {"input": (2, 3)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="Roll",
        category="Shape",
        summary="Shift an axis; what leaves one end comes in at the other.",
        help=(
            "Moves everything along an axis by some steps, round and round. Windowed Transformers such as "
            "Swin shift their windows with it."
        ),
        formula="y[(i + shifts) mod n] = x[i]",
        words=("shift", "cyclic", "swin", "rotate"),
        params=(
            Param("shifts", "int", 1, "How far; negative is backwards.", minimum=-(2**31), maximum=2**31),
            dim_param(-1, "Axis to shift."),
        ),
        inputs=(Port("input", "any"),),
        call=lambda c: f"{c.one()}.roll({c['shifts']}, {c['dim']})",
        check=axis_exists("dim"),
        headline=("shifts", "dim"),
        examples=(
            Example({}, {"input": (2, 3, 4)}),
            Example({"shifts": -2, "dim": 1}, {"input": (2, 5)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip

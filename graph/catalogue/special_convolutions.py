"""Convolutions that torch has no class for: shifted places, no future, no unseen pixels, standardised filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from graph.catalogue.rules import (
    LAYOUTS,
    Outputs,
    Rule,
    axis_size,
    channels_match,
    divides,
    first,
    pair,
    rank_is,
)
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.catalogue.windows import ints, window_fits, window_of, worked_sizes
from graph.tensors import Tensor

_IN = Param(
    "in_channels", "int", None, "Channels of the input.", minimum=1, required=True, inferred=axis_size(1)
)
_OUT = Param("out_channels", "int", 16, "Number of filters, so of output channels.", minimum=1, maximum=1_000_000,
             required=True)  # fmt: skip
_GROUPS = Param("groups", "int", 1, "Channels are split into this many independent groups.", minimum=1,
                maximum=1_000_000)  # fmt: skip
_BIAS = Param("bias", "bool", True, "Add a learned constant to each output channel.")


def _size(n: int, stride: bool = True) -> tuple[Param, ...]:
    return (
        ints("kernel_size", n, 3, "Size of the filter.", 1, required=True),
        *((ints("stride", n, 1, "Step between two places; 2 halves the size.", 1),) if stride else ()),
        ints("padding", n, 0, "Cells added at every border.", 0),
        *((ints("dilation", n, 1, "Distance between the filter's cells.", 1),) if stride else ()),
    )


def _inside(given: Given, n: int) -> int:
    return (
        int(given["in_channels"]) // int(given.params.get("groups", 1)) * prod(pair(given["kernel_size"], n))
    )


def _macs(n: int) -> Callable[[Given, Outputs], int]:
    return lambda given, outputs: int(outputs["output"].elements() * _inside(given, n))


def _worked(n: int, sizes: bool = True) -> Callable[[Given, Outputs], str]:
    def worked(given: Given, outputs: Outputs) -> str:
        out, bias = given["out_channels"], given["bias"]
        total = _inside(given, n) * out + (out if bias else 0)
        line = f"parameters = {_inside(given, n)}·{out}{f' + {out}' if bias else ''} = {total:,}"
        return "\n".join([*(worked_sizes(given, outputs, n) if sizes else ()), line])

    return worked


def _offsets_fit(given: Given) -> Complaint | None:
    """Two numbers (and with a mask one) for every cell of the filter at every place of the result."""
    tensor = given.one()
    numbers = {name: pair(given[name]) for name in ("kernel_size", "stride", "padding", "dilation")}
    cells = prod(numbers["kernel_size"])
    places = [
        tuple(
            (size + 2 * numbers["padding"][axis] - numbers["dilation"][axis] * (numbers["kernel_size"][axis] - 1) - 1)
            // numbers["stride"][axis] + 1
            for axis, size in enumerate(shape[2:])
        )
        for shape in tensor.shapes
    ]  # fmt: skip
    parts = 1
    for port, each, what in (("offset", 2, "shifts"), ("mask", 1, "weights")):
        if not given.has(port):
            continue
        other = given.one(port)
        if other.rank == 4 and all(
            found[0] == shape[0] and found[2:] == place
            for found, shape, place in zip(other.shapes, tensor.shapes, places, strict=True)
        ):
            count = other.shapes[0][1]
            if port == "offset":
                parts = max(count // (each * cells), 1)
            if count == each * cells * parts and tensor.shapes[0][1] % parts == 0:
                continue
        wanted = Tensor(tuple((shape[0], each * cells * parts, *place) for shape, place in
                              zip(tensor.shapes, places, strict=True))).text  # fmt: skip
        return Complaint(
            f"needs {each * cells * parts} {what} for each of its places, {wanted}, but {port} is {other.text}",
            expected=wanted, got=other.text, port=port,
        )  # fmt: skip
    return None


def _odd(given: Given) -> Complaint | None:
    """The filter needs a middle, and its padding must not look past the border."""
    kernel = pair(given["kernel_size"])
    if all(size % 2 for size in kernel):
        return None
    fitting = tuple(size + 1 - size % 2 for size in kernel)
    return Complaint(
        f"needs a filter with a middle cell, so an odd kernel_size, for {given.one().text}",
        expected="an odd kernel_size", got=str(given["kernel_size"]), param="kernel_size",
        patches=(Patch(f"Set kernel_size to {fitting[0]}",
                       {"kernel_size": fitting[0] if len(set(fitting)) == 1 else fitting}),),
    )  # fmt: skip


_CONV: tuple[Rule, ...] = (rank_is(4, what=LAYOUTS[2]), channels_match("in_channels"))
_DIVIDES: tuple[Rule, ...] = (
    divides("groups", "in_channels", "input channels"),
    divides("groups", "out_channels", "output channels"),
)
_OFFSET: Mapping[str, tuple[int, ...]] = {"input": (2, 4, 6, 5), "offset": (2, 18, 4, 3)}

LAYERS = (
    LayerType(
        name="DeformConv2d", category="Convolution", summary="A convolution whose filters bend to what they look at.",
        help=(
            "For every place a second input says where each cell of the filter should look instead: shifts down and "
            "to the right, computed by an ordinary convolution with 2 · kernel² channels. Objects that are turned, "
            "bent or of another size are seen whole. A mask, if wired, weighs each cell (version 2)."
        ),
        formula="y[p] = Σₖ wₖ · mₖ · x[p + k + offsetₖ] + b,  size as of Conv2d",
        words=("deformable convolution", "dcn", "deform_conv2d", "offset", "detection", "torchvision"),
        params=(_IN, _OUT, *_size(2), _GROUPS, _BIAS),
        inputs=(Port("input"), Port("offset", help="(B, 2 · cells of the filter, rows, columns)."),
                Port("mask", optional=True, help="(B, cells of the filter, rows, columns).")),
        support=("deform_conv2d",), module="DeformConv2d",
        check=first(*_CONV, *_DIVIDES, window_fits(2), _offsets_fit),
        worked=_worked(2), macs=_macs(2), window=window_of(2), headline=("out_channels", "kernel_size"),
        examples=(
            Example({"out_channels": 6}, _OFFSET),
            Example({"out_channels": 4, "kernel_size": (3, 2), "stride": 2, "padding": 1, "groups": 2, "bias": False},
                    {"input": (2, 4, 5, 5), "offset": (2, 24, 3, 3), "mask": (2, 12, 3, 3)}),
        ),
    ),
    LayerType(
        name="CausalConv1d", category="Convolution", summary="A convolution over time that never sees the future.",
        help=(
            "All padding stands in front, so each step depends on itself and the past alone and the length stays the "
            "same. With dilations of 1, 2, 4, … a few layers look far back: WaveNet and temporal convolutional "
            "networks."
        ),
        formula="y[t] = Σₖ wₖ · x[t − k·dilation],  parameters = kernel · in/groups · out + out",
        words=("causal convolution", "tcn", "temporal convolution", "wavenet", "dilated", "time series"),
        params=(_IN, _OUT, ints("kernel_size", 1, 3, "Size of the filter.", 1, required=True),
                ints("stride", 1, 1, "Step between two places.", 1),
                ints("dilation", 1, 1, "Distance between the filter's cells.", 1), _GROUPS, _BIAS),
        support=("causal_conv1d",), module="CausalConv1d",
        check=first(rank_is(3, what=LAYOUTS[1]), channels_match("in_channels"), *_DIVIDES),
        worked=_worked(1, sizes=False), macs=_macs(1), window=window_of(1), headline=("out_channels", "dilation"),
        examples=(Example({"out_channels": 4}, {"input": (2, 3, 7)}),
                  Example({"out_channels": 6, "kernel_size": 2, "dilation": 4, "groups": 3, "stride": 2,
                           "bias": False},
                          {"input": (2, 3, 9)})),
    ),
    LayerType(
        name="MaskedConv2d", category="Convolution", summary="A convolution that sees only the pixels painted before.",
        help=(
            "Half of each filter is held at zero: it sees the rows above and what lies to the left. PixelCNN paints "
            "pictures with it, pixel by pixel. The first layer must not see its own pixel, later ones may (centre)."
        ),
        formula="y[i, j] from x[< i, :] and x[i, < j] (≤ j with centre)",
        words=("pixelcnn", "autoregressive", "causal convolution", "mask a", "mask b", "generative"),
        params=(_IN, _OUT, *_size(2, stride=False), _BIAS,
                Param("centre", "bool", False, "The filter also sees the pixel itself (mask B).")),
        support=("masked_conv2d",), module="MaskedConv2d",
        check=first(*_CONV, _odd, window_fits(2)), worked=_worked(2), macs=_macs(2), window=window_of(2),
        headline=("out_channels", "kernel_size"), initial={"padding": 1},
        examples=(Example({"out_channels": 4}, {"input": (2, 3, 6, 5)}),
                  Example({"out_channels": 4, "kernel_size": 5, "padding": 2, "centre": True, "bias": False},
                          {"input": (2, 3, 6, 5)})),
    ),
    LayerType(
        name="WeightStandardConv2d", category="Convolution", summary="A convolution with standardised filters.",
        help=(
            "Brings each filter to mean 0 and deviation 1 before it is used. Together with GroupNorm it trains with "
            "small batches as well as batch norm does with large ones; BiT's ResNets are made of it."
        ),
        formula="y = x ∗ (W − mean W) / √(Var W + 10⁻⁵) + b",
        words=("weight standardization", "ws", "bit", "groupnorm", "micro-batch", "normaliser free"),
        params=(_IN, _OUT, *_size(2), _GROUPS, _BIAS),
        support=("weight_standard_conv2d",), module="WeightStandardConv2d",
        check=first(*_CONV, *_DIVIDES, window_fits(2)), worked=_worked(2), macs=_macs(2), window=window_of(2),
        headline=("out_channels", "kernel_size"), initial={"padding": 1},
        examples=(Example({"out_channels": 4}, {"input": (2, 3, 6, 5)}),
                  Example({"out_channels": 4, "stride": 2, "padding": 1, "groups": 2, "bias": False},
                          {"input": (2, 4, 6, 5)})),
    ),
)  # fmt: skip

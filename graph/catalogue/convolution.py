"""Convolutions over sequences, images and volumes."""

from __future__ import annotations

from math import prod

from graph.catalogue.rules import (
    LAYOUTS,
    SPATIAL,
    Outputs,
    axis_size,
    channels_match,
    divides,
    first,
    pair,
    rank_is,
)
from graph.catalogue.spec import Example, Given, LayerType, Param
from graph.catalogue.windows import PADDING_MODES, ints, mode_fits, window_fits, window_of, worked_sizes

_HELP = {
    1: (
        "Slides small learned filters along a sequence and writes how strongly each one matches at each "
        "step. Use it for signals, sensor data or text embeddings of shape (B, channels, length). With "
        "kernel 3 and padding 1 the length stays the same; a stride of 2 halves it."
    ),
    2: (
        "Slides small learned filters over an image and writes how strongly each one matches at each place: "
        "one output channel (feature map) per filter. It is the workhorse of image networks. With kernel 3 "
        "and padding 1 the picture keeps its size; a stride of 2 halves it. groups = in_channels makes it "
        "depthwise."
    ),
    3: (
        "Slides small learned filters through a volume, such as a scan or a short video of shape "
        "(B, channels, depth, height, width). It works like Conv2d with one more axis, and costs a kernel's "
        "edge more per output value."
    ),
}  # fmt: skip


def _layer(n: int) -> LayerType:
    def macs(given: Given, outputs: Outputs) -> int:
        inside = given["in_channels"] // given["groups"] * prod(pair(given["kernel_size"], n))
        return int(outputs["output"].elements() * inside)

    def worked(given: Given, outputs: Outputs) -> str:
        lines = worked_sizes(given, outputs, n)
        inside = [*pair(given["kernel_size"], n), given["in_channels"] // given["groups"]]
        out = given["out_channels"]
        bias = f" + {out}" if given["bias"] else ""
        total = prod(inside) * out + (out if given["bias"] else 0)
        lines.append(f"parameters = ({'·'.join(map(str, inside))})·{out}{bias} = {total:,}")
        return "\n".join(lines)

    size = {1: (9,), 2: (9, 8), 3: (5, 6, 7)}[n]
    return LayerType(
        name=f"Conv{n}d",
        category="Convolution",
        summary={1: "Learned filters slide along a sequence.", 2: "Learned filters slide over an image.",
                 3: "Learned filters slide through a volume."}[n],
        help=_HELP[n],
        formula=f"{', '.join(SPATIAL[n])} = ⌊(in + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1,  "
        + "parameters = (kernel" + "·kernel" * (n - 1) + "·in/groups)·out + out",
        words=("convolution", "conv", "filter", "kernel", "feature map", "depthwise", "grouped", "dilated",
               {1: "temporal", 2: "image", 3: "video"}[n]),
        params=(
            Param("in_channels", "int", None, "Channels of the input.", minimum=1, required=True,
                  inferred=axis_size(1)),
            Param("out_channels", "int", 16, "Number of filters, so of output channels.", minimum=1,
                  maximum=1_000_000, required=True),
            ints("kernel_size", n, 3, "Size of the filter.", 1, required=True),
            ints("stride", n, 1, "Step between two places; 2 halves the size.", 1),
            ints("padding", n, 0, "Cells added at every border.", 0),
            ints("dilation", n, 1, "Distance between the filter's cells.", 1),
            Param("groups", "int", 1, "Channels are split into this many independent groups.", minimum=1,
                  maximum=1_000_000),
            Param("bias", "bool", True, "Add a learned constant to each output channel."),
            Param("padding_mode", "choice", "zeros", "What the added cells hold.", choices=PADDING_MODES),
        ),
        module=f"nn.Conv{n}d",
        check=first(
            rank_is(n + 2, what=LAYOUTS[n]),
            channels_match("in_channels"),
            divides("groups", "in_channels", "input channels"),
            divides("groups", "out_channels", "output channels"),
            mode_fits(n),
            window_fits(n),
        ),
        worked=worked,
        macs=macs,
        window=window_of(n),
        headline=("out_channels", "kernel_size"),
        initial={"padding": 1},
        examples=(
            Example({"out_channels": 4}, {"input": (2, 3, *size)}),
            Example({"out_channels": 6, "kernel_size": 3 if n == 1 else (3, 2, 1)[:n], "stride": 2, "padding": 1,
                     "bias": False}, {"input": (2, 4, *size)}),
            Example({"out_channels": 8, "groups": 4, "dilation": 2, "padding": 2, "padding_mode": "reflect"},
                    {"input": (2, 4, *size)}),
        ),
    )  # fmt: skip


LAYERS = tuple(_layer(n) for n in (1, 2, 3))

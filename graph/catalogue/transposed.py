"""Transposed convolutions: learned filters that make the data larger."""

from __future__ import annotations

from math import prod

from graph.catalogue.rules import (
    LAYOUTS,
    SPATIAL,
    Outputs,
    axis_size,
    by,
    channels_match,
    divides,
    first,
    pair,
    rank_is,
)
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch
from graph.catalogue.windows import ints


def _axes(given: Given, n: int) -> list[tuple[int, int, int, int, int]]:
    names = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    return list(zip(*(pair(given[name], n) for name in names), strict=True))


def _layer(n: int) -> LayerType:
    def output_padding(given: Given) -> Complaint | None:
        axes = _axes(given, n)
        if all(extra < max(s, d) for _, s, _, d, extra in axes):
            return None
        most = [max(s, d) - 1 for _, s, _, d, _ in axes]
        return Complaint(
            f"has output_padding = {by(sorted({extra for *_, extra in axes}))}, which must be smaller than "
            f"stride or dilation, for {given.one().text}",
            expected=f"at most {by(most)}", got=by(extra for *_, extra in axes), param="output_padding",
            patches=(Patch("Set output_padding to 0", {"output_padding": 0}),),
        )  # fmt: skip

    def something_left(given: Given) -> Complaint | None:
        tensor, axes = given.one(), _axes(given, n)
        for shape in tensor.shapes:
            sizes = [
                (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
                for size, (k, s, p, d, extra) in zip(shape[2:], axes, strict=True)
            ]
            if min(sizes) < 1:
                return Complaint(
                    f"would give a size of {by(sizes)}, because its padding of "
                    f"{by(p for _, _, p, _, _ in axes)} takes away more than there is, from {tensor.text}",
                    expected="at least 1", got=by(sizes), param="padding", port="input",
                    patches=(Patch("Set padding to 0", {"padding": 0}),),
                )  # fmt: skip
        return None

    def macs(given: Given, outputs: Outputs) -> int:
        inside = given["out_channels"] // given["groups"] * prod(pair(given["kernel_size"], n))
        return int(given.one().elements() * inside)

    def worked(given: Given, outputs: Outputs) -> str:
        before, after = given.one().dims, outputs["output"].dims
        lines = [
            f"{name} = ({before[axis + 2]} − 1)·{s} − 2·{p} + {d}·({k} − 1) + {extra} + 1 = {after[axis + 2]}"
            for axis, (name, (k, s, p, d, extra)) in enumerate(zip(SPATIAL[n], _axes(given, n), strict=True))
        ]
        inside = [*pair(given["kernel_size"], n), given["out_channels"] // given["groups"]]
        bias = f" + {given['out_channels']}" if given["bias"] else ""
        total = prod(inside) * given["in_channels"] + (given["out_channels"] if given["bias"] else 0)
        lines.append(f"parameters = ({'·'.join(map(str, inside))})·{given['in_channels']}{bias} = {total:,}")
        return "\n".join(lines)

    thing = {1: "sequence", 2: "image", 3: "volume"}[n]
    size = {1: (7,), 2: (5, 6), 3: (3, 4, 5)}[n]
    return LayerType(
        name=f"ConvTranspose{n}d",
        category="Convolution",
        summary=f"Learned filters that make {'an' if n == 2 else 'a'} {thing} larger.",
        help=(
            f"The reverse of Conv{n}d's arithmetic: every input value paints a copy of the filter into the "
            "output, stride cells apart. Decoders, generators and U-Nets use it to go back to a larger "
            f"{thing}. A kernel of 4 with stride 2 and padding 1 doubles every size; kernels that the stride "
            "does not divide leave a checkerboard."
        ),
        formula=(
            f"{', '.join(SPATIAL[n])} = (in − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding "
            f"+ 1,  parameters = (kernel{'·kernel' * (n - 1)}·out/groups)·in + out"
        ),
        words=("deconvolution", "deconv", "upsample", "upconv", "transposed convolution", "generator", "decoder"),
        params=(
            Param("in_channels", "int", None, "Channels of the input.", minimum=1, required=True,
                  inferred=axis_size(1)),
            Param("out_channels", "int", 16, "Channels of the output.", minimum=1, maximum=1_000_000, required=True),
            ints("kernel_size", n, 4, "Size of the filter.", 1, required=True),
            ints("stride", n, 1, "Distance between two painted filters; 2 doubles the size.", 1),
            ints("padding", n, 0, "Cells taken away at every border.", 0),
            ints("output_padding", n, 0, "Cells added at one side, where several sizes are possible.", 0),
            Param("groups", "int", 1, "Channels are split into this many independent groups.", minimum=1,
                  maximum=1_000_000),
            Param("bias", "bool", True, "Add a learned constant to each output channel."),
            ints("dilation", n, 1, "Distance between the filter's cells.", 1),
        ),
        module=f"nn.ConvTranspose{n}d",
        check=first(
            rank_is(n + 2, what=LAYOUTS[n]),
            channels_match("in_channels"),
            divides("groups", "in_channels", "input channels"),
            divides("groups", "out_channels", "output channels"),
            output_padding,
            something_left,
        ),
        worked=worked,
        macs=macs,
        headline=("out_channels", "kernel_size"),
        initial={"stride": 2, "padding": 1},
        examples=(
            Example({"out_channels": 4}, {"input": (2, 3, *size)}),
            Example({"out_channels": 6, "kernel_size": 4, "stride": 2, "padding": 1, "groups": 2, "bias": False},
                    {"input": (2, 4, *size)}),
            Example({"out_channels": 2, "kernel_size": 3 if n == 1 else (3, 2, 3)[:n], "stride": 2,
                     "output_padding": 1, "dilation": 2}, {"input": (2, 4, *size)}),
        ),
    )  # fmt: skip


LAYERS = tuple(_layer(n) for n in (1, 2, 3))

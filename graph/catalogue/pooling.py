"""Pooling: windows that keep the largest, the mean or a norm of what they see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.rules import LAYOUTS, Outputs, first, rank_is
from graph.catalogue.spec import Example, Given, LayerType, Param, Port
from graph.catalogue.windows import half_padding, ints, window_fits, window_of, worked_sizes

SIZES = {1: (9,), 2: (9, 8), 3: (6, 7, 8)}
_PLACE = {1: "stretch of a sequence", 2: "patch of an image", 3: "block of a volume"}


def _formula(n: int) -> str:
    return "out = ⌊(in + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1;  stride = kernel unless set"


def _window_params(n: int) -> tuple[Param, ...]:
    return (
        ints("kernel_size", n, 2, "Size of the window.", 1, required=True),
        ints(
            "stride",
            n,
            None,
            "Step between two windows; the kernel's size when it is not set.",
            1,
            optional=True,
        ),
    )


def _ceil() -> Param:
    return Param(
        "ceil_mode", "bool", False, "Round sizes up, so that a last window may hang over the border."
    )


def _no_parameters(n: int) -> Any:
    def worked(given: Given, outputs: Outputs) -> str:
        return "\n".join([*worked_sizes(given, outputs, n), "parameters = 0"])

    return worked


def _max(n: int) -> LayerType:
    def outputs(values: Mapping[str, Any]) -> tuple[Port, ...]:
        indices = (Port("indices", "int", help="Where each maximum was, for MaxUnpool."),)
        return (Port("output"), *(indices if values["return_indices"] else ()))

    return LayerType(
        name=f"MaxPool{n}d",
        category="Pooling",
        summary=f"Keep the largest value of each {_PLACE[n]}.",
        help=(
            f"A window slides over every channel and keeps the largest value of each {_PLACE[n]}. It makes "
            "the data smaller and the network less sensitive to where exactly something was. It learns "
            "nothing. A kernel of 2 halves every size. With return_indices, MaxUnpool can put the values "
            "back."
        ),
        formula=_formula(n),
        words=("max pooling", "maxpool", "subsample", "downsample", "shrink"),
        params=(
            *_window_params(n),
            ints("padding", n, 0, "Cells of minus infinity added at every border.", 0),
            ints("dilation", n, 1, "Distance between the window's cells.", 1),
            Param("return_indices", "bool", False, "Also give where each maximum was."),
            _ceil(),
        ),
        outputs=outputs,
        module=f"nn.MaxPool{n}d",
        unpack=lambda values: "{output}, {indices}" if values["return_indices"] else None,
        check=first(rank_is(n + 2, what=LAYOUTS[n]), half_padding(n), window_fits(n)),
        worked=_no_parameters(n),
        window=window_of(n),
        headline=("kernel_size", "stride"),
        examples=(
            Example({}, {"input": (2, 3, *SIZES[n])}),
            Example({"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}, {"input": (2, 3, *SIZES[n])}),
            Example({"kernel_size": 2, "dilation": 2, "stride": 1, "return_indices": True},
                    {"input": (2, 3, *SIZES[n])}),
        ),
    )  # fmt: skip


def _average(n: int) -> LayerType:
    divisor = Param("divisor_override", "int", None, "Divide the sum by this instead of the window's size.",
                    minimum=1, maximum=1_000_000, optional=True)  # fmt: skip

    return LayerType(
        name=f"AvgPool{n}d",
        category="Pooling",
        summary=f"The mean of each {_PLACE[n]}.",
        help=(
            f"A window slides over every channel and gives the mean of each {_PLACE[n]}. It shrinks the data "
            "smoothly, where max pooling keeps the strongest response. It learns nothing."
        ),
        formula=_formula(n).replace("dilation·(kernel − 1) − 1", "kernel"),
        words=("average pooling", "avgpool", "mean pooling", "subsample", "downsample", "blur"),
        params=(
            *_window_params(n),
            ints("padding", n, 0, "Zeros added at every border.", 0),
            _ceil(),
            Param("count_include_pad", "bool", True, "Whether the added zeros count in the mean."),
            *((divisor,) if n > 1 else ()),
        ),
        module=f"nn.AvgPool{n}d",
        check=first(rank_is(n + 2, what=LAYOUTS[n]), half_padding(n), window_fits(n)),
        worked=_no_parameters(n),
        window=window_of(n),
        headline=("kernel_size", "stride"),
        examples=(
            Example({}, {"input": (2, 3, *SIZES[n])}),
            Example({"kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False, "ceil_mode": True},
                    {"input": (2, 3, *SIZES[n])}),
        ),
    )  # fmt: skip


def _power(n: int) -> LayerType:
    return LayerType(
        name=f"LPPool{n}d",
        category="Pooling",
        summary=f"The p-norm of each {_PLACE[n]}.",
        help=(
            "Pools with the p-th root of the sum of the p-th powers. norm_type 1 gives the sum of a window, "
            "2 its length, and large numbers approach max pooling."
        ),
        formula="y = (Σ xᵖ)^(1/p),  out = ⌊(in − kernel)/stride⌋ + 1",
        words=("power average pooling", "norm pooling", "l2 pooling"),
        params=(
            Param("norm_type", "float", 2.0, "The power p.", minimum=1, maximum=100, required=True),
            *_window_params(n),
            _ceil(),
        ),
        module=f"nn.LPPool{n}d",
        check=first(rank_is(n + 2, what=LAYOUTS[n]), window_fits(n)),
        worked=_no_parameters(n),
        window=window_of(n),
        headline=("norm_type", "kernel_size"),
        examples=(
            Example({"norm_type": 2.0}, {"input": (2, 3, *SIZES[n])}),
            Example(
                {"norm_type": 3.0, "kernel_size": 3, "stride": 2, "ceil_mode": True},
                {"input": (2, 3, *SIZES[n])},
            ),
        ),
    )


LAYERS = tuple(make(n) for make in (_max, _average, _power) for n in (1, 2, 3))

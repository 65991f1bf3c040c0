"""Inverted residuals, with and without a weighing of the channels, for networks that must be cheap."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.channels import squeeze_excitation
from presets.blocks.convolution import conv_norm
from presets.blocks.once import once

GROUP = "Efficient"
DROP = "How often the branch is left out in training."


@once
def inverted_residual(
    residual: bool = True,
    activation: str = "ReLU6",
    expand: int = 0,
    weighed: bool = False,
    skipped: bool = False,
    **norm: Any,
) -> GraphBuilder:
    """Widen, filter every channel by itself, narrow without an activation. With ``residual`` the input is
    added, else width and size may change. ``expand`` fixes how many times wider the middle is; 1 leaves the
    widening out. ``weighed`` weighs the channels in the middle (EfficientNet's MBConv); ``skipped`` leaves the
    whole branch of a residual out at random in training. ``norm`` are further parameters of the batch norms."""
    name = {1: "Thin"}.get(expand, "") + ("MBConv" if weighed else "Inverted")
    name = name.replace("Inverted", "InvertedResidual" if residual else "InvertedBottleneck")
    g = GraphBuilder(
        f"Residual{name}" if weighed and residual else name,
        "Widen, filter, weigh the channels, narrow." if weighed else "Widen, filter, narrow.",
    )
    entering = None if residual else g.parameter("entering", 32, "Channels that come in.")
    channels = g.parameter("channels", 32, "Channels that go out.")
    kernel = g.parameter("kernel", 3, "Size of the filters.")
    stride: Any = 1 if residual else g.parameter("stride", 2, "2 halves the picture.")
    times: Any = expand or g.parameter("expand", 6, "How many times wider it is in the middle.")
    coming = entering or channels
    wide = coming * times if expand != 1 else coming
    unit, entry = conv_norm(activation, **norm), g.input("x")
    x: Source = g.use(unit, entry, name="widen", channels=wide, kernel=1) if expand != 1 else entry
    x = g.use(unit, x, name="depthwise", channels=wide, kernel=kernel, stride=stride, groups=wide)
    if weighed:
        x = g.use(squeeze_excitation(activation), x, name="weigh", channels=wide, squeeze=coming // 4)
    x = g.add("Conv2d", x, name="project", out_channels=channels, kernel_size=1, bias=False)
    x = g.add("BatchNorm2d", x, name="norm", **norm)
    if residual and skipped:
        x = g.add("StochasticDepth", x, name="skip", p=g.parameter("drop", 0.1, DROP))
    g.output(g.add("Add", x, entry, name="add") if residual else x, name="y")
    return g


TAGS = ("image", "MobileNet", "depthwise", "inverted residual", "efficient")
SHAPES = ((32, 32, 32),)
BLOCKS = (
    ShippedBlock(
        "inverted-residual",
        "Inverted residual",
        "Widen, filter every channel by itself, narrow, add: the shortcut joins the narrow ends.",
        TAGS,
        "The last convolution has no activation, which would lose what few channels hold. As many channels "
        "go out as come in. Sandler et al., arXiv 1801.04381, figure 3.",
        inverted_residual,
        GROUP,
        SHAPES,
    ),
    ShippedBlock(
        "inverted-bottleneck",
        "Inverted residual that halves",
        "The inverted residual where width or size change: it has no shortcut.",
        TAGS,
        "The first of a stage of MobileNetV2. Set entering to the channels that come in. Sandler et al., arXiv "
        "1801.04381, figure 4d.",
        lambda: inverted_residual(residual=False),
        GROUP,
        SHAPES,
    ),
    ShippedBlock(
        "mbconv",
        "Inverted residual with squeeze-excitation",
        "MBConv: widen, filter every channel by itself, weigh the channels, narrow, add.",
        (*TAGS, "EfficientNet", "MBConv", "squeeze-excitation", "swish"),
        "The block of EfficientNet. The weights of the channels come from the whole picture. Tan and Le, arXiv "
        "1905.11946.",
        lambda: inverted_residual(activation="SiLU", weighed=True),
        GROUP,
        SHAPES,
    ),
    ShippedBlock(
        "mbconv-down",
        "Inverted residual with squeeze-excitation that halves",
        "MBConv where width or size change: it has no shortcut.",
        (*TAGS, "EfficientNet", "MBConv", "squeeze-excitation", "swish"),
        "The first of a stage of EfficientNet. Set entering to the channels that come in.",
        lambda: inverted_residual(residual=False, activation="SiLU", weighed=True),
        GROUP,
        SHAPES,
    ),
)

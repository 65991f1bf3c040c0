"""Scales and norms of channels that torch has no layer for: ConvNeXt's, diffusion's, style transfer's."""

from __future__ import annotations

from graph.catalogue.rules import (
    LAYOUTS,
    Rule,
    axis_exists,
    axis_size,
    channels_match,
    dim_param,
    first,
    rank_at_least,
    rank_is,
)
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port

_IMAGES = rank_is(4, what=LAYOUTS[2])
_FEATURES = rank_at_least(2, "a batch of features (B, …, features)")


def _eps(default: float) -> Param:
    return Param("eps", "float", default, "Keeps the divisor away from zero.", minimum=0, maximum=1)


def _channels(name: str, axis: int = 1) -> Param:
    return Param(
        name, "int", None, "Channels of the input.", minimum=1, required=True, inferred=axis_size(axis)
    )


def _at_dim(given: Given) -> int | None:
    return given.one().size(given["dim"])


def _scale_fits(given: Given) -> Complaint | None:
    found = axis_exists("dim")(given)
    return found if found is not None else channels_match("channels", given["dim"])(given)


def _one_number_each(*ports: str) -> Rule:
    """Conditions (B, channels) for an input with channels at ``dim``."""

    def check(given: Given) -> Complaint | None:
        tensor, dim = given.one(), given["dim"]
        if dim % tensor.rank == 0:
            return Complaint(
                f"has dim = {dim}, which is the batch and not the channels of {tensor.text}",
                expected="an axis behind the batch", got=str(dim), port="input", param="dim",
            )  # fmt: skip
        wanted = tuple((shape[0], shape[dim]) for shape in tensor.shapes)
        for port in ports:
            other = given.one(port)
            if other.shapes != wanted:
                return Complaint(
                    f"needs one number for each channel of {tensor.text}, so "
                    f"({tensor.dims[0]}, {tensor.dims[dim]}), but {port} is {other.text}",
                    expected=f"({tensor.dims[0]}, {tensor.dims[dim]})", got=other.text, port=port,
                )  # fmt: skip
        return None

    return check


def _same_channels(given: Given) -> Complaint | None:
    content, style = given.one("content"), given.one("style")
    if (
        content.rank >= 3
        and style.rank == content.rank
        and [s[:2] for s in content.shapes] == [s[:2] for s in style.shapes]
    ):
        return None
    return Complaint(
        f"needs a style with the channels of its content (B, C, …), but they are {content.text} and {style.text}",
        expected=content.text, got=style.text, port="style",
    )  # fmt: skip


def _pixel_norm(c: Call) -> str:
    keywords = (f"{key}={c[key]}" for key, usual in (("dim", 1), ("eps", 1e-8)) if c.changed(usual, key))
    return f"pixel_norm({', '.join([c.one(), *keywords])})"


LAYERS = (
    LayerType(
        name="LayerNorm2d", category="Normalisation", summary="Layer norm over the channels of every pixel.",
        help=(
            "LayerNorm works on the last axis, but images have their channels first. This brings the channels of "
            "each pixel to mean 0 and variance 1, then applies a learned scale and shift. ConvNeXt uses it in place "
            "of batch norm."
        ),
        formula="y = (x − E[x]) / √(Var[x] + eps) · γ + β over the channels,  parameters = 2 · channels",
        words=("layer norm", "channels first", "convnext", "layernorm", "ln"),
        params=(
            Param("normalized_shape", "int", None, "Channels of the input.", minimum=1, required=True,
                  inferred=axis_size(1)),
            Param("eps", "float", 1e-5, "Keeps the divisor away from zero; ConvNeXt sets 1e-6.", minimum=0, maximum=1),
        ),
        support=("layer_norm2d",), module="LayerNorm2d", check=first(_IMAGES, channels_match("normalized_shape")),
        worked=lambda given, outputs: (
            f"parameters = 2 · {given['normalized_shape']} = {2 * given['normalized_shape']:,}"
        ),
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"eps": 1e-6}, {"input": (2, 4, 2, 2)})),
    ),
    LayerType(
        name="FrozenBatchNorm2d", category="Normalisation", summary="Batch norm whose numbers never change.",
        help=(
            "Uses the statistics, scale and shift that were loaded and learns nothing. Detectors put it into a "
            "pretrained backbone, because their batches are too small for statistics of their own."
        ),
        formula="y = (x − mean) / √(var + eps) · weight + bias, all four fixed",
        words=("batch norm", "fixed", "fine-tuning", "detection", "backbone", "frozen"),
        params=(_channels("num_features"), _eps(1e-5)),
        support=("frozen_batch_norm2d",), module="FrozenBatchNorm2d",
        check=first(_IMAGES, channels_match("num_features")),
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"eps": 1e-3}, {"input": (2, 4, 2, 2)})),
    ),
    LayerType(
        name="GlobalResponseNorm", category="Normalisation",
        summary="Strengthen channels that stand out, weaken the rest.",
        help=(
            "Measures how strong each channel is over the whole image, divides by the mean of all channels, and "
            "weighs the channels with it; scale and shift are learned and start at zero. ConvNeXt V2 keeps its "
            "channels from becoming alike this way."
        ),
        formula="y = x + γ · x · ‖x‖ / (mean ‖x‖ + eps) + β,  parameters = 2 · channels",
        words=("grn", "convnext v2", "channel competition", "channel attention"),
        params=(_channels("channels"), _eps(1e-6)),
        support=("global_response_norm",), module="GlobalResponseNorm",
        check=first(_IMAGES, channels_match("channels")),
        worked=lambda given, outputs: f"parameters = 2 · {given['channels']} = {2 * given['channels']:,}",
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"eps": 1e-3}, {"input": (2, 4, 2, 2)})),
    ),
    LayerType(
        name="LayerScale", category="Normalisation", summary="A learned factor for every channel.",
        help=(
            "Multiplies every channel by a learned number that starts close to zero. At the end of a residual branch "
            "it lets a deep network begin as if the branch were not there. ConvNeXt and CaiT use it; dim 1 is right "
            "for images, −1 for sequences."
        ),
        formula="y = γ · x, γ learned per channel,  parameters = channels",
        words=("scale", "channel scale", "gamma", "convnext", "residual", "gain"),
        params=(
            Param("channels", "int", None, "Channels of the input.", minimum=1, required=True, inferred=_at_dim),
            Param("init", "float", 1e-5, "What every factor starts from.", minimum=-1e6, maximum=1e6),
            dim_param(-1, "Axis of the channels."),
        ),
        support=("layer_scale",), module="LayerScale", check=_scale_fits,
        worked=lambda given, outputs: f"parameters = {given['channels']}",
        headline=("init", "dim"),
        examples=(Example({}, {"input": (2, 5, 8)}), Example({"init": 0.1, "dim": 1}, {"input": (2, 3, 4, 4)})),
    ),
    LayerType(
        name="DynamicTanh", category="Normalisation",
        summary="A tanh with a learned steepness in place of a layer norm.",
        help=(
            "Squeezes large values as a layer norm does in practice, but without computing any statistics: one "
            "learned steepness, then a learned scale and shift per feature. Transformers train with it in "
            "LayerNorm's place."
        ),
        formula="y = γ · tanh(α · x) + β,  parameters = 2 · features + 1",
        words=("dyt", "layer norm", "normalisation free", "transformer", "tanh"),
        params=(_channels("features", -1),
                Param("alpha", "float", 0.5, "Steepness to start with.", minimum=-1e3, maximum=1e3)),
        support=("dynamic_tanh",), module="DynamicTanh",
        check=first(_FEATURES, channels_match("features", -1, "features")),
        worked=lambda given, outputs: f"parameters = 2 · {given['features']} + 1 = {2 * given['features'] + 1:,}",
        headline=("alpha",),
        examples=(Example({}, {"input": (2, 5, 8)}), Example({"alpha": 1.0}, {"input": (2, 6)})),
    ),
    LayerType(
        name="PixelNorm", category="Normalisation",
        summary="Divide the channels of every pixel by their root mean square.",
        help=(
            "Keeps the values of a generator from growing without end: every pixel's vector of channels gets the "
            "same length. It learns nothing. Progressive GANs and StyleGAN use it, also on their latent vectors."
        ),
        formula="y = x / √(mean(x²) + eps) over the channels",
        words=("pixelwise", "gan", "stylegan", "progressive gan", "rms"),
        params=(dim_param(1, "Axis of the channels."), _eps(1e-8)), support=("pixel_norm",), call=_pixel_norm,
        check=axis_exists("dim"),
        headline=("dim",),
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"dim": -1, "eps": 1e-6}, {"input": (2, 8)})),
    ),
    LayerType(
        name="AdaptiveInstanceNorm", category="Normalisation",
        summary="Give one image's features the style of another's.",
        help=(
            "Every channel of the content gets the mean and the deviation that the same channel has in the style. "
            "Between an encoder and a decoder this is style transfer in one step."
        ),
        formula="y = σ(style) · (content − μ(content)) / σ(content) + μ(style) per channel",
        words=("adain", "style transfer", "stylegan", "instance norm"),
        params=(_eps(1e-5),), inputs=(Port("content"),
                                      Port("style", help="Its size may differ; its channels may not.")),
        support=("adaptive_instance_norm",),
        call=lambda c: (
            f"adaptive_instance_norm({c.one('content')}, {c.one('style')}"
            + (f", eps={c['eps']})" if c.changed(1e-5, "eps") else ")")
        ),
        check=_same_channels,
        examples=(Example({}, {"content": (2, 3, 4, 5), "style": (2, 3, 6, 6)}),
                  Example({"eps": 1e-3}, {"content": (2, 3, 4), "style": (2, 3, 4)})),
    ),
    LayerType(
        name="Modulate", category="Normalisation", summary="Scale and shift every channel by what a condition says.",
        help=(
            "A second network looks at a condition (a class, a time, a question) and gives one scale and one shift "
            "for every channel; 0 and 0 leave the input as it is. Known as FiLM, and as adaptive layer norm in "
            "diffusion Transformers. dim 1 is right for images, −1 for sequences."
        ),
        formula="y = (1 + scale) · x + shift per sample and channel",
        words=("film", "feature-wise modulation", "adaln", "adaptive layer norm", "condition", "diffusion", "style"),
        params=(dim_param(-1, "Axis of the channels."),),
        inputs=(Port("input"), Port("scale", help="(B, channels)."), Port("shift", help="(B, channels).")),
        support=("modulate",),
        call=lambda c: (
            f"modulate({c.one()}, {c.one('scale')}, {c.one('shift')}"
            + (f", dim={c['dim']})" if c.changed(-1, "dim") else ")")
        ),
        check=first(rank_at_least(2, "a batch with channels (B, …)"), axis_exists("dim"),
                    _one_number_each("scale", "shift")),
        headline=("dim",),
        examples=(Example({}, {"input": (2, 5, 8), "scale": (2, 8), "shift": (2, 8)}),
                  Example({"dim": 1}, {"input": (2, 3, 4, 4), "scale": (2, 3), "shift": (2, 3)})),
    ),
    LayerType(
        name="MinibatchDeviation", category="Normalisation",
        summary="A channel that says how different the batch's samples are.",
        help=(
            "Appends one channel that holds the mean deviation over the batch at every place. A discriminator sees "
            "with it when a generator paints the same picture again and again. It looks at other samples of the "
            "batch."
        ),
        formula="y = [x, mean over all of √(Var over the batch + 10⁻⁸)]",
        words=("minibatch standard deviation", "mode collapse", "discriminator", "gan", "progressive gan"),
        support=("minibatch_deviation",), call=lambda c: f"minibatch_deviation({c.one()})", check=_IMAGES,
        examples=(Example({}, {"input": (2, 3, 4, 5)}),),
    ),
)  # fmt: skip

"""Normalisation: bring values to mean 0 and variance 1, in batches, samples or groups of channels."""

from __future__ import annotations

from math import prod
from typing import Any

from graph.catalogue.rules import (
    LAYOUTS,
    Outputs,
    axis_size,
    channels_match,
    divides,
    first,
    rank_at_least,
    rank_is,
)
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch

SIZES: dict[int, tuple[int, ...]] = {1: (7,), 2: (5, 6), 3: (3, 4, 5)}


def _eps(default: float | None = 1e-5, **more: Any) -> Param:
    return Param("eps", "float", default, "Added to the variance, so that nothing is divided by zero.", minimum=0,
                 maximum=1, **more)  # fmt: skip


def _momentum(default: float = 0.1) -> Param:
    return Param("momentum", "float", default, "Weight of the newest batch in the running statistics; "
                                               "without a value they are the plain mean of all "
                                               "batches.", minimum=0, maximum=1, optional=True)  # fmt: skip


def _per_channel(given: Given, outputs: Outputs) -> str:
    count = given["num_features"]
    return f"parameters = 2 · {count} = {2 * count:,}" if given["affine"] else "parameters = 0"


def _channel_params(affine: bool, track: bool) -> tuple[Param, ...]:
    return (
        Param(
            "num_features",
            "int",
            None,
            "Channels of the input.",
            minimum=1,
            required=True,
            inferred=axis_size(1),
        ),
        _eps(),
        _momentum(),
        Param("affine", "bool", affine, "Learn a scale and a shift for every channel."),
        Param(
            "track_running_stats",
            "bool",
            track,
            "Remember mean and variance of the training data for evaluation.",
        ),
    )


def _batch(n: int) -> LayerType:
    ranks, what = ((2, 3), "(B, C) or (B, C, L)") if n == 1 else ((n + 2,), LAYOUTS[n])
    return LayerType(
        name=f"BatchNorm{n}d",
        category="Normalisation",
        summary="Normalise every channel over the batch.",
        help=(
            "Brings each channel to mean 0 and variance 1 over the whole batch, then applies a learned "
            "scale and shift. Training gets faster and less sensitive to the learning rate. In evaluation "
            "it uses the statistics it remembered. It stands between a layer and its activation; batches of "
            "one sample cannot be trained with it."
        ),
        formula="y = (x − E[x]) / √(Var[x] + eps) · γ + β,  parameters = 2 · num_features",
        words=("batch normalization", "batch norm", "bn", "standardise"),
        params=_channel_params(True, True),
        module=f"nn.BatchNorm{n}d",
        check=first(rank_is(*ranks, what=what), channels_match("num_features")),
        worked=_per_channel,
        examples=(
            Example({}, {"input": (2, 4, *SIZES[n])}),
            Example({"affine": False, "momentum": None, "eps": 1e-3}, {"input": (2, 4, *SIZES[n])}),
            *((Example({}, {"input": (2, 4)}),) if n == 1 else ()),
        ),
    )


def _more_than_one(given: Given) -> Complaint | None:
    tensor = given.one()
    if given["track_running_stats"] or tensor.fixed(2) != 1:
        return None
    return Complaint(
        f"cannot normalise channels of a single value, as in {tensor.text}",
        expected="more than one value per channel", got=tensor.text, port="input",
    )  # fmt: skip


def _instance(n: int) -> LayerType:
    return LayerType(
        name=f"InstanceNorm{n}d",
        category="Normalisation",
        summary="Normalise every channel of every sample by itself.",
        help=(
            "Like batch normalisation, but each sample is normalised alone, so the batch does not matter. "
            "It takes contrast and colour cast out of an image, which is why style transfer and CycleGAN "
            "use it."
        ),
        formula="y = (x − E[x]) / √(Var[x] + eps) per sample and channel  (· γ + β when affine)",
        words=("instance normalization", "contrast normalization", "style transfer"),
        params=_channel_params(False, False),
        module=f"nn.InstanceNorm{n}d",
        check=first(rank_is(n + 2, what=LAYOUTS[n]), channels_match("num_features"), _more_than_one),
        worked=_per_channel,
        examples=(
            Example({}, {"input": (2, 4, *SIZES[n])}),
            Example({"affine": True, "track_running_stats": True}, {"input": (2, 4, *SIZES[n])}),
        ),
    )


def _last_axis(given: Given) -> tuple[int, ...] | None:
    size = given.one().size(-1) if given.one().rank > 1 else None
    return None if size is None else (size,)


def _trailing(given: Given) -> Complaint | None:
    tensor, wanted = given.one(), given["normalized_shape"]
    if wanted is None:
        if tensor.rank > 1 and tensor.size(-1) is not None:
            return None
        return Complaint(
            f"needs a last axis of fixed size but receives {tensor.text}", got=tensor.text, port="input"
        )
    count = len(wanted)
    got = tuple(tensor.size(axis) for axis in range(max(tensor.rank - count, 0), tensor.rank))
    if count and got == tuple(wanted):
        return None
    shape = ", ".join(str(size) for size in wanted)
    return Complaint(
        f"normalises a shape of ({shape}), which must be the last {'axis' if count == 1 else 'axes'} of what "
        f"it receives, {tensor.text}",
        expected=f"(…, {shape})", got=tensor.text, port="input", param="normalized_shape",
        patches=(Patch("Let normalized_shape follow the input", {"normalized_shape": None}),),
    )  # fmt: skip


def _elements(given: Given, factor: int) -> str:
    shape = given["normalized_shape"]
    if not given["elementwise_affine"]:
        return "parameters = 0"
    front = f"{factor} · " if factor > 1 else ""
    return f"parameters = {front}{'·'.join(map(str, shape))} = {factor * prod(shape):,}"


_SHAPE = Param("normalized_shape", "shape", None, "The axes (from the end) that are normalised together; "
               "the last one unless set.", minimum=1, maximum=10_000_000, required=True, bare=True,
               inferred=_last_axis)  # fmt: skip


def _groups_of_one(given: Given) -> Complaint | None:
    count = given["num_features"] if "num_features" in given.params else given["num_channels"]
    if given["num_groups"] == count and given.one().fixed(2) == 1:
        return Complaint(
            f"normalises groups of a single value, so every output is its bias alone, for {given.one().text}",
            param="num_groups", port="input",
        )  # fmt: skip
    return None


LAYERS = (
    *(_batch(n) for n in (1, 2, 3)),
    *(_instance(n) for n in (1, 2, 3)),
    LayerType(
        name="LayerNorm",
        category="Normalisation",
        summary="Normalise every sample over its last axes.",
        help=(
            "Brings the values of each sample (for sequences: of each step) to mean 0 and variance 1, then "
            "applies a learned scale and shift per element. It does not look at the batch, so it behaves "
            "the same in training and evaluation. Transformers use it around every attention and "
            "feed-forward block."
        ),
        formula="y = (x − E[x]) / √(Var[x] + eps) · γ + β,  parameters = 2 · size",
        words=("layer normalization", "ln", "transformer norm"),
        params=(
            _SHAPE,
            _eps(),
            Param("elementwise_affine", "bool", True, "Learn a scale and a shift for every element."),
            Param("bias", "bool", True, "Learn the shift too."),
        ),
        module="nn.LayerNorm",
        check=_trailing,
        worked=lambda given, outputs: _elements(given, 2 if given["bias"] else 1),
        examples=(
            Example({}, {"input": (2, 5, 8)}),
            Example({"normalized_shape": (4, 6), "bias": False}, {"input": (2, 3, 4, 6)}),
            Example({"elementwise_affine": False, "eps": 1e-6}, {"input": (2, 8)}),
        ),
    ),
    LayerType(
        name="RMSNorm",
        category="Normalisation",
        summary="Divide by the root mean square over the last axes.",
        help=(
            "A cheaper layer norm without subtracting the mean: each step is divided by its root mean "
            "square and multiplied by a learned weight. Newer language models use it in place of LayerNorm."
        ),
        formula="y = x / √(mean(x²) + eps) · γ",
        words=("root mean square", "rms normalization", "llama"),
        params=(
            _SHAPE,
            Param("eps", "float", None, "Added under the root; the smallest number of the data type when not set.",
                  minimum=0, maximum=1, optional=True),
            Param("elementwise_affine", "bool", True, "Learn a weight for every element."),
        ),
        module="nn.RMSNorm",
        check=_trailing,
        worked=lambda given, outputs: _elements(given, 1),
        examples=(
            Example({}, {"input": (2, 5, 8)}),
            Example({"normalized_shape": (4, 6), "eps": 1e-6}, {"input": (2, 3, 4, 6)}),
        ),
    ),
    LayerType(
        name="GroupNorm",
        category="Normalisation",
        summary="Normalise groups of channels of every sample.",
        help=(
            "Splits the channels of each sample into groups and normalises each group over its channels and "
            "places. It works with batches of any size, even one, so it replaces batch norm where memory "
            "allows only small batches. One group is like layer norm over everything; as many groups as "
            "channels is instance norm."
        ),
        formula="y = (x − E[x]) / √(Var[x] + eps) · γ + β per sample and group,  parameters = 2 · num_channels",
        words=("group normalization", "gn"),
        params=(
            Param("num_groups", "int", 1, "Number of groups; must divide the channels.", minimum=1,
                  maximum=1_000_000, required=True),
            Param("num_channels", "int", None, "Channels of the input.", minimum=1, required=True,
                  inferred=axis_size(1)),
            _eps(),
            Param("affine", "bool", True, "Learn a scale and a shift for every channel."),
        ),
        module="nn.GroupNorm",
        check=first(
            rank_at_least(2, "a batch with channels (B, C, …)"),
            channels_match("num_channels"),
            divides("num_groups", "num_channels", "channels"),
        ),
        caution=_groups_of_one,
        worked=lambda given, outputs: (
            f"parameters = 2 · {given['num_channels']} = {2 * given['num_channels']:,}"
            if given["affine"] else "parameters = 0"
        ),
        headline=("num_groups",),
        examples=(
            Example({"num_groups": 2}, {"input": (2, 4, 5, 6)}),
            Example({"num_groups": 3, "affine": False}, {"input": (2, 6)}),
        ),
    ),
    LayerType(
        name="LocalResponseNorm",
        category="Normalisation",
        summary="Divide each value by the strength of its neighbour channels.",
        help=(
            "Each value is divided by a sum over the neighbouring channels at the same place, so that strong "
            "responses damp their neighbours. AlexNet and GoogLeNet used it; batch norm has taken its place."
        ),
        formula="y = x / (k + alpha/size · Σ x²)^beta, the sum over size neighbouring channels",
        words=("lrn", "alexnet", "lateral inhibition", "cross channel"),
        params=(
            Param("size", "int", 5, "Number of neighbouring channels.", minimum=1, maximum=10_000, required=True),
            Param("alpha", "float", 1e-4, "Strength of the damping.", minimum=0, maximum=1000),
            Param("beta", "float", 0.75, "Exponent.", minimum=0, maximum=100),
            Param("k", "float", 1.0, "Constant in the denominator.", minimum=0, maximum=1000),
        ),
        module="nn.LocalResponseNorm",
        check=rank_at_least(3, "a batch with channels and places (B, C, …)"),
        headline=("size",),
        examples=(
            Example({}, {"input": (2, 6, 4, 4)}),
            Example({"size": 3, "alpha": 1e-3, "beta": 0.5, "k": 2.0}, {"input": (2, 6, 7)}),
        ),
    ),
)  # fmt: skip

"""More activations: gates of two halves, and functions papers made known."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import Rule, axis_exists, dim_param, first, plural, rank_at_least
from graph.catalogue.softmax import axis_of_one, even
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch


def _gate(
    name: str, function: str, formula: str, summary: str, help: str, words: tuple[str, ...]
) -> LayerType:
    def call(c: Call) -> str:
        return f"{function}({c.one()}" + (f", dim={c['dim']})" if c.changed(-1, "dim") else ")")

    return LayerType(
        name=name, category="Activation", summary=summary, help=help, formula=formula,
        words=("activation", "gated linear unit", "gate", "feed-forward", *words),
        params=(dim_param(-1, "Axis to split."),), support=(function,), call=call,
        check=first(axis_exists("dim"), even), headline=("dim",),
        examples=(Example({}, {"input": (2, 5, 6)}), Example({"dim": 1}, {"input": (2, 4, 3, 3)})),
    )  # fmt: skip


def _function(name: str, call: Callable[[Call], str], formula: str, summary: str, help: str, words: tuple[str, ...],
              ) -> LayerType:  # fmt: skip
    return LayerType(
        name=name, category="Activation", summary=summary, help=help, formula=formula,
        words=("activation", "nonlinearity", *words), call=call,
        examples=(Example({}, {"input": (2, 4, 3)}), Example({}, {"input": (2, 6)})),
    )  # fmt: skip


def _pieces(given: Given) -> Complaint | None:
    tensor, pieces = given.one(), given["pieces"]
    if tensor.shapes[0][1] % pieces == 0 and tensor.size(1) is not None:
        return None
    size = tensor.size(1) or 0
    fits = next((number for number in range(min(pieces, size), 1, -1) if size % number == 0), None)
    return Complaint(
        f"takes the largest of every {plural(pieces, 'channel')}, which does not divide the {tensor.dims[1]} "
        f"channels of {tensor.text}",
        expected=f"a multiple of {pieces}", got=tensor.dims[1], port="input", param="pieces",
        patches=(Patch(f"Set pieces to {fits}", {"pieces": fits}),) if fits else (),
    )  # fmt: skip


def _crelu(c: Call) -> str:
    return f"torch.cat([F.relu({c.one()}), F.relu(-{c.one()})], dim={c['dim']})"


_WITH_CHANNELS: Rule = rank_at_least(2, "a batch with channels (B, C, …)")

LAYERS = (
    _gate(
        "SwiGLU", "swiglu", "y = SiLU(a) · b, with x = [a, b] along dim",
        "A gate through SiLU: the feed-forward part of newer language models.",
        "Splits an axis in two halves and multiplies the SiLU of the first with the second, so the axis is half as "
        "long afterwards. Put a Linear with twice the width before it. LLaMA and PaLM use it in place of ReLU.",
        ("swish", "silu", "llama", "palm", "glu"),
    ),
    _gate(
        "GEGLU", "geglu", "y = a · GELU(b), with x = [a, b] along dim",
        "A gate through GELU, as diffusion Transformers use it.",
        "Splits an axis in two halves and multiplies the first with the GELU of the second, so the axis is half as "
        "long afterwards. T5 and the Transformers of Stable Diffusion use it.",
        ("gelu", "t5", "diffusion", "glu"),
    ),
    _function(
        "QuickGELU", lambda c: f"{c.one()} * torch.sigmoid(1.702 * {c.one()})", "y = x · σ(1.702 · x)",
        "A GELU computed with a sigmoid, as in CLIP.",
        "Nearly the same curve as GELU. Weights that were trained with it, such as CLIP's, need exactly this one.",
        ("gelu", "clip", "swish", "fast gelu"),
    ),
    _function(
        "SquaredReLU", lambda c: f"F.relu({c.one()}).square()", "y = max(0, x)²", "The square of ReLU.",
        "Negative values become zero and positive ones are squared. A search over Transformers found it (Primer); it "
        "leaves many exact zeros.",
        ("relu squared", "primer", "sparse"),
    ),
    _function(
        "Step",
        lambda c: f"({c.one()} > 0).float()", "y = 1 for x > 0, 0 otherwise", "1 for positive values, 0 for others.",
        "The activation of Rosenblatt's perceptron and of the first neuron models. Its gradient is zero everywhere, "
        "so nothing before it learns by gradient descent: that is why the sigmoid replaced it.",
        ("heaviside", "perceptron", "threshold", "binary", "mcculloch-pitts", "spike"),
    ),
    LayerType(
        name="Squash", category="Activation", summary="Shorten vectors to a length below 1, their direction kept.",
        help=(
            "A capsule says with the direction of its vector what it sees and with the length how sure it is. This "
            "brings every length between 0 and 1: short vectors nearly vanish, long ones come close to 1."
        ),
        formula="y = ‖x‖² / (1 + ‖x‖²) · x / ‖x‖",
        words=("activation", "capsule", "capsnet", "length", "unit vector"),
        params=(dim_param(-1, "Axis of the vectors."),), support=("squash",),
        call=lambda c: f"squash({c.one()}" + (f", dim={c['dim']})" if c.changed(-1, "dim") else ")"),
        check=axis_exists("dim"), headline=("dim",),
        examples=(Example({}, {"input": (2, 3, 4)}), Example({"dim": 1}, {"input": (2, 3, 4, 4)})),
    ),
    LayerType(
        name="CReLU", category="Activation", summary="ReLU of x and of −x, side by side: twice the channels.",
        help=(
            "Keeps what is positive and what is negative in channels of their own, so no information is lost. The "
            "first layers of a convolutional network learn filters in such pairs anyway."
        ),
        formula="y = [max(0, x), max(0, −x)] along dim",
        words=("activation", "concatenated relu", "nonlinearity", "two-sided"),
        params=(dim_param(1, "Axis of the channels."),), call=_crelu, check=axis_exists("dim"), headline=("dim",),
        examples=(Example({}, {"input": (2, 3, 4, 4)}), Example({"dim": -1}, {"input": (2, 5)})),
    ),
    LayerType(
        name="Maxout", category="Activation", summary="The largest of every few channels: a learned activation.",
        help=(
            "Groups the channels and keeps the largest of each group. Behind a Linear or a convolution with as many "
            "times more outputs it can learn any convex activation."
        ),
        formula="y[i] = max(x[i·pieces], …, x[i·pieces + pieces − 1])",
        words=("activation", "max", "piecewise linear", "groups"),
        params=(Param("pieces", "int", 2, "Channels that compete for one output.", minimum=2, maximum=4096),),
        call=lambda c: f"{c.one()}.unflatten(1, (-1, {c['pieces']})).amax(dim=2)",
        check=first(_WITH_CHANNELS, _pieces),
        worked=lambda given, outputs: f"{given.one().dims[1]} / {given['pieces']} = {outputs['output'].dims[1]}",
        headline=("pieces",),
        examples=(Example({}, {"input": (2, 6)}), Example({"pieces": 3}, {"input": (2, 6, 4, 4)})),
    ),
    LayerType(
        name="GumbelSoftmax", category="Activation", summary="Draw a class from scores, so that gradients still pass.",
        help=(
            "While training it draws at random in proportion to the scores: a low temperature tau gives nearly one "
            "class, a high one a mixture, and hard exactly one. Discrete latent codes and learned choices are "
            "trained with it. In evaluation it is the softmax of the scores, or the best class when hard."
        ),
        formula="y = softmax((x + g) / tau), g random from −ln(−ln U)",
        words=("sampling", "categorical", "discrete", "concrete distribution", "softmax", "choice"),
        params=(
            Param("tau", "float", 1.0, "Temperature.", minimum=1e-4, maximum=1e4),
            Param("hard", "bool", False, "Give one class exactly; the gradient is that of the soft choice."),
            dim_param(-1, "Axis of the classes."),
        ),
        support=("gumbel_softmax",), module="GumbelSoftmax", check=axis_exists("dim"), caution=axis_of_one,
        headline=("tau", "hard"),
        examples=(Example({}, {"input": (2, 5)}), Example({"tau": 0.5, "hard": True, "dim": 1}, {"input": (2, 4, 3)})),
    ),
)  # fmt: skip

"""Losses of numbers: how far a prediction is from what it should have been. And the parts all losses share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.rules import Outputs, Rule
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import Tensor

CATEGORY = "Losses"
_REDUCTIONS = {
    "mean": "the mean of all values",
    "sum": "their sum",
    "none": "every value by itself",
}
INPUT_TARGET = (
    Port("input", help="What the network gives."),
    Port("target", help="What it should have given."),
)


def reduction(*choices: str, default: str = "mean") -> Param:
    """How the losses of all places become one number."""
    names = choices or tuple(_REDUCTIONS)
    told = ", ".join(f"{name}: {_REDUCTIONS[name]}" for name in names if name in _REDUCTIONS)
    return Param("reduction", "choice", default, f"What is given back. {told[:1].upper()}{told[1:]}.",
                 choices=names, torch="mean")  # fmt: skip


def loss(name: str, summary: str, help: str, formula: str, words: tuple[str, ...],
         examples: tuple[Example, ...], *, params: tuple[Param, ...] = (), inputs: tuple[Port, ...] = INPUT_TARGET,
         check: Rule | None = None, headline: tuple[str, ...] = (), **more: Any) -> LayerType:  # fmt: skip
    """A loss of torch as a node: its parameters end with the reduction."""
    given = (*params, *(() if any(param.name == "reduction" for param in params) else (reduction(),)))
    return LayerType(
        name=name, category=CATEGORY, summary=summary, help=help, formula=formula,
        words=("loss", "criterion", "error", *words), params=given, inputs=inputs, module=f"nn.{name}",
        check=check, headline=headline or ("reduction",), examples=examples, **more,
    )  # fmt: skip


def same_shape(*ports: str) -> Rule:
    """All these ports must carry tensors of one shape: torch would stretch them, which is never meant here."""

    def check(given: Given) -> Complaint | None:
        head = given.one(ports[0])
        for port in ports[1:]:
            if given.has(port) and given.one(port).shapes != head.shapes:
                other = given.one(port)
                return Complaint(
                    f"compares {ports[0]} and {port} value by value, so they need one shape, but they are "
                    f"{head.text} and {other.text}",
                    expected=head.text, got=other.text, port=port,
                )  # fmt: skip
        return None

    return check


def reduced(given: Given, shapes: tuple[tuple[int, ...], ...], dtype: str) -> Tensor:
    """The result of a loss that has these shapes before the reduction."""
    return Tensor(shapes if given["reduction"] == "none" else ((),) * len(shapes), dtype)


def mean_of(given: Given, outputs: Outputs) -> str:
    """``mean over B · 10 values``: what the number that comes out stands for."""
    if given["reduction"] == "none":
        return f"one loss for each value: {next(iter(outputs.values())).text}"
    count = " · ".join(given.one().dims) or "1"
    return f"{given['reduction']} over {count} values"


_PAIR = Example({}, {"input": (2, 5), "target": (2, 5)})
_IMAGES: Mapping[str, tuple[int, ...]] = {"input": (2, 3, 4, 4), "target": (2, 3, 4, 4)}


def _squares(name: str, summary: str, help: str, formula: str, words: tuple[str, ...],
             *params: Param, example: Mapping[str, Any] | None = None) -> LayerType:  # fmt: skip
    return loss(
        name, summary, help, formula, words,
        (_PAIR, Example({"reduction": "none", **(example or {})}, _IMAGES)),
        params=params, check=same_shape("input", "target"), worked=mean_of,
        headline=tuple(param.name for param in params[:1]),
    )  # fmt: skip


def _one_for_several(shape: tuple[int, ...], variance: tuple[int, ...]) -> bool:
    """The last axis left out, or one axis of size 1 (``gaussian_nll_loss`` in torch/nn/functional.py)."""
    if variance == shape[:-1]:
        return True
    return len(shape) == len(variance) and [b for a, b in zip(shape, variance, strict=True) if a != b] == [1]


def _variances(given: Given) -> Complaint | None:
    found = same_shape("input", "target")(given)
    head, var = given.one(), given.one("var")
    if found is not None or var.shapes == head.shapes:
        return found
    if head.rank and all(_one_for_several(s, v) for s, v in zip(head.shapes, var.shapes, strict=True)):
        return None
    return Complaint(
        f"needs one variance for each value, or one for each sample, of {head.text}, but var is {var.text}",
        expected=head.text, got=var.text, port="var",
    )  # fmt: skip


_NORMAL = {"input": (2, 3), "target": (2, 3), "var": (2, 3)}

LAYERS = (
    _squares(
        "MSELoss", "The mean squared error.",
        "Squares the difference between prediction and target and takes the mean, so large errors count most. The "
        "usual loss for predicting numbers, and for autoencoders that should paint their input.",
        "loss = mean((input − target)²)",
        ("mean squared error", "mse", "l2", "squared error", "regression", "reconstruction"),
    ),
    _squares(
        "L1Loss", "The mean absolute error.",
        "Takes the mean of the absolute differences. A few wild targets count less than with the squared error, and "
        "pictures come out sharper: Pix2Pix adds it to the adversarial loss.",
        "loss = mean(|input − target|)",
        ("mean absolute error", "mae", "absolute error", "regression"),
    ),
    _squares(
        "SmoothL1Loss", "Squared error near zero, absolute error far away.",
        "Below beta it is a parabola, above it a straight line, so that single wild targets do not pull the network "
        "away. Detectors learn the corners of their boxes with it.",
        "loss = 0.5·d²/beta for |d| < beta, |d| − 0.5·beta otherwise, with d = input − target",
        ("smooth l1", "box regression", "robust", "detector"),
        Param("beta", "float", 1.0, "Where the parabola becomes a line.", minimum=0, maximum=1e6),
        example={"beta": 0.5},
    ),
    _squares(
        "HuberLoss", "Squared error near zero, a line of slope delta far away.",
        "The same idea as SmoothL1Loss, delta times as large: differences above delta count in proportion instead of "
        "squared. Used for regression with outliers and for Q-learning.",
        "loss = 0.5·d² for |d| < delta, delta·(|d| − 0.5·delta) otherwise, with d = input − target",
        ("huber", "robust regression", "outliers", "dqn"),
        Param("delta", "float", 1.0, "Where the parabola becomes a line.", minimum=1e-6, maximum=1e6),
        example={"delta": 0.5},
    ),
    loss(
        "PoissonNLLLoss", "Negative log-likelihood of counts.",
        "For targets that are counts, such as visitors per hour: the network gives the expected count, or its "
        "logarithm. Errors count relative to how large the expected number is.",
        "loss = mean(exp(input) − target · input)  (input − target · ln(input + eps) without log_input)",
        ("poisson", "counts", "regression"),
        (_PAIR, Example({"log_input": False, "full": True, "reduction": "sum"}, _IMAGES)),
        params=(
            Param("log_input", "bool", True, "The input is the logarithm of the expected count."),
            Param("full", "bool", False, "Add Stirling's term, which depends on the targets alone."),
            Param("eps", "float", 1e-8, "Keeps the logarithm away from zero.", minimum=1e-20, maximum=1),
        ),
        check=same_shape("input", "target"), worked=mean_of, headline=("log_input",),
    ),
    loss(
        "GaussianNLLLoss", "Negative log-likelihood of a normal distribution.",
        "The network gives a mean and a variance, and learns to say how sure it is: a wrong answer given with a "
        "large variance costs less. The variance must be positive; a Softplus or an Exp before var sees to it.",
        "loss = mean(0.5 · (ln var + (input − target)² / var))",
        ("gaussian", "uncertainty", "variance", "regression", "heteroscedastic"),
        (Example({}, _NORMAL), Example({"full": True, "reduction": "none"}, {**_NORMAL, "var": (2, 1)})),
        params=(
            Param("full", "bool", False, "Add the constant 0.5 · ln 2π."),
            Param("eps", "float", 1e-6, "Smallest variance.", minimum=1e-20, maximum=1),
        ),
        inputs=(*INPUT_TARGET, Port("var", help="The variance the network gives.")),
        check=_variances,
        # torch looks at the sign of every variance, which the meta device has not
        shapes=lambda given: {"output": reduced(given, given.one().shapes, given.one().dtype)},
        worked=mean_of, headline=("reduction",),
    ),
)  # fmt: skip

"""The losses, each declared once, and what counts as a right answer under each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from graph.catalogue.spec import Param
from runtime.choice import Choice, table

Decision = Literal["argmax", "threshold"]


@dataclass(frozen=True, slots=True)
class Loss(Choice):
    """A loss. ``decision`` says how its output becomes an answer; ``None`` for losses of measurements.

    "argmax": the class with the largest output. "threshold": class 1 where the output lies above
    ``threshold``. ``last`` names what should stand in front of the loss, for hints.
    """

    decision: Decision | None = None
    threshold: float = 0.5
    last: str = ""


LOSSES = table(
    (
        Loss(
            "cross_entropy",
            "Cross-entropy",
            "For choosing one of several classes. The network gives one number per class (logits) and no "
            "softmax: the loss applies log-softmax itself. L = −log softmax(x)[target].",
            "nn.CrossEntropyLoss",
            (
                Param(
                    "label_smoothing",
                    "float",
                    0.0,
                    "Share of the certainty spread over the other classes.",
                    minimum=0.0,
                    maximum=0.99,
                ),
            ),
            decision="argmax",
            last="no softmax: the loss has its own",
        ),
        Loss(
            "nll",
            "Negative log-likelihood",
            "For choosing one of several classes when the network ends with LogSoftmax. L = −x[target].",
            "nn.NLLLoss",
            decision="argmax",
            last="a LogSoftmax",
        ),
        Loss(
            "bce",
            "Binary cross-entropy",
            "For yes or no when the network ends with a Sigmoid, so that outputs are probabilities "
            "from 0 to 1. L = −(t log p + (1 − t) log(1 − p)).",
            "nn.BCELoss",
            decision="threshold",
            threshold=0.5,
            last="a Sigmoid",
        ),
        Loss(
            "bce_with_logits",
            "Binary cross-entropy with logits",
            "For yes or no when the network ends without an activation: the loss applies the sigmoid "
            "itself, which is more exact than a Sigmoid before it.",
            "nn.BCEWithLogitsLoss",
            decision="threshold",
            threshold=0.0,
            last="no Sigmoid: the loss has its own",
        ),
        Loss(
            "mse",
            "Mean squared error",
            "For predicting numbers; large errors weigh most. L = (x − t)².",
            "nn.MSELoss",
        ),
        Loss(
            "l1",
            "Mean absolute error",
            "For predicting numbers; forgiving towards single large errors. L = |x − t|.",
            "nn.L1Loss",
        ),
        Loss(
            "smooth_l1",
            "Smooth L1",
            "Squared below beta and absolute above it (Huber's loss divided by beta).",
            "nn.SmoothL1Loss",
            (Param("beta", "float", 1.0, "Where the squared part ends.", minimum=1e-6, maximum=1e6),),
        ),
        Loss(
            "huber",
            "Huber",
            "Squared below delta and straight above it: large errors count less than with MSE.",
            "nn.HuberLoss",
            (Param("delta", "float", 1.0, "Where the squared part ends.", minimum=1e-6, maximum=1e6),),
        ),
        Loss(
            "poisson_nll",
            "Poisson negative log-likelihood",
            "For predicting counts: the network gives the logarithm of the expected count.",
            "nn.PoissonNLLLoss",
        ),
        Loss(
            "multi_margin",
            "Margin between classes",
            "For choosing one of several classes as a support vector machine does: the right class has to lead "
            "by the margin.",
            "nn.MultiMarginLoss",
            (Param("margin", "float", 1.0, "The lead it has to have.", minimum=0.0, maximum=1e3),),
            decision="argmax",
        ),
        Loss(
            "multilabel_soft_margin",
            "Soft margin for several labels",
            "For several yes/no answers at once; as binary cross-entropy with logits, averaged over the labels.",
            "nn.MultiLabelSoftMarginLoss",
            decision="threshold",
            threshold=0.0,
        ),
    )
)
"""Every loss by name."""

LOGITS = tuple(
    name for name, loss in LOSSES.items() if loss.decision == "threshold" and loss.threshold == 0.0
)
"""Losses that apply the sigmoid themselves."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How right answers are counted: on (N, …) outputs and the targets the loss was given.

    ``text`` is the same rule as an expression over ``outputs`` and ``targets`` for the exported script, a
    boolean tensor with one entry per answer.
    """

    text: str
    right: Callable[[Any, Any], Any]


def answer_rule(loss: Loss, task: str, width: int) -> Answer | None:
    """What counts as right for this loss, kind of data and number of outputs; ``None`` for measurements.

    A classification trained with a loss on values (BCE or MSE on one-hot targets) counts the largest output;
    with one output, class 1 is an output above the threshold.
    """
    if task == "regression":
        return None
    if task == "multi-label":
        level = loss.threshold
        return Answer(
            f"(outputs > {level:g}) == (targets > 0.5)",
            lambda outputs, targets: (outputs > level) == (targets > 0.5),
        )
    if loss.decision == "argmax":
        return Answer("outputs.argmax(-1) == targets", lambda outputs, targets: outputs.argmax(-1) == targets)
    if width > 1:
        return Answer(
            "outputs.argmax(-1) == targets.argmax(-1)",
            lambda outputs, targets: outputs.argmax(-1) == targets.argmax(-1),
        )
    level = loss.threshold
    return Answer(
        f"(outputs > {level:g}) == (targets > 0.5)",
        lambda outputs, targets: (outputs > level) == (targets > 0.5),
    )

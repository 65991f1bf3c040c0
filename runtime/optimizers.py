"""The optimisers, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.catalogue.spec import Param
from runtime.choice import Choice, ChoiceError, table


@dataclass(frozen=True, slots=True)
class Optimizer(Choice):
    """An optimiser. Learning rate and weight decay are common to all and not listed among the options."""

    rate: float = 1e-3
    """A usual learning rate, offered when the optimiser is chosen."""


def _betas(values: Mapping[str, Any]) -> dict[str, Any]:
    betas = (values["beta1"], values["beta2"])
    return {"betas": betas} if betas != (0.9, 0.999) else {}


def _sgd(values: Mapping[str, Any]) -> dict[str, Any]:
    if values["nesterov"] and not values["momentum"]:
        raise ChoiceError("Nesterov's method needs a momentum above 0. Set the momentum, 0.9 for instance.")
    return dict(values)


_BETAS = (
    Param("beta1", "float", 0.9, "Memory of the average gradient.", minimum=0.0, maximum=0.9999),
    Param("beta2", "float", 0.999, "Memory of the average squared gradient.", minimum=0.0, maximum=0.999999),
)

_MORE = (
    Optimizer(
        "NAdam", "NAdam", "Adam with Nesterov's look ahead (Dozat, 2016).", "torch.optim.NAdam", _BETAS, _betas,
        rate=2e-3,
    ),
    Optimizer(
        "RAdam", "RAdam", "Adam whose first steps are rectified, so that it needs no warm-up (Liu et al., 2020).",
        "torch.optim.RAdam", _BETAS, _betas,
    ),
    Optimizer(
        "Adamax", "Adamax", "Adam with the largest gradient instead of the mean square (Kingma and Ba, 2015).",
        "torch.optim.Adamax", _BETAS, _betas, rate=2e-3,
    ),
    Optimizer(
        "Adagrad", "Adagrad",
        "Divides by the sum of all squared gradients so far: rare features learn faster (Duchi et al., 2011).",
        "torch.optim.Adagrad",
        (Param("lr_decay", "float", 0.0, "Lowers the rate as 1 / (1 + steps × this).", minimum=0.0, maximum=1e3),),
        rate=1e-2,
    ),
    Optimizer(
        "Adadelta", "Adadelta", "Chooses its step from the sizes of earlier steps (Zeiler, 2012). Rate 1 is usual.",
        "torch.optim.Adadelta",
        (Param("rho", "float", 0.9, "Memory of squared gradients and steps.", minimum=0.0, maximum=0.9999),),
        rate=1.0,
    ),
    Optimizer(
        "ASGD", "Averaged SGD", "SGD that also averages its weights (Polyak and Juditsky, 1992).",
        "torch.optim.ASGD",
        (Param("alpha", "float", 0.75, "Power by which the rate falls.", minimum=0.0, maximum=1.0),),
        rate=1e-2,
    ),
    Optimizer(
        "Rprop", "Rprop", "Looks at the signs of gradients only. For full batches (Riedmiller and Braun, 1993).",
        "torch.optim.Rprop", rate=1e-2,
    ),
    Optimizer(
        "Adafactor", "Adafactor", "Adam in little memory, for large tables (Shazeer and Stern, 2018).",
        "torch.optim.Adafactor", rate=1e-2,
    ),
)  # fmt: skip

OPTIMIZERS = table(
    (
        Optimizer(
            "SGD",
            "SGD with momentum",
            "Steps against the gradient; momentum keeps going in a direction that has paid off. Needs a "
            "larger learning rate than Adam and often ends up better.",
            "torch.optim.SGD",
            (
                Param(
                    "momentum",
                    "float",
                    0.9,
                    "Share of the last step that is kept.",
                    minimum=0.0,
                    maximum=0.9999,
                    torch=0.0,
                ),
                Param(
                    "nesterov", "bool", False, "Look ahead along the momentum before measuring the gradient."
                ),
            ),
            _sgd,
            rate=1e-2,
        ),
        Optimizer(
            "Adam",
            "Adam",
            "Gives every weight its own step size from the averages of its gradient and squared gradient "
            "(Kingma and Ba, 2015). A good first choice.",
            "torch.optim.Adam",
            _BETAS,
            _betas,
        ),
        Optimizer(
            "AdamW",
            "AdamW",
            "Adam with weight decay apart from the gradient "
            "(Loshchilov and Hutter, 2019). Usual for Transformers.",
            "torch.optim.AdamW",
            _BETAS,
            _betas,
        ),
        Optimizer(
            "RMSprop",
            "RMSprop",
            "Divides the gradient by a running average of its size. Long usual for recurrent networks.",
            "torch.optim.RMSprop",
            (
                Param(
                    "alpha",
                    "float",
                    0.99,
                    "Memory of the average squared gradient.",
                    minimum=0.0,
                    maximum=0.9999,
                ),
                Param(
                    "momentum",
                    "float",
                    0.0,
                    "Share of the last step that is kept.",
                    minimum=0.0,
                    maximum=0.9999,
                ),
            ),
        ),
        *_MORE,
    )
)
"""Every optimiser by name."""

LEARNING_RATE = Param(
    "learning_rate", "float", 1e-3, "Size of a step along the gradient.", minimum=1e-12, maximum=1e6
)
WEIGHT_DECAY = Param(
    "weight_decay", "float", 0.0, "Pulls the weights towards 0 (L2).", minimum=0.0, maximum=100.0
)


def extras(optimizer: Optimizer, learning_rate: float, weight_decay: float) -> dict[str, Any]:
    """The keyword arguments all optimisers share. AdamW decays by 0.01 unless told otherwise."""
    shared: dict[str, Any] = {"lr": learning_rate}
    if weight_decay and optimizer.name == "Rprop":
        raise ChoiceError("Rprop has no weight decay. Set it to 0, or choose another optimiser.")
    if weight_decay or optimizer.name == "AdamW":
        shared["weight_decay"] = weight_decay
    return shared

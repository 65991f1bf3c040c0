"""What every recipe may be told beyond loss and optimiser: clipping, averaging, stopping early. No torch here.

The values live in ``Training.options`` under the names of the parameters. The window lists :data:`GROUPS`; the trainer
takes them all from :func:`practices_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graph.catalogue.spec import Param
from graph.model import Training
from graph.values import BadValue
from runtime.choice import ChoiceError, setting
from runtime.recipes.judges import DRAWING, PIXELS


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together. ``supervised`` ones are for the plain recipe only, those with ``recipes`` for
    these."""

    title: str
    params: tuple[Param, ...]
    supervised: bool = False
    recipes: tuple[str, ...] = ()


GROUPS = (
    Group(
        "Judge",
        (
            Param(
                "judge", "text", PIXELS,
                "Whose eyes measure how near drawn pictures are to real ones, after every epoch: “pixels” asks no "
                "network; “digits network” is trained on handwritten digits within seconds; or a run of yours whose "
                "network looks at pictures.",
            ),
        ),
        recipes=DRAWING,
    ),
    Group(
        "Gradients",
        (
            Param(
                "clip_norm", "float", None,
                "Shortens the gradient of all weights together to this length when it is longer; empty: never. Keeps "
                "recurrent networks from exploding (Pascanu et al., 2013).",
                minimum=1e-9, maximum=1e9, optional=True,
            ),
            Param(
                "clip_value", "float", None, "Cuts every single gradient at ± this value; empty: never.",
                minimum=1e-9, maximum=1e9, optional=True,
            ),
            Param(
                "accumulate", "int", 1,
                "Batches whose gradients are added up (and averaged) before the weights move: a larger batch without "
                "its memory.",
                minimum=1, maximum=10_000,
            ),
        ),
    ),
    Group(
        "Regularisation",
        (
            Param(
                "l1", "float", 0.0,
                "Adds this times the sum of all weights' absolute values to the loss that is differentiated: pulls "
                "weights to exactly 0. The loss shown is without it.",
                minimum=0.0, maximum=1e6,
            ),
            Param(
                "ema", "float", 0.0,
                "Keeps an average of the weights with this memory (0.999 is usual; 0: none). Scores and the kept "
                "weights are then those of the average.",
                minimum=0.0, maximum=0.99999,
            ),
        ),
    ),
    Group(
        "Stopping",
        (
            Param(
                "patience", "int", 0,
                "Stops when this many epochs brought nothing better; 0: trains to the last epoch. The best weights are "
                "kept in any case.",
                minimum=0, maximum=100_000,
            ),
            Param(
                "watch", "text", "",
                "The score that decides which epoch is best, on the samples held back: the loss, a score, or a figure "
                "of the recipe; empty: its usual one.",
                pattern=r"\w*",
            ),
        ),
    ),
    Group(
        "Learning rate",
        (
            Param(
                "warmup_epochs", "int", 0,
                "Epochs in which the learning rate rises from a small part of itself to its full size.",
                minimum=0, maximum=10_000,
            ),
        ),
    ),
    Group(
        "Frozen layers",
        (
            Param(
                "unfreeze_after", "int", 0,
                "Layers with a padlock stay as they are for so many epochs and learn from then on; 0: they stay so to "
                "the end.",
                minimum=0, maximum=1_000_000,
            ),
            Param(
                "unfreeze_every", "int", 0,
                "Lets go in stages: the last layer (or part of a block) with a padlock first, and one more towards the "
                "input each time so many epochs have passed; 0: all at once.",
                minimum=0, maximum=1_000_000,
            ),
            Param(
                "unfreeze_rate", "float", 0.1,
                "Once they learn, it is with the learning rate times this: what they know should change slowly.",
                minimum=1e-6, maximum=1000.0,
            ),
        ),
    ),
    Group(
        "Memory",
        (
            Param(
                "channels_last", "bool", False,
                "Keeps the values of a pixel side by side. Convolutions are then faster, above all with bfloat16 on a "
                "recent processor or graphics card.",
            ),
        ),
    ),
    Group(
        "Classes",
        (
            Param(
                "class_weights", "choice", "equal",
                "“balanced” lets every class count the same in the loss, however rare it is: weight = samples / "
                "(classes × samples of the class), measured on the training split.",
                choices=("equal", "balanced"),
            ),
        ),
        supervised=True,
    ),
    Group(
        "Cross-validation",
        (
            Param(
                "folds", "int", 0,
                "Trains this many times, each time with another part of the data to validate on, and reports mean and "
                "spread; 0: one run.",
                minimum=0, maximum=50,
            ),
        ),
    ),
)  # fmt: skip
"""All settings, in the order they are listed."""


@dataclass(frozen=True, slots=True)
class Practices:
    """The checked values, by the names of :data:`GROUPS`."""

    clip_norm: float | None
    clip_value: float | None
    accumulate: int
    l1: float
    ema: float
    patience: int
    watch: str
    warmup_epochs: int
    unfreeze_after: int
    unfreeze_every: int
    unfreeze_rate: float
    channels_last: bool
    class_weights: str
    folds: int
    judge: str

    @property
    def plain(self) -> bool:
        """Whether an update is nothing but backward and step."""
        return self.clip_norm is None and self.clip_value is None and self.accumulate == 1 and not self.l1


def practices_of(training: Training) -> Practices:
    """The settings of a project; :class:`ChoiceError` names the one that is wrong."""
    values: dict[str, Any] = {}
    for param in (param for group in GROUPS for param in group.params):
        value = setting(training, param.name)
        try:
            values[param.name] = param.default if value is None else param.check(value)
        except BadValue as problem:
            raise ChoiceError(str(problem)) from None
    if values["folds"] == 1:
        raise ChoiceError("Cross-validation needs at least 2 folds (0 for one run).")
    return Practices(**values)

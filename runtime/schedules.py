"""How the learning rate changes from epoch to epoch, each schedule declared once.

Most of them multiply the rate that is, so a rate changed by hand during a run stays changed; k / √epoch, one cycle and
cosine with restarts follow a plan and set it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.catalogue.spec import Param
from graph.model import Training
from runtime.choice import Choice, ChoiceError, Code, chosen, table
from runtime.practices import practices_of
from runtime.recipes import recipe_of


@dataclass(frozen=True, slots=True)
class Schedule(Choice):
    """A schedule; its options live in ``Training.schedule_options``. ``watches`` what decides which epoch is best."""

    watches: bool = False

    whole: str = ""
    """The option that, left empty, is the number of epochs behind the warm-up."""

    def settled(self, training: Training) -> dict[str, Any]:
        values = self.checked(training.schedule_options)
        if self.whole and values[self.whole] is None:
            values[self.whole] = max(1, training.epochs - practices_of(training).warmup_epochs)
        if self.name == "one_cycle" and values[self.whole] < training.epochs:
            raise ChoiceError(
                f"The one cycle is planned for {values[self.whole]} epochs, but the run has {training.epochs}. Leave "
                "its “total steps” empty, or train for fewer epochs."
            )
        return values


def _one_cycle(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "max_lr": values["max_lr"],
        "total_steps": values["total_steps"] + 1,
        "pct_start": values["pct_start"],
    }


def _milestones(values: Mapping[str, Any]) -> dict[str, Any]:
    milestones = tuple(int(part) for part in values["milestones"].split(","))
    return {"milestones": milestones, "gamma": values["gamma"]}


def _plateau(values: Mapping[str, Any]) -> dict[str, Any]:
    """torch's own threshold is a share of the best value, so below 0, where a score that should be high is turned to,
    standing still would count as getting better."""
    return {**values, "threshold": 0.0}


def planned(training: Training) -> bool:
    """Whether the learning rate changes by a plan."""
    return bool(
        chosen(SCHEDULES, training.schedule, "schedule").made_by or practices_of(training).warmup_epochs
    )


def schedule_text(training: Training, optimizer: str) -> str:
    """The schedule of a project as it reads in code, the warm-up in front; "" when the rate stays."""
    schedule = _schedule_of(training)
    warm = practices_of(training).warmup_epochs
    main = schedule.text(schedule.settled(training), optimizer) if schedule.made_by else ""
    if not warm:
        return main
    _check_warmup(schedule)
    first = f"torch.optim.lr_scheduler.LinearLR({optimizer}, start_factor=1 / {warm + 1}, total_iters={warm})"
    if not main:
        return first
    return f"torch.optim.lr_scheduler.SequentialLR({optimizer}, [{first}, {main}], milestones=[{warm}])"


def make_schedule(training: Training, optimizer: Any) -> Any:
    """The same as an object; ``None`` when the rate stays."""
    from torch.optim import lr_scheduler

    schedule = _schedule_of(training)
    warm = practices_of(training).warmup_epochs
    if warm:
        _check_warmup(schedule)
        first = lr_scheduler.LinearLR(optimizer, start_factor=1 / (warm + 1), total_iters=warm)
        if not schedule.made_by:
            return first
        main = schedule.make(schedule.settled(training), optimizer)
        return lr_scheduler.SequentialLR(optimizer, [first, main], milestones=[warm])
    return schedule.make(schedule.settled(training), optimizer) if schedule.made_by else None


def _schedule_of(training: Training) -> Schedule:
    schedule = chosen(SCHEDULES, training.schedule, "schedule")
    recipe = recipe_of(training)
    if schedule.watches and not (recipe.watch or practices_of(training).watch):
        raise ChoiceError(
            f"The schedule “{schedule.title}” follows the score that decides which epoch is best, and “{recipe.title}” "
            "has none: its last epoch counts. Choose another schedule, or name a score under Watch."
        )
    return schedule


def _check_warmup(schedule: Schedule) -> None:
    if schedule.watches or schedule.name == "one_cycle":
        raise ChoiceError(
            f"A warm-up does not go with the schedule “{schedule.title}”. Choose another schedule, or set the warm-up "
            "to 0 epochs."
        )


SCHEDULES = table(
    (
        Schedule("constant", "Constant", "The learning rate stays as it is."),
        Schedule(
            "step",
            "Step",
            "Multiplies the learning rate by gamma every few epochs.",
            "torch.optim.lr_scheduler.StepLR",
            (
                Param(
                    "step_size",
                    "int",
                    10,
                    "Epochs between two steps.",
                    minimum=1,
                    maximum=100_000,
                    torch=None,
                ),
                Param("gamma", "float", 0.1, "Factor at each step.", minimum=1e-6, maximum=10.0),
            ),
        ),
        Schedule(
            "exponential",
            "Exponential",
            "Multiplies the learning rate by gamma after every epoch.",
            "torch.optim.lr_scheduler.ExponentialLR",
            (Param("gamma", "float", 0.95, "Factor per epoch.", minimum=1e-6, maximum=10.0, torch=None),),
        ),
        Schedule(
            "cosine",
            "Cosine",
            "Follows half a cosine from the learning rate down to the smallest one.",
            "torch.optim.lr_scheduler.CosineAnnealingLR",
            (
                Param(
                    "T_max",
                    "int",
                    None,
                    "Epochs until the smallest rate; empty: all epochs of the run.",
                    minimum=1,
                    maximum=1_000_000,
                    optional=True,
                    torch=None,
                ),
                Param("eta_min", "float", 0.0, "The smallest learning rate.", minimum=0.0, maximum=1e6),
            ),
            whole="T_max",
        ),
        Schedule(
            "inverse_root",
            "k / √epoch",
            "Divides the learning rate by the square root of the epoch's number. Follows its plan: a rate set by hand "
            "lasts until the end of the epoch.",
            "torch.optim.lr_scheduler.LambdaLR",
            arguments=lambda values: {"lr_lambda": Code("lambda epoch: (epoch + 1) ** -0.5")},
        ),
        Schedule(
            "linear",
            "Linear",
            "Goes in a straight line from the learning rate to a part of it.",
            "torch.optim.lr_scheduler.LinearLR",
            (
                Param(
                    "end_factor",
                    "float",
                    0.01,
                    "Part of the rate at the end.",
                    minimum=0.0,
                    maximum=1.0,
                    torch=None,
                ),
                Param(
                    "total_iters",
                    "int",
                    None,
                    "Epochs until then; empty: all epochs of the run.",
                    minimum=1,
                    maximum=1_000_000,
                    optional=True,
                    torch=None,
                ),
            ),
            lambda values: {"start_factor": 1.0, **values},
            whole="total_iters",
        ),
        Schedule(
            "polynomial",
            "Polynomial",
            "Falls to 0 along (1 − epoch / epochs) to a power.",
            "torch.optim.lr_scheduler.PolynomialLR",
            (
                Param(
                    "total_iters",
                    "int",
                    None,
                    "Epochs until 0; empty: all epochs of the run.",
                    minimum=1,
                    maximum=1_000_000,
                    optional=True,
                    torch=None,
                ),
                Param("power", "float", 1.0, "1 is a straight line.", minimum=1e-3, maximum=100.0),
            ),
            whole="total_iters",
        ),
        Schedule(
            "multi_step",
            "At given epochs",
            "Multiplies the learning rate by gamma when the listed epochs are over.",
            "torch.optim.lr_scheduler.MultiStepLR",
            (
                Param(
                    "milestones",
                    "text",
                    "30,60,90",
                    "Epochs, with commas between.",
                    pattern=r"\d{1,9}(,\d{1,9})*",
                    wording="whole numbers with commas between, such as 30,60,90",
                    torch=None,
                ),
                Param("gamma", "float", 0.1, "Factor at each of them.", minimum=1e-6, maximum=10.0),
            ),
            _milestones,
        ),
        Schedule(
            "warm_restarts",
            "Cosine with restarts",
            "Half a cosine down, then back up and again, each time longer (Loshchilov and Hutter, 2017).",
            "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
            (
                Param(
                    "T_0",
                    "int",
                    10,
                    "Epochs until the first restart.",
                    minimum=1,
                    maximum=100_000,
                    torch=None,
                ),
                Param("T_mult", "int", 1, "Factor from one stretch to the next.", minimum=1, maximum=100),
                Param("eta_min", "float", 0.0, "The smallest learning rate.", minimum=0.0, maximum=1e6),
            ),
        ),
        Schedule(
            "one_cycle",
            "One cycle",
            "Up to a highest rate and down again, once in the whole run (Smith and Topin, 2018), epoch by epoch.",
            "torch.optim.lr_scheduler.OneCycleLR",
            (
                Param(
                    "max_lr",
                    "float",
                    0.01,
                    "The highest learning rate.",
                    minimum=1e-12,
                    maximum=1e6,
                    torch=None,
                ),
                Param(
                    "total_steps",
                    "int",
                    None,
                    "Epochs of the cycle; empty: all epochs of the run.",
                    minimum=1,
                    maximum=1_000_000,
                    optional=True,
                    torch=None,
                ),
                Param(
                    "pct_start", "float", 0.3, "Part of the cycle that goes up.", minimum=0.01, maximum=0.99
                ),
            ),
            _one_cycle,
            whole="total_steps",
        ),
        Schedule(
            "plateau",
            "On plateau",
            "Multiplies the learning rate by factor when what decides which epoch is best (the validation loss, unless "
            "another score is watched) stops getting better.",
            "torch.optim.lr_scheduler.ReduceLROnPlateau",
            (
                Param("factor", "float", 0.1, "Factor at each reduction.", minimum=1e-6, maximum=0.999),
                Param(
                    "patience", "int", 10, "Epochs without improvement to wait.", minimum=0, maximum=100_000
                ),
            ),
            _plateau,
            watches=True,
        ),
    )
)
"""Every schedule by name."""

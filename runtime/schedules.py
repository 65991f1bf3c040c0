"""How the learning rate changes from epoch to epoch, each schedule declared once.

All of them multiply the rate that is, so a rate changed by hand during a run stays changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.catalogue.spec import Param
from graph.model import Training
from runtime.choice import Choice, table


@dataclass(frozen=True, slots=True)
class Schedule(Choice):
    """A schedule; its options live in ``Training.schedule_options``. ``watches`` the validation loss."""

    watches: bool = False

    def settled(self, training: Training) -> dict[str, Any]:
        values = self.checked(training.schedule_options)
        if self.name == "cosine" and values["T_max"] is None:
            values["T_max"] = max(1, training.epochs)
        return values


def _cosine(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"T_max": values["T_max"], "eta_min": values["eta_min"]}


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
            _cosine,
        ),
        Schedule(
            "plateau",
            "On plateau",
            "Multiplies the learning rate by factor when the validation loss stops falling.",
            "torch.optim.lr_scheduler.ReduceLROnPlateau",
            (
                Param("factor", "float", 0.1, "Factor at each reduction.", minimum=1e-6, maximum=0.999),
                Param(
                    "patience", "int", 10, "Epochs without improvement to wait.", minimum=0, maximum=100_000
                ),
            ),
            watches=True,
        ),
    )
)
"""Every schedule by name."""

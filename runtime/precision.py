"""In which precision a network computes. No torch before a run: the window reads this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.catalogue.spec import Param
from graph.model import Training

if TYPE_CHECKING:
    import torch

PRECISION = Param(
    "precision",
    "choice",
    "float32",
    "Half precision is faster and smaller where the device computes it in hardware (most GPUs, some processors); "
    "weights stay float32. automatic: bfloat16 on such a device, else float32. float16 needs CUDA.",
    choices=("float32", "automatic", "bfloat16", "float16"),
)
"""Lives in ``Training.options``."""


def asked_precision(training: Training) -> str:
    """What the person chose, checked."""
    chosen: str = PRECISION.check(training.options.get("precision", PRECISION.default))
    return chosen


def precision_on(training: Training, device: torch.device) -> str:
    """What a run computes in: ``automatic`` is settled by the device."""
    from runtime.training.hardware import computes_bfloat16

    asked = asked_precision(training)
    if asked != "automatic":
        return asked
    return "bfloat16" if computes_bfloat16(device) else "float32"


def autocast_text(asked: str, device: str) -> str:
    """What lowers the precision in a script; ``device`` is the expression for a torch.device."""
    if asked == "automatic":
        return f"fast_precision({device})"
    return f"torch.autocast({device}.type, torch.{asked})"

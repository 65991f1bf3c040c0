"""One training step: forward and loss, then the update; plain or in mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from runtime.training.errors import RunError

Compute = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(slots=True)
class Steps:
    """``compute(inputs, targets)`` gives (outputs, loss); ``update(loss)`` moves the weights."""

    compute: Compute
    update: Callable[[torch.Tensor], None]
    scaler: torch.amp.GradScaler | None = None


def make_steps(
    forward: Callable[[torch.Tensor], torch.Tensor],
    loss_of: Callable[[Any, Any], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    precision: str,
) -> Steps:
    """The step for this precision. float16 scales the loss, so that small gradients survive."""

    def compute(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        outputs = forward(inputs)
        return outputs, loss_of(outputs, targets)

    def update(loss: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    if precision == "float32":
        return Steps(compute, update)
    if precision == "float16" and device.type != "cuda":
        raise RunError(
            "Training in float16 works on a CUDA device only.", "Choose bfloat16 or float32 as precision."
        )
    dtype = getattr(torch, precision)

    def compute_low(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast(device.type, dtype):
            outputs = forward(inputs)
        outputs = outputs.float()  # losses sum many small numbers
        return outputs, loss_of(outputs, targets)

    if precision == "bfloat16":
        return Steps(compute_low, update)
    scaler = torch.amp.GradScaler(device.type)

    def update_scaled(loss: torch.Tensor) -> None:
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    return Steps(compute_low, update_scaled, scaler)


def in_time_order(loss: nn.Module) -> Callable[[Any, Any], torch.Tensor]:
    """A loss over classes for outputs (N, T, C) and targets (N, T): every step counts like a sample."""

    def loss_of(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = loss(outputs.flatten(0, 1), targets.flatten())
        return result

    return loss_of

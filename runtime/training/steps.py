"""One training step: forward and loss, then the update; plain or in mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from runtime.training.errors import RunError

ONLY_CUDA = ("Training in float16 works on a CUDA device only.", "Choose bfloat16 or float32 as precision.")
Compute = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(slots=True)
class Steps:
    """``compute(inputs, targets)`` gives (outputs, loss); ``update(loss)`` moves the weights. In a recipe of its own
    the loop computes, and ``update(loss, optimizer)`` moves what that optimiser is for."""

    compute: Compute
    update: Callable[..., None]
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
        raise RunError(*ONLY_CUDA)
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


def make_update(device: torch.device, precision: str) -> Steps:
    """The step of recipes of their own: ``update(loss, optimizer)`` moves the weights of one optimiser. Their
    networks compute in low precision by themselves (:func:`in_precision`)."""
    if precision == "float16" and device.type != "cuda":
        raise RunError(*ONLY_CUDA)
    scaler = torch.amp.GradScaler(device.type) if precision == "float16" else None

    def update(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def update_scaled(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        assert scaler is not None
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    return Steps(_no_compute, update if scaler is None else update_scaled, scaler)


def _no_compute(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    raise RunError("This recipe has no single output and loss.")


def in_precision(network: nn.Module, device: torch.device, precision: str) -> None:
    """Let a network compute in ``bfloat16`` or ``float16``; what it gives is float32, for losses sum many small
    numbers."""
    if precision == "float32":
        return
    plain, dtype = network.forward, getattr(torch, precision)

    def forward(*inputs: torch.Tensor) -> Any:
        with torch.autocast(device.type, dtype):
            outputs = plain(*inputs)
        if isinstance(outputs, tuple):
            return tuple(value.float() if value.is_floating_point() else value for value in outputs)
        return outputs.float()

    network.forward = forward


def in_time_order(loss: nn.Module) -> Callable[[Any, Any], torch.Tensor]:
    """A loss over classes for outputs (N, T, C) and targets (N, T): every step counts like a sample."""

    def loss_of(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = loss(outputs.flatten(0, 1), targets.flatten())
        return result

    return loss_of

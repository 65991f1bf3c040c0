"""One training step: forward and loss, then the update; plain or in mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from graph.model import Training
from runtime.practices import Practices, practices_of
from runtime.training.errors import RunError

PLAIN = practices_of(Training())
ONLY_CUDA = ("Training in float16 works on a CUDA device only.", "Choose bfloat16 or float32 as precision.")
Compute = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


@dataclass(slots=True)
class Steps:
    """``compute(inputs, targets)`` gives (outputs, loss); ``update(loss)`` moves the weights. In a recipe of its own
    the loop computes, and ``update(loss, optimizer)`` moves what that optimiser is for."""

    compute: Compute
    update: Callable[..., None]
    scaler: torch.amp.GradScaler | None = None
    careful: Careful | None = None
    """What ``update`` is, when it does more than go backward and step."""

    @property
    def moved(self) -> bool:
        """Whether the last update moved weights, not only gathered."""
        return self.careful is None or not any(self.careful.counts.values())


class Careful:
    """An update that adds, clips or gathers: ``update(loss, optimizer)``.

    ``counts`` holds for each optimiser how many losses were gathered since its last step.
    """

    def __init__(self, practices: Practices, scaler: torch.amp.GradScaler | None) -> None:
        self.practices, self.scaler = practices, scaler
        self.counts: dict[torch.optim.Optimizer, int] = {}

    def __call__(self, loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        """Go backward from the loss, and move the weights when enough is gathered."""
        asked = self.practices
        weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        if self.counts.get(optimizer, 0) == 0:
            optimizer.zero_grad()
        if asked.l1:
            loss = loss + asked.l1 * sum(weight.abs().sum() for weight in weights)
        if asked.accumulate > 1:
            loss = loss / asked.accumulate
        if self.scaler is None:
            loss.backward()
        else:
            self.scaler.scale(loss).backward()
        self.counts[optimizer] = (self.counts.get(optimizer, 0) + 1) % asked.accumulate
        if self.counts[optimizer]:
            return
        if self.scaler is not None:
            self.scaler.unscale_(optimizer)
        if asked.clip_value is not None:
            nn.utils.clip_grad_value_(weights, asked.clip_value)
        if asked.clip_norm is not None:
            nn.utils.clip_grad_norm_(weights, asked.clip_norm)
        if self.scaler is None:
            optimizer.step()
        else:
            self.scaler.step(optimizer)
            self.scaler.update()


def make_steps(
    forward: Callable[[torch.Tensor], torch.Tensor],
    loss_of: Callable[[Any, Any], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    precision: str,
    practices: Practices,
) -> Steps:
    """The step for this precision. float16 scales the loss, so that small gradients survive."""
    if not practices.plain:
        found = make_update(device, precision, practices)
        spare, careful = make_steps(forward, loss_of, optimizer, device, precision, PLAIN), found.careful
        assert careful is not None
        return Steps(spare.compute, lambda loss: careful(loss, optimizer), found.scaler, careful)

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


def make_update(device: torch.device, precision: str, practices: Practices) -> Steps:
    """The step of recipes of their own: ``update(loss, optimizer)`` moves the weights of one optimiser. Their
    networks compute in low precision by themselves (:func:`in_precision`)."""
    if precision == "float16" and device.type != "cuda":
        raise RunError(*ONLY_CUDA)
    scaler = torch.amp.GradScaler(device.type) if precision == "float16" else None
    if not practices.plain:
        careful = Careful(practices, scaler)
        return Steps(_no_compute, careful, scaler, careful)

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

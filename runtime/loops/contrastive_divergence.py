"""The loop of Boltzmann machines, alone or on top of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class ContrastiveDivergence:
    """Each machine of the network learns by itself, from below to above, on what those below it say; in the last
    epochs all of them learn together to give the classes, if that is wanted.

    A machine is a module with ``weights`` (hidden, visible), ``hidden_bias`` and ``visible_bias``.
    Hinton, "Training products of experts by minimizing contrastive divergence", 2002; Hinton, Osindero and Teh,
    "A fast learning algorithm for deep belief nets", 2006.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        gibbs_steps: int = 1,
        fine_tuning: int = 0,
    ) -> None:
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update = loss, update
        self.gibbs_steps, self.fine_tuning = gibbs_steps, fine_tuning
        self.machines: list[Any] = [
            module for module in self.network.modules() if hasattr(module, "visible_bias")
        ]
        self.stage = 0  # the machine that learns; behind the last one all learn together

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """The machines share the epochs in front of the fine-tuning."""
        alone = max(0, epochs - self.fine_tuning)
        self.stage = (epoch - 1) * len(self.machines) // alone if epoch <= alone else len(self.machines)

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def up(self, machine: Any, visible: torch.Tensor) -> torch.Tensor:
        """How likely each hidden unit is on."""
        return F.linear(visible, machine.weights, machine.hidden_bias).sigmoid()

    def down(self, machine: Any, hidden: torch.Tensor) -> torch.Tensor:
        """How likely each visible unit is on."""
        return F.linear(hidden, machine.weights.T, machine.visible_bias).sigmoid()

    def energy(self, machine: Any, visible: torch.Tensor) -> torch.Tensor:
        """The free energy of what is seen, (B,): low for what the machine expects."""
        hidden = F.softplus(F.linear(visible, machine.weights, machine.hidden_bias)).sum(dim=1)
        return -(visible @ machine.visible_bias) - hidden

    @torch.no_grad()
    def seen_by(self, stage: int, x: torch.Tensor) -> torch.Tensor:
        """What a machine sees: the picture, or how likely the hidden units below it are on."""
        visible = x.flatten(1)
        for machine in self.machines[:stage]:
            visible = self.up(machine, visible)
        return visible

    @torch.no_grad()
    def dreamt(self, machine: Any, visible: torch.Tensor, steps: int) -> torch.Tensor:
        """Up and down some times; the hidden units are thrown like coins."""
        for _ in range(steps):
            visible = self.down(machine, torch.bernoulli(self.up(machine, visible)))
        return visible

    def redrawn(self, x: torch.Tensor) -> torch.Tensor:
        """Up through the machine that learns now (or learned last), and down again to the picture."""
        stage = min(self.stage, len(self.machines) - 1)
        hidden = self.up(self.machines[stage], self.seen_by(stage, x))
        for machine in reversed(self.machines[: stage + 1]):
            hidden = self.down(machine, hidden)
        return hidden.view_as(x)

    def answer(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss of the network's first output, and the share of right classes."""
        found = self.network(batch["input"])
        scores = found[0] if isinstance(found, tuple) else found
        right = (scores.argmax(dim=1) == batch["target"]).float().mean()
        return self.loss(scores, batch["target"]), right

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Move the weights of one machine, or all of them."""
        if self.stage == len(self.machines):
            loss, right = self.answer(batch)
            self.update(loss, self.optimizer)
            return {**self.errors(batch), "classification_loss": loss.detach(), "accuracy": right}
        machine = self.machines[self.stage]
        visible = self.seen_by(self.stage, batch["input"])
        dream = self.dreamt(machine, visible, self.gibbs_steps)
        # The gradient of this difference is Hinton's rule: <v h> of the data less <v h> of the dream.
        self.update((self.energy(machine, visible) - self.energy(machine, dream)).mean(), self.optimizer)
        return {**self.errors(batch), **self.answers(batch)}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same figures without moving anything."""
        return {**self.errors(batch), **self.answers(batch)}

    @torch.no_grad()
    def errors(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """How far the picture is from what becomes of it up in the machines and down again."""
        return {"reconstruction_error": F.mse_loss(self.redrawn(batch["input"]), batch["input"])}

    @torch.no_grad()
    def answers(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """How the whole network would classify now, where it is to learn that."""
        if not self.fine_tuning:
            return {}
        loss, right = self.answer(batch)
        return {"classification_loss": loss, "accuracy": right}

"""What a supervised step does, written out. Training uses a faster form of the same (runtime.training.steps), which a
test holds equal to this one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn


class Supervised:
    """The network's output is compared with the target."""

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
    ) -> None:
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update = loss, update

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Move the weights once."""
        loss = self.loss(self.network(batch["input"]), batch["target"])
        self.update(loss, self.optimizer)
        return {"loss": loss.detach()}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The loss, without moving anything."""
        return {"loss": self.loss(self.network(batch["input"]), batch["target"])}

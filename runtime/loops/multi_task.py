"""Several yes/no questions to one network, which answers all of them at once."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class MultiTask:
    """Teaches a network K answers about each sample: K outputs of one logit each (B, 1), or one of K (B, K).

    The target is (B, K) of 0 and 1. Every question has a binary cross-entropy of its own; their mean is the loss.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        questions: tuple[str, ...],
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.questions = questions
        self.right, self.asked = torch.zeros(len(questions), dtype=torch.int64), 0

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        answers = self.answers(batch["input"])
        loss = self.compared(answers, batch["target"])
        self.update(loss, self.optimizer)
        return {"loss": loss.detach(), "accuracy": self.hits(answers, batch["target"]).float().mean()}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without moving anything. Counts the right answers to each question."""
        answers = self.answers(batch["input"])
        hits = self.hits(answers, batch["target"])
        self.right, self.asked = self.right + hits.sum(0).cpu(), self.asked + len(hits)
        return {"loss": self.compared(answers, batch["target"]), "accuracy": hits.float().mean()}

    def summary(self) -> dict[str, float]:
        """The share of right answers to every question since the last summary."""
        shares = (self.right.double() / max(1, self.asked)).tolist()
        self.right, self.asked = torch.zeros_like(self.right), 0
        return {f"accuracy {name}": share for name, share in zip(self.questions, shares, strict=True)}

    def answers(self, inputs: torch.Tensor) -> torch.Tensor:
        """A logit for every question (B, K)."""
        found = self.network(inputs)
        answers = torch.cat(
            [one.flatten(1) for one in (found if isinstance(found, tuple) else (found,))], dim=1
        )
        if answers.shape[1] != len(self.questions):
            raise ValueError(
                f"The network gives {answers.shape[1]} answers, but there are {len(self.questions)} questions: "
                f"{', '.join(self.questions)}."
            )
        return answers

    def compared(self, answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(answers.float(), targets)

    def hits(self, answers: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Where an answer above 0 meets a yes, or one below it a no (B, K)."""
        return (answers.detach() > 0) == (targets > 0.5)

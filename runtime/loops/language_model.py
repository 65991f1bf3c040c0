"""A language model: guess the next token of a text, then write one token after the other."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class LanguageModel:
    """Teaches a network tokens (B, T) -> scores of the token behind every place (B, T, tokens).

    Tokens are numbers, or rows with a single 1 (one-hot), as the data has them.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        window: int,
        one_hot: int = 0,
        label_smoothing: float = 0.0,
        temperature: float = 0.8,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.window, self.one_hot = window, one_hot
        self.label_smoothing, self.temperature = label_smoothing, temperature
        self.total, self.count = 0.0, 0

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        loss, accuracy = self.compared(batch, self.label_smoothing)
        self.update(loss, self.optimizer)
        return {"loss": loss.detach(), "accuracy": accuracy}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without smoothing and without moving anything."""
        loss, accuracy = self.compared(batch)
        tokens = batch["target"].numel()
        self.total, self.count = self.total + loss.item() * tokens, self.count + tokens
        return {"loss": loss, "accuracy": accuracy}

    def summary(self) -> dict[str, float]:
        """Perplexity: e to the mean cross-entropy per token, "as unsure as between so many tokens"."""
        mean, self.total, self.count = self.total / max(1, self.count), 0.0, 0
        return {"perplexity": float(torch.tensor(mean, dtype=torch.float64).exp())}

    def compared(
        self, batch: dict[str, torch.Tensor], smoothing: float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Cross-entropy per token and the share of tokens that are the likeliest."""
        scores, target = self.scores(batch["input"]), batch["target"]
        loss = F.cross_entropy(scores.float().flatten(0, 1), target.flatten(), label_smoothing=smoothing)
        return loss, (scores.detach().argmax(-1) == target).float().mean()

    def scores(self, inputs: torch.Tensor) -> torch.Tensor:
        """What the network says of the token behind every place, (B, T, tokens)."""
        found = self.network(inputs)
        return found[0] if isinstance(found, tuple) else found

    @torch.no_grad()
    def write(self, start: torch.Tensor, length: int, temperature: float | None = None) -> torch.Tensor:
        """Go on from ``start`` (B, T) by ``length`` tokens: (B, T + length).

        ``temperature`` 0 takes the likeliest token each time; 1 draws as the network says; less is more careful,
        more is bolder. The network sees the last ``window`` tokens, as it did in training.
        """
        temperature = self.temperature if temperature is None else temperature
        written = start
        for _ in range(length):
            seen = written[:, -self.window :]
            likely = self.scores(F.one_hot(seen, self.one_hot).float() if self.one_hot else seen)[
                :, -1
            ].float()
            if temperature > 0:
                token = torch.multinomial((likely / temperature).softmax(-1), 1)
            else:
                token = likely.argmax(-1, keepdim=True)
            written = torch.cat([written, token], dim=1)
        return written

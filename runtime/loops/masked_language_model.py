"""Masked language model: guess the words that were hidden, and whether the second sentence follows the first."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class MaskedLanguageModel:
    """Teaches a network (tokens, segments) -> (scores of the token at every place, two scores for "follows").

    Of each pair of sentences 15 % of the words are hidden: 80 % of these become the mask, 10 % any other word, 10 %
    stay (Devlin et al., arXiv 1810.04805, section 3.1). Marks and filling are never hidden.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        mask: int,
        marks: tuple[int, ...],
        tokens: int,
        hidden_share: float = 0.15,
        next_weight: float = 1.0,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.mask, self.marks, self.tokens = mask, marks, tokens
        self.hidden_share, self.next_weight = hidden_share, next_weight

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """The tokens with some of them hidden, and which of the two sentences each belongs to."""
        return {"network": (self.masked(batch["input"])[0], batch["segments"])}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        loss, figures = self.compared(batch)
        self.update(loss, self.optimizer)
        return figures

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same, without moving anything."""
        return self.compared(batch)[1]

    def compared(self, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The sum of the two cross-entropies, and the figures."""
        tokens, follows = batch["input"], batch["target"].flatten().long()
        given, hidden = self.masked(tokens)
        words, sentences = self.network(given, batch["segments"])
        guesses, truth = words[hidden].float(), tokens[hidden]
        masked_loss = F.cross_entropy(guesses, truth)
        next_loss = F.cross_entropy(sentences.float(), follows)
        loss = masked_loss + self.next_weight * next_loss
        return loss, {
            "loss": loss.detach(),
            "masked_loss": masked_loss.detach(),
            "next_loss": next_loss.detach(),
            "masked_accuracy": (guesses.detach().argmax(-1) == truth).float().mean(),
            "next_accuracy": (sentences.detach().argmax(-1) == follows).float().mean(),
        }

    def masked(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens as the network sees them, and where (bool) it has to guess: at least once in each row."""
        ordinary = ~torch.isin(tokens, torch.tensor(self.marks, device=tokens.device))
        count = (self.hidden_share * ordinary.sum(1, keepdim=True)).round().clamp(min=1)
        order = torch.rand(tokens.shape, device=tokens.device).masked_fill(~ordinary, 2.0)
        hidden = (order.argsort(1).argsort(1) < count) & ordinary
        fate = torch.rand(tokens.shape, device=tokens.device)
        words = [number for number in range(self.tokens) if number not in self.marks]
        other = torch.tensor(words, device=tokens.device)[
            torch.randint(0, len(words), tokens.shape, device=tokens.device)
        ]
        given = torch.where(hidden & (fate < 0.8), self.mask, tokens)
        return torch.where(hidden & (fate >= 0.8) & (fate < 0.9), other, given), hidden

    @torch.no_grad()
    def guesses(self, tokens: torch.Tensor, segments: torch.Tensor, count: int = 3) -> torch.Tensor:
        """The ``count`` likeliest words at every place, (B, T, count), likeliest first; never a mark."""
        scores = self.network(tokens, segments)[0][..., : self.tokens].float()
        marks = torch.tensor(self.marks, device=tokens.device)
        return scores.index_fill(-1, marks, float("-inf")).topk(count, dim=-1).indices

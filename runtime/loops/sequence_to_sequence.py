"""Sequence to sequence: an encoder reads, a decoder writes what it has the beginning of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


def bleu(written: list[list[int]], wanted: list[list[int]], longest: int = 4) -> float:
    """BLEU of a corpus (Papineni et al., 2002), from 0 to 1: the geometric mean of the shares of runs of 1 to 4 tokens
    that also stand in the wanted sentence (each counted at most as often as there), times a penalty for short texts.
    Lengths of which there is no run at all are left out."""
    shares = []
    for n in range(1, longest + 1):
        hits = total = 0
        for found, truth in zip(written, wanted, strict=True):
            ours = Counter(tuple(found[i : i + n]) for i in range(len(found) - n + 1))
            theirs = Counter(tuple(truth[i : i + n]) for i in range(len(truth) - n + 1))
            hits += sum((ours & theirs).values())
            total += sum(ours.values())
        if total:
            shares.append(hits / total)
    length, needed = sum(map(len, written)), sum(map(len, wanted))
    if not shares or min(shares) == 0:
        return 0.0
    penalty = min(0.0, 1 - needed / length)
    return math.exp(penalty + sum(math.log(share) for share in shares) / len(shares))


class SequenceToSequence:
    """Teaches a network (source, target so far) -> scores of the next token at every place.

    The decoder is given the right words so far (teacher forcing); with a smaller ratio, some of them are its own
    guesses instead (scheduled sampling, Bengio et al., arXiv 1506.03099), so that it learns to go on from its own
    mistakes. Targets are a start token, the words, an end token, then 0, which fills up and does not count.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        start: int,
        end: int,
        longest: int,
        teacher_forcing: float = 1.0,
        teacher_forcing_end: float = 1.0,
        label_smoothing: float = 0.0,
        beam_width: int = 4,
        decoded_rows: int = 256,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.start, self.end, self.longest, self.beam_width = start, end, longest, beam_width
        self.first_ratio, self.last_ratio = teacher_forcing, teacher_forcing_end
        self.ratio, self.label_smoothing, self.decoded_rows = teacher_forcing, label_smoothing, decoded_rows
        self.written: list[list[int]] = []
        self.wanted: list[list[int]] = []

    def begin_epoch(self, epoch: int, epochs: int) -> None:
        """The ratio of teacher forcing goes in a straight line from its first to its last value."""
        done = (epoch - 1) / max(1, epochs - 1)
        self.ratio = self.first_ratio + (self.last_ratio - self.first_ratio) * done

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """The source, and the target without its last place."""
        return {"network": (batch["input"], batch["target"][:, :-1])}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        source, target = batch["input"], batch["target"]
        given = target[:, :-1] if self.ratio >= 1.0 else self.mixed(source, target)
        loss, accuracy = self.compared(self.scores(source, given), target[:, 1:], self.label_smoothing)
        self.update(loss, self.optimizer)
        return {"loss": loss.detach(), "accuracy": accuracy}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same with the right beginnings; some rows are also written freely, for the share that is exact."""
        source, target = batch["input"], batch["target"]
        loss, accuracy = self.compared(self.scores(source, target[:, :-1]), target[:, 1:])
        rows = self.decoded_rows - len(self.written)
        if rows > 0:
            self.written += self.sentences(self.greedy(source[:rows], target.shape[1] - 1))
            self.wanted += self.sentences(target[:rows, 1:])
        return {"loss": loss, "accuracy": accuracy}

    def summary(self) -> dict[str, float]:
        """Of the sequences that were written freely (up to ``decoded_rows``): the share without a mistake, and BLEU."""
        written, wanted = self.written, self.wanted
        self.written, self.wanted = [], []
        if not wanted:
            return {}
        exact = sum(found == truth for found, truth in zip(written, wanted, strict=True))
        return {"exact": exact / len(wanted), "bleu": bleu(written, wanted)}

    def sentences(self, tokens: torch.Tensor) -> list[list[int]]:
        """Rows of tokens up to the end token, without it and without filling."""
        found = []
        for row in tokens.tolist():
            row = row[: row.index(self.end)] if self.end in row else row
            found.append([token for token in row if token != 0])
        return found

    def scores(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """What the network says of the token behind every place of the target, (B, T, tokens)."""
        found = self.network(source, target)
        return found[0] if isinstance(found, tuple) else found

    def compared(
        self, scores: torch.Tensor, wanted: torch.Tensor, smoothing: float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Cross-entropy per token and the share of right tokens; places with 0 do not count."""
        loss = F.cross_entropy(
            scores.float().flatten(0, 1), wanted.flatten(), ignore_index=0, label_smoothing=smoothing
        )
        counts = wanted != 0
        right = (scores.detach().argmax(-1) == wanted) & counts
        return loss, right.sum() / counts.sum().clamp(min=1)

    def following(self, source: torch.Tensor, written: torch.Tensor) -> torch.Tensor:
        """Log-probabilities of the token behind what is written, (B, tokens); never filling or a second start."""
        likely = self.scores(source, written)[:, -1].float().log_softmax(-1)
        return likely.index_fill(1, torch.tensor([0, self.start], device=likely.device), float("-inf"))

    @torch.no_grad()
    def mixed(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The target's beginning with some words (a share of 1 − ratio) replaced by what the network would have
        written there, given what stands in front."""
        given = target[:, :-1].clone()
        own = torch.rand(given.shape, device=given.device) >= self.ratio
        own &= given != 0
        own[:, 0] = False  # the start token
        for place in range(1, given.shape[1]):
            if own[:, place].any():
                guess = self.following(source, given[:, :place]).argmax(-1)
                given[:, place] = torch.where(own[:, place], guess, given[:, place])
        return given

    @torch.no_grad()
    def greedy(self, source: torch.Tensor, longest: int = 0) -> torch.Tensor:
        """Write the likeliest token again and again: (B, T) with the end token, then 0."""
        written = torch.full((len(source), 1), self.start, device=source.device)
        done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
        for _ in range(longest or self.longest):
            token = self.following(source, written).argmax(-1).masked_fill(done, 0)
            written = torch.cat([written, token.unsqueeze(1)], dim=1)
            done |= token == self.end
            if done.all():
                break
        missing = (longest or self.longest) + 1 - written.shape[1]
        return F.pad(written, (0, missing))[:, 1:]

    @torch.no_grad()
    def beam(self, source: torch.Tensor, width: int = 0, longest: int = 0) -> torch.Tensor:
        """Follow the ``width`` likeliest beginnings at once; the one with the best mean log-probability per token
        wins. (B, T) with the end token, then 0."""
        width, longest = width or self.beam_width, longest or self.longest
        rows, device = len(source), source.device
        source = source.repeat_interleave(width, dim=0)
        written = torch.full((rows * width, 1), self.start, device=device)
        # At first all beams of a row are equal, so only one may go on.
        total = torch.full((rows, width), float("-inf"), device=device)
        total[:, 0] = 0.0
        done = torch.zeros(rows, width, dtype=torch.bool, device=device)
        length = torch.zeros(rows, width, device=device)
        for _ in range(longest):
            likely = self.following(source, written).view(rows, width, -1)
            tokens = likely.shape[-1]
            likely = likely.masked_fill(done.unsqueeze(-1), float("-inf"))
            likely[..., 0] = torch.where(done, 0.0, float("-inf"))  # a finished one only fills up
            total, best = (total.unsqueeze(-1) + likely).flatten(1).topk(width, dim=1)
            beam, token = best // tokens, best % tokens
            chosen = (beam + width * torch.arange(rows, device=device).unsqueeze(1)).flatten()
            written = torch.cat([written[chosen], token.view(-1, 1)], dim=1)
            done, length = done.gather(1, beam), length.gather(1, beam)
            length += ~done
            done |= token == self.end
            if done.all():
                break
        winner = (total / length.clamp(min=1)).argmax(dim=1) + width * torch.arange(rows, device=device)
        return F.pad(written[winner], (0, longest + 1 - written.shape[1]))[:, 1:]

"""The loop of a GAN: a network that draws and a network that judges, in turns."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class Adversarial:
    """The discriminator learns to tell real samples (1) from made ones (0), the generator to pass for real.

    Goodfellow et al., "Generative adversarial nets", arXiv 1406.2661.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        noise: tuple[int, ...] = (100,),
        label_smoothing: float = 0.0,
        discriminator_steps: int = 1,
    ) -> None:
        self.generator, self.discriminator = networks["generator"], networks["discriminator"]
        self.optimizers, self.loss, self.update = optimizers, loss, update
        self.noise, self.true, self.turns = noise, 1 - label_smoothing, discriminator_steps
        self.seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    def draw(self, count: int, device: torch.device) -> torch.Tensor:
        """Random numbers for the generator."""
        return torch.randn(count, *self.noise, device=device)

    def sample(self, noise: torch.Tensor) -> torch.Tensor:
        """What the generator makes of some noise."""
        made: torch.Tensor = self.generator(noise)
        return made

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What each network is given."""
        real = batch["input"]
        return {"generator": (self.draw(len(real), real.device),), "discriminator": (real,)}

    def judge(self, real: torch.Tensor, made: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The discriminator's loss, and how real it takes both to be (1: surely real)."""
        on_real, on_made = self.discriminator(real), self.discriminator(made)
        loss = self.loss(on_real, torch.full_like(on_real, self.true))
        loss = (loss + self.loss(on_made, torch.zeros_like(on_made))) / 2
        if isinstance(self.loss, nn.BCEWithLogitsLoss):
            on_real, on_made = on_real.sigmoid(), on_made.sigmoid()
        return loss, {"real_score": on_real.detach().mean(), "made_score": on_made.detach().mean()}

    def fool(self, made: torch.Tensor) -> torch.Tensor:
        """The generator's loss: how far the discriminator is from taking its samples for real."""
        judged = self.discriminator(made)
        return self.loss(judged, torch.ones_like(judged))

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Some turns of the discriminator, then one of the generator."""
        real = batch["input"]
        for _ in range(self.turns):
            made = self.generator(self.draw(len(real), real.device))
            judging, scores = self.judge(real, made.detach())
            self.update(judging, self.optimizers["discriminator"])
        made = self.generator(self.draw(len(real), real.device))
        fooling = self.fool(made)
        self.update(fooling, self.optimizers["generator"])
        return {"generator_loss": fooling.detach(), "discriminator_loss": judging.detach(), **scores}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same figures without moving anything; how real and made samples look is kept for the summary."""
        real = batch["input"]
        made = self.generator(self.draw(len(real), real.device))
        judging, scores = self.judge(real, made)
        self.seen.append((coarse(real), coarse(made)))
        return {"generator_loss": self.fool(made), "discriminator_loss": judging, **scores}

    def summary(self) -> dict[str, float]:
        """How near the made samples are to the real ones, and how much they differ among themselves."""
        real, made = (torch.cat(part) for part in zip(*self.seen, strict=True))
        self.seen.clear()
        variety = made.std(dim=0, correction=0).mean() / real.std(dim=0, correction=0).mean().clamp(min=1e-12)
        return {"fid": frechet_distance(real, made), "variety": variety.item()}


def coarse(samples: torch.Tensor) -> torch.Tensor:
    """Pictures as at most 8 x 8 numbers per channel, anything else as it is: (N, features), float64."""
    if samples.dim() == 4:
        height, width = samples.shape[-2:]
        samples = F.adaptive_avg_pool2d(samples, (min(8, height), min(8, width)))
    return samples.flatten(1).double().cpu()


def frechet_distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^1/2) of two sets of features (N, F): 0 where mean m and covariance
    C agree. Heusel et al., arXiv 1706.08500, who take features of an Inception network."""
    a, b = a.double(), b.double()
    first, second = (torch.atleast_2d(features.T.cov(correction=0)) for features in (a, b))
    # The root of C_a C_b has the trace of the root of R C_b R, where R R = C_a; that product is symmetric.
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    crossed = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    apart = (a.mean(dim=0) - b.mean(dim=0)).square().sum()
    return max(0.0, float(apart + first.trace() + second.trace() - 2 * crossed))

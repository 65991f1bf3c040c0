"""The loop of a diffusion model: noise is guessed, and so taken away step by step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator

import torch
from torch import nn


class Diffusion:
    """A network that guesses the noise in a sample, told how much there is (and, if it takes that, the class).

    Ho et al., "Denoising diffusion probabilistic models", arXiv 2006.11239; with classes Ho and Salimans,
    "Classifier-free diffusion guidance", arXiv 2207.12598.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        shape: tuple[int, ...],
        classes: int = 0,
        noise_steps: int = 1000,
        noise_schedule: str = "linear",
        label_dropout: float = 0.1,
        guidance: float = 1.0,
    ) -> None:
        self.network, self.optimizer = networks["network"], optimizers["network"]
        self.loss, self.update = loss, update
        self.shape, self.classes, self.steps = shape, classes, noise_steps
        self.label_dropout, self.guidance = label_dropout, guidance
        self.conditional = (
            len(inspect.signature(type(self.network).forward).parameters) > 3
        )  # self, x, t, class
        device = next(self.network.parameters()).device
        # How much of the picture is left after t + 1 steps; the rest of its variance is noise.
        self.left = signal_left(noise_steps, noise_schedule).to(device)

    def labels(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The classes, some of them replaced by the number that stands for "no class"."""
        labels = batch["target"].long().flatten()
        return labels.masked_fill(
            torch.rand(labels.shape, device=labels.device) < self.label_dropout, self.classes
        )

    def mixed(self, batch: dict[str, torch.Tensor]) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
        """What the network is given for a batch, and the noise that is in it."""
        x = batch["input"]
        t = torch.randint(self.steps, (len(x),), device=x.device)
        noise = torch.randn_like(x)
        left = self.left[t].view(-1, *[1] * (x.dim() - 1))
        noisy = left.sqrt() * x + (1 - left).sqrt() * noise
        return (noisy, t, self.labels(batch)) if self.conditional else (noisy, t), noise

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": self.mixed(batch)[0]}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Move the weights once."""
        given, noise = self.mixed(batch)
        loss = self.loss(self.network(*given), noise)
        self.update(loss, self.optimizer)
        return {"loss": loss.detach()}

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The loss, without moving anything."""
        given, noise = self.mixed(batch)
        return {"loss": self.loss(self.network(*given), noise)}

    def guess(self, x: torch.Tensor, t: int, labels: torch.Tensor | None) -> torch.Tensor:
        """The noise in pictures at step t, pushed away from what it would be without a class."""
        times = torch.full((len(x),), t, device=x.device)
        if not self.conditional:
            found: torch.Tensor = self.network(x, times)
            return found
        nothing = torch.full((len(x),), self.classes, device=x.device)
        if labels is None or not self.guidance:
            found = self.network(x, times, nothing if labels is None else labels)
            return found
        both = self.network(torch.cat([x, x]), torch.cat([times, times]), torch.cat([labels, nothing]))
        given, free = both.chunk(2)
        return given + self.guidance * (given - free)

    @torch.no_grad()
    def denoised(
        self, x: torch.Tensor, labels: torch.Tensor | None = None, steps: int | None = None
    ) -> Iterator[torch.Tensor]:
        """Noise becomes pictures: gives them after each step. All steps add a little noise again on the way (DDPM);
        fewer steps go straight (DDIM, Song et al., arXiv 2010.02502)."""
        steps = self.steps if steps is None else min(steps, self.steps)
        times = torch.linspace(self.steps - 1, 0, steps).round().long().tolist()
        for number, t in enumerate(times):
            noise, left = self.guess(x, t, labels), self.left[t]
            clean = ((x - (1 - left).sqrt() * noise) / left.sqrt()).clamp(-1, 1)
            if number + 1 == len(times):
                yield clean
                return
            after = self.left[times[number + 1]]
            if steps < self.steps:
                noise = (x - left.sqrt() * clean) / (1 - left).sqrt()
                x = after.sqrt() * clean + (1 - after).sqrt() * noise
            else:
                beta = 1 - left / after
                mean = (after.sqrt() * beta * clean + (1 - beta).sqrt() * (1 - after) * x) / (1 - left)
                x = mean + (beta * (1 - after) / (1 - left)).sqrt() * torch.randn_like(x)
            yield x

    def sample(
        self, x: torch.Tensor, labels: torch.Tensor | None = None, steps: int | None = None
    ) -> torch.Tensor:
        """The pictures that noise becomes."""
        return list(self.denoised(x, labels, steps))[-1]


def signal_left(steps: int, schedule: str) -> torch.Tensor:
    """The share of the variance that is still the picture's after each of the steps, from nearly 1 to nearly 0."""
    if schedule == "linear":  # Ho et al., section 4, for any number of steps
        betas = torch.linspace(0.1 / steps, min(20.0 / steps, 0.999), steps, dtype=torch.float64)
    else:  # cosine: Nichol and Dhariwal, arXiv 2102.09672
        times = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
        curve = torch.cos((times + 0.008) / 1.008 * math.pi / 2).square()
        betas = (1 - curve[1:] / curve[:-1]).clamp(max=0.999)
    return (1 - betas).cumprod(dim=0).float()

"""The loop of CycleGAN: two kinds of pictures, turned into each other without any pairs."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class Cycle:
    """Two generators that must undo each other, and a discriminator for each kind of pictures.

    Zhu et al., "Unpaired image-to-image translation using cycle-consistent adversarial networks", arXiv 1703.10593.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        cycle: float = 10.0,
        identity: float = 0.0,
        pool: int = 50,
    ) -> None:
        self.to_b, self.to_a = networks["generator_ab"], networks["generator_ba"]
        self.judge_a, self.judge_b = networks["discriminator_a"], networks["discriminator_b"]
        self.optimizers, self.loss, self.update = optimizers, loss, update
        self.cycle, self.identity = cycle, identity
        self.pool_a, self.pool_b = Pool(pool), Pool(pool)

    def sample(self, pictures: torch.Tensor, kind: str = "b") -> torch.Tensor:
        """Pictures turned into the kind "a" or "b"."""
        made: torch.Tensor = (self.to_b if kind == "b" else self.to_a)(pictures)
        return made

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What each network is given: pictures of the kind a are the inputs, those of the kind b the targets."""
        a, b = (batch["input"],), (batch["target"],)
        return {"generator_ab": a, "generator_ba": b, "discriminator_a": a, "discriminator_b": b}

    def true(self, judged: torch.Tensor) -> torch.Tensor:
        """How far a discriminator is from saying "true"."""
        return self.loss(judged, torch.ones_like(judged))

    def made(self, judged: torch.Tensor) -> torch.Tensor:
        """How far a discriminator is from saying "made"."""
        return self.loss(judged, torch.zeros_like(judged))

    def draw(
        self, a: torch.Tensor, b: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """The generators' loss, what of it came from the way there and back, and what they made: of the kind a, b."""
        made_b, made_a = self.to_b(a), self.to_a(b)
        passing = self.true(self.judge_b(made_b)) + self.true(self.judge_a(made_a))
        returning = F.l1_loss(self.to_a(made_b), a) + F.l1_loss(self.to_b(made_a), b)
        loss = passing + self.cycle * returning
        if self.identity:  # what is of the kind already should stay as it is
            staying = F.l1_loss(self.to_b(b), b) + F.l1_loss(self.to_a(a), a)
            loss = loss + self.cycle * self.identity * staying
        return loss, returning, made_a, made_b

    def judge(
        self, a: torch.Tensor, b: torch.Tensor, made_a: torch.Tensor, made_b: torch.Tensor
    ) -> torch.Tensor:
        """The discriminators' loss."""
        on_a = self.true(self.judge_a(a)) + self.made(self.judge_a(made_a))
        on_b = self.true(self.judge_b(b)) + self.made(self.judge_b(made_b))
        return (on_a + on_b) / 2

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """One turn of the generators, one of the discriminators."""
        a, b = batch["input"], batch["target"]
        drawing, returning, made_a, made_b = self.draw(a, b)
        self.update(drawing, self.optimizers["generators"])
        judging = self.judge(a, b, self.pool_a.mixed(made_a.detach()), self.pool_b.mixed(made_b.detach()))
        self.update(judging, self.optimizers["discriminators"])
        return {
            "generator_loss": drawing.detach(),
            "discriminator_loss": judging.detach(),
            "cycle_loss": returning.detach(),
        }

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same figures without moving anything."""
        a, b = batch["input"], batch["target"]
        drawing, returning, made_a, made_b = self.draw(a, b)
        judging = self.judge(a, b, made_a, made_b)
        return {"generator_loss": drawing, "discriminator_loss": judging, "cycle_loss": returning}

    def state(self) -> dict[str, torch.Tensor]:
        """The pools, for a checkpoint."""
        pools = {"pool_a": self.pool_a.pictures, "pool_b": self.pool_b.pictures}
        return {name: torch.stack(pictures) for name, pictures in pools.items() if pictures}

    def restore(self, state: dict[str, torch.Tensor]) -> None:
        """Fill the pools again."""
        device = next(self.to_b.parameters()).device
        for name, pool in (("pool_a", self.pool_a), ("pool_b", self.pool_b)):
            pool.pictures = list(state[name].to(device)) if name in state else []


class Pool:
    """Made pictures of the past, half of which a discriminator is shown again, so that it does not forget."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.pictures: list[torch.Tensor] = []

    def mixed(self, made: torch.Tensor) -> torch.Tensor:
        """As many pictures as were made: each a new one, or an old one whose place the new one takes."""
        shown = []
        for picture in made:
            if len(self.pictures) < self.size:
                self.pictures.append(picture)
            elif self.size and torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                self.pictures[place], picture = picture, self.pictures[place]
            shown.append(picture)
        return torch.stack(shown)

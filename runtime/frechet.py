"""How near made pictures are to real ones: the Fréchet distance between features of both.

Features are the pixels (shrunk to 8 × 8), or what a network of the person's choice says of a picture: the inputs of
the last linear layer of a run's best weights. Heusel et al., "GANs trained by a two time-scale update rule",
arXiv 1706.08500.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from graph.files import FileError, load
from runtime.loops.adversarial import coarse, frechet_distance
from runtime.runs import Run
from runtime.showing._pictures import usual_range
from runtime.training.errors import RunError
from runtime.training.preparing import prepare
from runtime.training.session import Session

AT_ONCE = 256
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Judge:
    """A trained network that looks at pictures: their size and range are made what it was trained on."""

    network: nn.Module
    shape: tuple[int, ...]
    range: Range

    @torch.no_grad()
    def features(self, pictures: torch.Tensor, given: Range) -> torch.Tensor:
        """(N, F): what arrives at its last linear layer (without one: its first output) for pictures (N, C, H, W) whose
        values lie in ``given``."""
        low, high = self.range
        pictures = (pictures.float() - given[0]) / max(given[1] - given[0], 1e-12) * (high - low) + low
        if pictures.shape[1] != self.shape[0]:
            pictures = pictures.mean(dim=1, keepdim=True).expand(-1, self.shape[0], -1, -1)
        if tuple(pictures.shape[-2:]) != self.shape[-2:]:
            pictures = F.interpolate(pictures, self.shape[-2:], mode="bilinear", antialias=True)
        kept: list[torch.Tensor] = []
        linear = [module for module in self.network.modules() if isinstance(module, nn.Linear)]
        handle = (
            linear[-1].register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0])) if linear else None
        )
        try:
            found = [self.network(part) for part in pictures.split(AT_ONCE)]
        finally:
            if handle is not None:
                handle.remove()
        outputs = kept or [output[0] if isinstance(output, tuple) else output for output in found]
        return torch.cat([output.flatten(1) for output in outputs])


def judge_of(run: Path, trusted: Collection[str] | None = ()) -> Judge:
    """The network of a run that looks at pictures, with its best weights."""
    session = opened(run, trusted)
    schema = session.dataset.schema
    if schema.kind != "image" or len(session.parts) > 1:
        raise RunError(
            f"The network of {run.name} does not judge pictures.",
            "Choose the run of one network that is given pictures, a classifier for instance.",
        )
    return Judge(session.model, schema.input_shape, _range(session))


def opened(run: Path, trusted: Collection[str] | None = (), best: bool = True) -> Session:
    """A finished run with its best weights (or as it began), on the CPU and ready to look at; nothing is written to its
    folder."""
    kept = Run(run)
    try:
        project = load(kept.project)
    except FileError as error:
        raise RunError(
            f"{run} is not the folder of a run.", "Choose a folder that holds project.json."
        ) from error
    project = dataclasses.replace(project, weights="")
    with tempfile.TemporaryDirectory() as folder:
        session = prepare(project, Path(folder) / "run", "cpu", trusted=trusted)
    session.model.eval()
    if not best:
        return session
    try:
        session.model.load_state_dict(load_file(kept.best))
    except (SafetensorError, OSError, RuntimeError) as error:
        raise RunError(
            f"{run} has no weights that fit its network.", "Let it train to its end first."
        ) from error
    return session


def _range(session: Session) -> Range:
    return usual_range(session.inputs[:512])


@torch.no_grad()
def made_by(session: Session, count: int, seed: int = 0) -> torch.Tensor:
    """New pictures from a run whose recipe draws them: adversarial, variational or diffusion."""
    torch.manual_seed(seed)
    loop, device = session.loop, session.device
    draws: dict[str, Callable[[int], Any]] = {
        "adversarial": lambda n: loop.sample(loop.draw(n, device)),
        "variational": lambda n: loop.decode(torch.randn(n, *_code(session), device=device)),
        "diffusion": lambda n: _diffused(session, n),
    }
    recipe = session.recipe
    if recipe.id not in draws:
        raise RunError(
            f"The recipe “{recipe.title}” draws no pictures of its own.",
            "Choose a run of a GAN, a variational autoencoder or a diffusion model.",
        )
    counts = [min(AT_ONCE, count - done) for done in range(0, count, AT_ONCE)]
    try:
        return torch.cat([draws[recipe.id](number) for number in counts])
    except ValueError as error:  # told by the loop, as a sentence
        raise RunError(str(error)) from error


def _code(session: Session) -> tuple[int, ...]:
    mean = session.loop.network(session.batch_of(session.splits.train[:2])["input"])[1]
    return tuple(mean.shape[1:])


def _diffused(session: Session, count: int, steps: int = 50) -> torch.Tensor:
    """In fifty straight steps, all classes alike where there are some."""
    loop = session.loop
    labels = torch.arange(count, device=session.device) % loop.classes if loop.conditional else None
    found: torch.Tensor = loop.sample(torch.randn(count, *loop.shape, device=session.device), labels, steps)
    return found


def distance_of(
    run: Path, judge: Path | None = None, count: int = 1000, trusted: Collection[str] | None = ()
) -> float:
    """The Fréchet distance between ``count`` new pictures of a run and the pictures it learned from, over the features
    of another run's network, or over the pixels."""
    session = opened(run, trusted)
    made = made_by(session, count)
    real = session.batch_of(session.splits.train[: max(count, 2)])["input"]
    if judge is None:
        return frechet_distance(coarse(real), coarse(made))
    looking, span = judge_of(judge, trusted), _range(session)
    return frechet_distance(looking.features(real, span), looking.features(made, span))


__all__ = ["Judge", "coarse", "distance_of", "frechet_distance", "judge_of", "made_by", "opened"]

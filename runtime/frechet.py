"""How near made pictures are to real ones: the Fréchet distance between features of both.

Features are the pixels (shrunk to 8 × 8), or what a network of the person's choice says of a picture: the inputs of
the last linear layer of a run's best weights. Heusel et al., "GANs trained by a two time-scale update rule",
arXiv 1706.08500.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from graph.files import FileError, load
from runtime.loops.adversarial import coarse, frechet_distance
from runtime.runs import Run
from runtime.showing._pictures import usual_range
from runtime.training.errors import RunError
from runtime.training.judge import Judge
from runtime.training.preparing import prepare
from runtime.training.session import Session

AT_ONCE = 256
Range = tuple[float, float]


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
    # It is looked at, not trained: a judge of its own would only be in the way, and may be this very run.
    options = {name: value for name, value in project.training.options.items() if name != "judge"}
    training = dataclasses.replace(project.training, options=options)
    project = dataclasses.replace(project, weights="", training=training)
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
    loop, device = session.loop, session.device
    code = _code(session) if session.recipe.id == "variational" else ()
    torch.manual_seed(seed)
    draws: dict[str, Callable[[int], Any]] = {
        "adversarial": lambda n: loop.sample(loop.draw(n, device)),
        "variational": lambda n: loop.decode(torch.randn(n, *code, device=device)),
        "diffusion": lambda n: _diffused(session, n),
    }
    recipe = session.recipe
    if recipe.id not in draws:
        raise RunError(
            f"The recipe “{recipe.title}” draws no pictures of its own.",
            "Choose a run of a GAN, a variational autoencoder or a diffusion model.",
        )
    try:
        return torch.cat([draws[recipe.id](number) for number in portions(count)])
    except ValueError as error:  # told by the loop, as a sentence
        raise RunError(str(error)) from error


def portions(count: int) -> list[int]:
    """How many pictures are drawn at a time."""
    return [min(AT_ONCE, count - done) for done in range(0, count, AT_ONCE)]


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

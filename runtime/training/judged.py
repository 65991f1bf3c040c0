"""The Fréchet distance over what a judge sees in drawn pictures, measured at the end of every epoch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from runtime.data import get_source
from runtime.loops.adversarial import frechet_distance
from runtime.practices import practices_of
from runtime.recipes.judges import DIGITS, DRAWING, PIXELS
from runtime.runs import runs_root
from runtime.training.errors import RunError
from runtime.training.judge import Judge, digits_network
from runtime.training.session import Session

if TYPE_CHECKING:
    from runtime.frechet import Range

COUNT = 300
"""Pictures of each kind that are compared."""
STEPWISE = 60
"""As many where each is drawn in many steps."""
EPOCHS, BATCH = 12, 64


@dataclass(frozen=True, slots=True)
class Judged:
    """A judge with what it sees in real pictures, whose values lie in ``span``."""

    judge: Judge
    span: Range
    real: torch.Tensor

    def distance(self, session: Session) -> float:
        """Between the run's drawn pictures and the real ones."""
        from runtime.frechet import made_by

        made = made_by(session, compared(session.recipe.id), session.project.training.seed).cpu()
        return frechet_distance(self.real, self.judge.features(made, self.span))


def compared(recipe: str) -> int:
    """How many pictures a recipe draws to be judged."""
    return STEPWISE if recipe == "diffusion" else COUNT


def judged_for(session: Session, trusted: Collection[str] | None) -> Judged | None:
    """The judge the project asks for; ``None`` where it asks for none. :class:`RunError` says in a sentence why it
    cannot judge. Leaves random numbers and threads as they are."""
    from runtime.frechet import judge_of
    from runtime.showing._pictures import usual_range

    name = practices_of(session.project.training).judge
    if name == PIXELS or session.recipe.id not in DRAWING:
        return None
    schema = session.dataset.schema
    if schema.kind != "image" or len(schema.input_shape) != 3:
        raise RunError(
            f"“{name}” judges pictures, but the samples of this data are none.",
            "Choose pixels under Judge in the settings of the training.",
        )
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        try:
            judge = digits_judge() if name == DIGITS else judge_of(folder_of(name), trusted)
        finally:
            torch.set_num_threads(threads)
        rows = session.rows("validation")
        rows = (rows if len(rows) > 1 else session.rows("train"))[:COUNT]
        real = session.batch_of(rows)["input"].cpu()
        span = usual_range(session.inputs[:512].cpu())
        try:
            return Judged(judge, span, judge.features(real, span))
        except (RuntimeError, ValueError) as error:
            raise RunError(
                f"“{name}” cannot judge pictures of {' × '.join(map(str, schema.input_shape))}: it takes "
                f"{' × '.join(map(str, judge.shape))}.",
                "Choose another judge in the settings of the training.",
            ) from error


def folder_of(name: str) -> Path:
    """A run by its name, or by its folder."""
    return Path(name) if Path(name).is_absolute() else runs_root() / name


def digits_judge(seed: int = 0) -> Judge:
    """A small network that tells handwritten digits apart, trained on the spot: the same one every time, as one thread
    always adds in the same order. Leaves the number of threads at 1."""
    data = get_source("digits").load()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    network = digits_network()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(data.inputs)).split(BATCH):
            loss = F.cross_entropy(network(data.inputs[rows]), data.targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Judge(network.eval(), (1, 8, 8), (0.0, 1.0))

"""Looking for a learning rate: raise it from tiny to huge within some steps and watch the loss (Smith, "Cyclical
learning rates", arXiv 1506.01186, section 3.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch

from runtime.protocol import Message
from runtime.training.errors import RunError
from runtime.training.session import Session

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 120
SMOOTHING = 0.9
"""Share of the running mean that stays, step by step; it tells when to end."""
WIDTH = 5.0
"""The losses are smoothed by a bell curve of so many steps: a running mean would come late, and so would the rate."""
MARGIN = 10**0.5
"""The suggestion stays this factor below the rate where the loss is lowest, beyond which it rises."""
REACH = 30.0
"""The suggestion is not further below it than this."""
EXPLODED = 4.0
"""The search ends where the smoothed loss is this many times its lowest."""


def find_rate(session: Session, steps: int = STEPS) -> Iterator[Message | None]:
    """Messages "finding" (``fraction``), then "rates" (see :mod:`runtime.protocol`). Spoils the session's weights: it
    belongs to a session of its own. Raises :class:`RunError` when nothing can be said."""
    factor = (HIGHEST / LOWEST) ** (1 / (steps - 1))
    rates: list[float] = []
    losses: list[float] = []
    mean, lowest = 0.0, math.inf
    session.to_training()
    if hasattr(session.loop, "begin_epoch"):
        session.loop.begin_epoch(1, session.epochs)
    for number, rows in zip(range(steps), _batches(session), strict=False):
        if session.stopping:
            return
        rate = LOWEST * factor**number
        session.set_learning_rate(rate)
        loss = _step(session, rows)
        if not math.isfinite(loss):
            break
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        value = mean / (1 - SMOOTHING ** (number + 1))
        rates.append(rate)
        losses.append(loss)
        lowest = min(lowest, value)
        if number > steps // 10 and value > EXPLODED * lowest > 0:
            break
        yield {"event": "finding", "fraction": (number + 1) / steps}
    if len(rates) < 10:
        raise RunError(
            "The loss was not a number within the first steps, so no learning rate could be found.",
            "Look at the data (missing values?) and scale the inputs.",
        )
    smooth = smoothed(losses)
    yield {"event": "rates", "rates": rates, "losses": smooth, "suggested": suggested(rates, smooth)}


def smoothed(losses: Sequence[float], width: float = WIDTH) -> list[float]:
    """Each loss as a mean over those before and after it, weighted by a bell curve."""
    weights = [math.exp(-0.5 * (step / width) ** 2) for step in range(len(losses))]
    found = []
    for place in range(len(losses)):
        parts = [weights[abs(place - other)] for other in range(len(losses))]
        found.append(sum(part * loss for part, loss in zip(parts, losses, strict=True)) / sum(parts))
    return found


def _batches(session: Session) -> Iterator[torch.Tensor]:
    """Shuffled batches, as many as are asked for."""
    rows = session.splits.train
    while True:
        order = rows[torch.randperm(len(rows), generator=session.shuffle)].to(session.inputs.device)
        yield from order.split(session.batch_size)[: session.steps_per_epoch]


def _step(session: Session, rows: torch.Tensor) -> float:
    batch = session.training_batch(rows)
    if session.loop is not None:
        return float(session.loop.step(batch)[session.recipe.main.name])
    _, loss = session.steps.compute(batch["input"], batch["target"])
    session.steps.update(loss)
    return loss.item()


def suggested(rates: Sequence[float], losses: Sequence[float]) -> float | None:
    """The rate at which the loss fell fastest (over the rate's logarithm), safely before its lowest point; ``None``
    when it never fell by three in a hundred. What falls far before that point falls by chance: batches differ."""
    lowest = min(range(len(losses)), key=losses.__getitem__)
    first = max(losses[: max(1, lowest + 1)])
    if lowest < 3 or losses[lowest] > 0.97 * first:
        return None
    slopes = {
        number: (losses[number + 1] - losses[number - 1]) / math.log(rates[number + 1] / rates[number - 1])
        for number in range(1, lowest)
        if rates[number] >= rates[lowest] / REACH or number == lowest - 1
    }
    steepest = min(slopes, key=slopes.__getitem__)
    return float(f"{min(rates[steepest], rates[lowest] / MARGIN):.1e}")

"""Scores of a split with the weights as they are."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, NamedTuple

import torch

from runtime import scores
from runtime.data.targets import form_of
from runtime.training.session import Session

POLL = 1 / 30


class Measured(NamedTuple):
    """Mean loss and share of right answers over a split; ``None`` where there is nothing to measure."""

    loss: float | None
    accuracy: float | None


def measure(session: Session, split: str) -> Generator[None, None, Measured]:
    """Evaluate a split: ``measured = yield from measure(...)``. Yields now and then, so that the driver of
    the loop can look around."""
    rows = session.rows(split).to(session.inputs.device)
    answers = 0
    losses: list[tuple[torch.Tensor, int]] = []
    rights: list[torch.Tensor] = []
    due = time.perf_counter() + POLL
    session.model.eval()
    for part in rows.split(session.evaluation_size) if len(rows) else ():
        with torch.no_grad():
            inputs, targets = session.take(part)
            outputs, loss = session.steps.compute(inputs, targets)
            losses.append((loss, len(part)))
            if session.answer is not None:
                found = session.answer.right(outputs, targets)
                rights.append(found.sum())
                answers += found.numel()
        if time.perf_counter() >= due:
            yield
            due = time.perf_counter() + POLL
    if not losses:
        return Measured(None, None)
    total = 0.0
    for loss, count in losses:
        total += loss.item() * count
    right = sum(int(count) for count in rights)
    return Measured(total / len(rows), right / answers if answers else None)


def all_outputs(session: Session, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs and targets of some rows, on the CPU."""
    outputs, targets = [], []
    session.model.eval()
    with torch.no_grad():
        for part in rows.split(session.evaluation_size):
            inputs, wanted = session.take(part)
            outputs.append(session.forward(inputs).cpu())
            targets.append(wanted.cpu())
    return torch.cat(outputs), torch.cat(targets)


def scored(session: Session, split: str) -> dict[str, Any]:
    """All scores of a split as the end of a run reports them; the keys start with the split's name where they
    are plain numbers: ``test_loss``, ``test_accuracy``, then ``classes``, ``confusion``, ``report`` or, for
    numbers to predict, ``mae``, ``mse``, ``rmse``, ``r2``."""
    rows = session.rows(split)
    if not len(rows):
        return {f"{split}_loss": None, f"{split}_accuracy": None}
    outputs, targets = all_outputs(session, rows)
    total = 0.0
    size = session.evaluation_size
    for part, wanted in zip(outputs.split(size), targets.split(size), strict=True):
        total += session.loss_of(part, wanted).item() * len(part)
    accuracy = None
    if session.answer is not None:
        accuracy = session.answer.right(outputs, targets).double().mean().item()
    schema, loss = session.dataset.schema, session.project.training.loss
    if form_of(loss) == "index":
        outputs = outputs[..., : schema.class_count]  # the table has no column for scores to spare
    found = scores.evaluate(outputs, targets, schema, loss)
    found.pop("accuracy", None)
    return {f"{split}_loss": total / len(rows), f"{split}_accuracy": accuracy, **found}

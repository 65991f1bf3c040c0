"""Scores of a split with the weights as they are."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import torch

from runtime import scores
from runtime.data.targets import form_of
from runtime.training.session import Session, word_scores

POLL = 1 / 30
LARGEST = 2**27
"""So many outputs of a split are held at once. Of a text with more (every token scored at every place) only the tokens
that were chosen are kept, which is enough for all scores but the curves."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Mean loss and share of right answers over a split; ``None`` where there is nothing to measure."""

    loss: float | None
    accuracy: float | None
    figures: dict[str, float] = field(default_factory=dict)
    """What a recipe of its own measures."""


def measure(session: Session, split: str) -> Generator[None, None, Measured]:
    """Evaluate a split: ``measured = yield from measure(...)``. Yields now and then, so that the driver of
    the loop can look around."""
    if session.loop is not None:
        return (yield from figures_of(session, split))
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


def figures_of(session: Session, split: str) -> Generator[None, None, Measured]:
    """The figures of a recipe of its own: means over the samples, then what it measures over the whole split. Random
    numbers begin with the run's seed, so that noise is the same in every epoch."""
    rows = session.rows(split)
    if not len(rows):
        return Measured(None, None)
    session.model.eval()
    due = time.perf_counter() + POLL
    means: dict[str, list[tuple[torch.Tensor, int]]] = {}
    cuda = [session.device] if session.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda), torch.no_grad():
        torch.manual_seed(session.project.training.seed)
        for part in rows.split(session.evaluation_size):
            for name, value in session.loop.evaluate(session.batch_of(part)).items():
                means.setdefault(name, []).append((value, len(part)))
            if time.perf_counter() >= due:
                yield
                due = time.perf_counter() + POLL
        found = {
            name: sum(value.item() * count for value, count in values) / len(rows)
            for name, values in means.items()
        }
        if hasattr(session.loop, "summary"):
            found |= session.loop.summary()
        if "judged" in session.memory:
            found["judged"] = session.memory["judged"].distance(session)
    return Measured(found.get(session.recipe.main.name), None, found)


def all_outputs(session: Session, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Outputs and targets of some rows, on the CPU."""
    outputs, targets = [], []
    session.model.eval()
    with torch.no_grad():
        for part in rows.split(session.evaluation_size):
            inputs, wanted = session.take(part)
            outputs.append(session.steps.compute(inputs, wanted)[0].cpu())
            targets.append(wanted.cpu())
    return torch.cat(outputs), torch.cat(targets)


def own_units(
    session: Session, outputs: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers that were predicted, and the true ones, in the units the data had before its targets were scaled."""
    scaler = session.dataset.target_scaler
    if scaler is None:
        return outputs, targets
    return scaler.invert(outputs.reshape(targets.shape)), scaler.invert(targets)


def scored(session: Session, split: str) -> dict[str, Any]:
    """All scores of a split as the end of a run reports them; the keys start with the split's name where they
    are plain numbers: ``test_loss``, ``test_accuracy``, then ``classes``, ``confusion``, ``report`` or, for
    numbers to predict, ``mae``, ``mse``, ``rmse``, ``r2`` in the data's own units (the loss is that of the training, on
    scaled targets where they are scaled)."""
    rows = session.rows(split)
    if not len(rows):
        return {f"{split}_loss": None, f"{split}_accuracy": None}
    if session.loop is not None:
        measured = to_the_end(figures_of(session, split))
        return {f"{split}_loss": measured.loss, f"{split}_accuracy": None, "scores": measured.figures}
    schema, loss = session.dataset.schema, session.project.training.loss
    if schema.task == "next-token" and len(rows) * word_scores(schema) > LARGEST:
        return _text_scored(session, split)
    outputs, targets = all_outputs(session, rows)
    total = 0.0
    size = session.evaluation_size
    for part, wanted in zip(outputs.split(size), targets.split(size), strict=True):
        total += session.loss_of(part.to(session.device), wanted.to(session.device)).item() * len(part)
    accuracy = None
    if session.answer is not None:
        accuracy = session.answer.right(outputs, targets).double().mean().item()
    if form_of(loss) == "index":
        outputs = outputs[..., : schema.class_count]  # the table has no column for scores to spare
    if schema.task == "regression":
        outputs, targets = own_units(session, outputs, targets)
    found = scores.evaluate(outputs, targets, schema, loss)
    found.pop("accuracy", None)
    return {f"{split}_loss": total / len(rows), f"{split}_accuracy": accuracy, **found}


def _text_scored(session: Session, split: str) -> dict[str, Any]:
    """The scores of a long text with many words, some windows at a time."""
    schema, loss = session.dataset.schema, session.project.training.loss
    rows, total = session.rows(split), 0.0
    given, truth = [], []
    session.model.eval()
    with torch.no_grad():
        for part in rows.split(session.evaluation_size):
            inputs, targets = session.take(part)
            outputs, value = session.steps.compute(inputs, targets)
            total += value.item() * len(part)
            given.append(scores.predicted_classes(outputs, schema, loss).cpu())
            truth.append(scores.true_classes(targets, schema, loss).cpu())
    found = scores.of_classes(torch.cat(truth), torch.cat(given), schema.classes or ())
    return {f"{split}_loss": total / len(rows), f"{split}_accuracy": found.pop("accuracy"), **found}


def to_the_end(steps: Generator[None, None, Measured]) -> Measured:
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Measured = end.value
            return found

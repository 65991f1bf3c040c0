"""Which scores may decide which epoch of a supervised run is best, beyond loss and accuracy. No torch here."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.data.schema import Schema
from runtime.data.targets import form_of
from runtime.losses import LOSSES

if TYPE_CHECKING:
    import torch

    from runtime.data import Dataset
    from runtime.training.session import Session

CLASSES, NUMBERS = ("classification", "binary"), ("regression",)


@dataclass(frozen=True, slots=True)
class Score:
    """A function of :mod:`runtime.training.watching` by its name; ``better`` is "high" or "low"."""

    name: str
    title: str
    tasks: tuple[str, ...]
    better: str = "high"


SCORES = {
    score.name: score
    for score in (
        Score("f1", "F1", CLASSES),
        Score("precision", "precision", CLASSES),
        Score("recall", "recall", CLASSES),
        Score("mae", "mean absolute error", NUMBERS, "low"),
        Score("r2", "R²", NUMBERS),
    )
}


def scores_for(task: str) -> tuple[str, ...]:
    """The names of those that go with a kind of data."""
    return tuple(score.name for score in SCORES.values() if task in score.tasks)


def compared_texts(schema: Schema, loss: str) -> tuple[str, str]:
    """What a script compares, as expressions over ``outputs`` and ``y``: class numbers, or numbers to predict."""
    if schema.task in NUMBERS:
        return "outputs", "y"
    if form_of(loss) == "index":
        return f"outputs[..., :{schema.class_count}].argmax(-1)", "y"
    if schema.task == "binary":
        return f"(outputs.flatten() > {LOSSES[loss].threshold:g}).long()", "y.flatten().long()"
    return "outputs.argmax(-1)", "y.argmax(-1)"


def scale_of(dataset: Dataset) -> list[float]:
    """What makes differences of targets those of the data's own units."""
    scaler = dataset.target_scaler
    return [1.0] if scaler is None else [float(value) for value in scaler.scale.flatten()]


def measured(session: Session, name: str) -> Generator[None, None, float]:
    """A score of the validation split with the weights as they are; yields now and then."""
    import torch

    from runtime.scores import predicted_classes, true_classes
    from runtime.training import watching

    schema, loss = session.dataset.schema, session.project.training.loss
    given: list[torch.Tensor] = []
    truth: list[torch.Tensor] = []
    session.model.eval()
    for part in session.rows("validation").split(session.evaluation_size):
        with torch.no_grad():
            inputs, targets = session.take(part)
            outputs, _ = session.steps.compute(inputs, targets)
        if schema.task in CLASSES:
            outputs, targets = predicted_classes(outputs, schema, loss), true_classes(targets, schema, loss)
        given.append(outputs)
        truth.append(targets)
        yield
    measure = getattr(watching, name)
    if name == "mae":
        scale = torch.tensor(scale_of(session.dataset), device=session.device)
        found: float = measure(torch.cat(given), torch.cat(truth), scale)
    elif name == "r2":
        found = measure(torch.cat(given), torch.cat(truth))
    else:
        found = measure(torch.cat(given), torch.cat(truth), schema.class_count)
    return found

"""Targets in the form a loss wants, and the output shape a network then needs. Simple and explicit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from runtime.data.schema import DataError, Schema
from runtime.losses import LOSSES

if TYPE_CHECKING:
    import torch

Form = Literal["index", "values"]

SUPERVISED_TASKS = ("classification", "binary", "regression", "next-token", "multi-label")


def form_of(loss: str) -> Form:
    """Whether a loss compares with class numbers or with one float per output; :class:`DataError` for a loss nobody
    knows."""
    if loss not in LOSSES:
        raise DataError(f"There is no loss called {loss}. Choose one of {', '.join(LOSSES)}.")
    return "index" if LOSSES[loss].decision == "argmax" else "values"


def refusal(schema: Schema, loss: str) -> str | None:
    """Why this loss cannot be used with this data, as a sentence; ``None`` when it can."""
    form = form_of(loss)
    title = LOSSES[loss].title
    if schema.task == "regression":
        advice = "but this data has numbers to predict. Choose MSE, L1 or smooth L1."
        if form == "index":
            return f"{title} compares with classes, {advice}"
        if LOSSES[loss].decision == "threshold":
            return f"{title} wants targets of 0 and 1, {advice}"
    if schema.task == "multi-label" and form == "index":
        return (
            f"{title} compares with one class, but this data answers several questions at once. Choose binary "
            "cross-entropy with logits."
        )
    if schema.task not in SUPERVISED_TASKS:
        from runtime.recipes.words import TASK_WORDS

        return (
            f"The supervised recipe cannot use data with {TASK_WORDS[schema.task]}. Choose a recipe for it."
        )
    return None


def adapt(targets: torch.Tensor, schema: Schema, loss: str) -> torch.Tensor:
    """The stored targets as ``loss`` wants them.

    Class numbers: int64, (N,) for one class per sample, (N, T) for one per step. Values: float32, (N, 1) for
    two classes, one-hot (N, C) or (N, T, C) for more, the numbers themselves for a regression.
    """
    import torch

    reason = refusal(schema, loss)
    if reason is not None:
        raise DataError(reason)
    if schema.task in ("regression", "multi-label"):
        return targets
    if form_of(loss) == "index":
        return targets.reshape(-1).long() if schema.task == "binary" else targets
    if schema.task == "binary":
        return targets
    return torch.nn.functional.one_hot(targets, schema.class_count).float()


def output_shape(schema: Schema, loss: str) -> tuple[int, ...]:
    """The shape one sample's output must have for this loss, without the batch axis.

    A network for "next-token" gives (T, C): the classes stand last.
    """
    reason = refusal(schema, loss)
    if reason is not None:
        raise DataError(reason)
    if schema.task in ("regression", "multi-label"):
        return schema.target_shape
    if schema.task == "binary":
        return (2,) if form_of(loss) == "index" else (1,)
    return (*schema.target_shape, schema.class_count)

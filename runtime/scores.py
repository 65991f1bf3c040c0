"""Scores: how good predictions are. Computed from tensors, returned as plain dicts ready for JSON.

Definitions are scikit-learn's (``sklearn.metrics``); what is undefined (the precision of a class that was
never predicted) is 0, as there. Means over the classes leave out those that neither occur nor were predicted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from runtime.curves import class_scores, curves
from runtime.data.schema import Schema
from runtime.data.targets import form_of
from runtime.losses import LOSSES

MOST_CLASSES = 1000
"""Of more classes (the words of a text) no matrix is made: it would be a hundred megabytes of zeros."""


def predicted_classes(outputs: torch.Tensor, schema: Schema, loss: str) -> torch.Tensor:
    """The class each output stands for, int64: (N,), or (N, T) where every step has a class.

    Outputs for a loss on class numbers hold one score per class, (N, C) or (N, T, C). Outputs for two classes
    in one number are compared with 0 (BCE with logits) or 0.5 (anything else). A head may have more scores
    than the data has classes (a network for ImageNet on a small set); the spare ones are left out.
    """
    if form_of(loss) == "index" or schema.task != "binary":
        return outputs[..., : schema.class_count].argmax(dim=-1)
    return (outputs.reshape(-1) > LOSSES[loss].threshold).long()


def true_classes(targets: torch.Tensor, schema: Schema, loss: str) -> torch.Tensor:
    """Class numbers of targets that were adapted to a loss, shaped like :func:`predicted_classes`."""
    if form_of(loss) == "index":
        return targets
    if schema.task == "binary":
        return targets.reshape(-1).long()
    return targets.argmax(dim=-1)


def confusion_matrix(truth: torch.Tensor, predicted: torch.Tensor, classes: int) -> torch.Tensor:
    """Counts (C, C): a row per true class, a column per predicted one."""
    flat = truth.reshape(-1) * classes + predicted.reshape(-1)
    return torch.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def accuracy(confusion: torch.Tensor) -> float:
    """The share of the diagonal; 0 when nothing was counted."""
    total = int(confusion.sum())
    return int(confusion.diagonal().sum()) / total if total else 0.0


def class_report(confusion: torch.Tensor, classes: Sequence[str]) -> dict[str, dict[str, float | int]]:
    """Precision, recall, F1 and support per class, then "macro avg" (every class that occurs or was given counts the
    same) and "weighted avg" over the classes.

    A class of that name keeps its own row under ``"macro avg (class)"``.
    """
    counts = confusion.double().cpu()
    return _report(counts.diagonal(), counts.sum(0), counts.sum(1), classes)


def _report(
    hits: torch.Tensor, predicted: torch.Tensor, support: torch.Tensor, classes: Sequence[str]
) -> dict[str, dict[str, float | int]]:
    """The same from how often each class (C,) is right, given, and there."""
    precision = _ratio(hits, predicted)
    recall = _ratio(hits, support)
    f1 = _ratio(2 * precision * recall, precision + recall)
    report: dict[str, dict[str, float | int]] = {}
    averages = ("macro avg", "weighted avg")
    for number, name in enumerate(classes):
        report[f"{name} (class)" if name in averages else name] = {
            "precision": float(precision[number]),
            "recall": float(recall[number]),
            "f1": float(f1[number]),
            "support": int(support[number]),
        }
    total = support.sum()
    there = (support + predicted > 0).to(support.dtype)
    weights = (there / there.sum().clamp(min=1), _ratio(support, total.expand_as(support)))
    for name, weight in zip(averages, weights, strict=True):
        report[name] = {
            "precision": float((precision * weight).sum()),
            "recall": float((recall * weight).sum()),
            "f1": float((f1 * weight).sum()),
            "support": int(total),
        }
    return report


def _ratio(upper: torch.Tensor, lower: torch.Tensor) -> torch.Tensor:
    return torch.where(lower > 0, upper / lower.clamp(min=1e-300), torch.zeros_like(lower))


def regression_scores(truth: torch.Tensor, predicted: torch.Tensor) -> dict[str, float | None]:
    """``mae``, ``mse``, ``rmse`` and ``r2`` over all numbers; R² averages over the outputs.

    R² = 1 - Σ(y - ŷ)² / Σ(y - ȳ)². It is ``None`` where the truth never changes or there is one sample.
    """
    if truth.numel() == 0:
        return {"mae": None, "mse": None, "rmse": None, "r2": None}
    y = truth.double().reshape(len(truth), -1).cpu()
    guess = predicted.double().reshape(len(predicted), -1).cpu()
    error = guess - y
    mse = float(error.square().mean())
    spread = (y - y.mean(0)).square().sum(0)
    defined = bool((spread > 0).all())
    r2 = float((1 - error.square().sum(0) / spread).mean()) if defined else None
    return {"mae": float(error.abs().mean()), "mse": mse, "rmse": math.sqrt(mse), "r2": r2}


def question_scores(
    outputs: torch.Tensor, targets: torch.Tensor, questions: Sequence[str], loss: str
) -> dict[str, float]:
    """The share of right answers to each yes/no question, (N, K) outputs against (N, K) targets of 0 and 1."""
    right = ((outputs > LOSSES[loss].threshold) == (targets > 0.5)).double().mean(0).tolist()
    return {f"accuracy of “{name}”": share for name, share in zip(questions, right, strict=True)}


def evaluate(outputs: torch.Tensor, targets: torch.Tensor, schema: Schema, loss: str) -> dict[str, Any]:
    """All scores of a split: outputs and targets of every sample, adapted to the loss.

    For classes: ``accuracy``, ``confusion`` (rows are the truth; up to a thousand classes), ``classes``, ``report``,
    ``scores`` and ``curves``
    (:mod:`runtime.curves`). For several questions ``scores``. For numbers:
    ``mae``, ``mse``, ``rmse``, ``r2``.
    """
    if schema.task == "regression":
        return dict(regression_scores(targets, outputs))
    if schema.task == "multi-label":
        return {"scores": question_scores(outputs, targets, schema.classes or (), loss)}
    classes = schema.classes or ()
    truth, given = true_classes(targets, schema, loss), predicted_classes(outputs, schema, loss)
    sure = class_scores(outputs, len(classes), form_of(loss) == "index" or schema.task != "binary")
    found = {**curves(sure, truth, classes), **of_classes(truth, given, classes)}
    if schema.task in ("classification", "binary"):
        found["scores"] = {"macro_f1": found["report"]["macro avg"]["f1"], **found["scores"]}
    return found


def of_classes(truth: torch.Tensor, given: torch.Tensor, classes: Sequence[str]) -> dict[str, Any]:
    """What can be said from the classes alone, as they are and as they were given (N,) or (N, T)."""
    if len(classes) > MOST_CLASSES:
        right = given == truth
        each = [
            torch.bincount(some.flatten(), minlength=len(classes)).double()
            for some in (truth[right], given, truth)
        ]
        report = _report(each[0], each[1], each[2], classes)
        return {"accuracy": right.double().mean().item(), "classes": list(classes), "report": report}
    confusion = confusion_matrix(truth, given, len(classes))
    return {
        "accuracy": accuracy(confusion),
        "classes": list(classes),
        "confusion": confusion.tolist(),
        "report": class_report(confusion, classes),
    }

"""ROC and precision-recall curves of classes, one against the rest, and the areas under them. By scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch

MOST_CLASSES = 20
"""More curves than that nobody can tell apart; then there are none, and no areas."""
POINTS = 100


def class_scores(outputs: torch.Tensor, classes: int, index_loss: bool) -> torch.Tensor:
    """How sure the network is of every class, (N, C): softmax of scores (N, C); one output (N, 1) is that of class 1
    of two."""
    if outputs.dim() == 2 and outputs.shape[1] == 1:
        return torch.cat([-outputs, outputs], dim=1)
    flat = outputs.reshape(-1, outputs.shape[-1])[:, :classes].float()
    return flat.softmax(-1) if index_loss else flat


def top_share(scores: torch.Tensor, truth: torch.Tensor, k: int) -> float:
    """The share of samples whose class is among the ``k`` largest scores."""
    best = scores.topk(min(k, scores.shape[1]), dim=1).indices
    return float((best == truth.reshape(-1, 1)).any(1).double().mean())


def curves(scores: torch.Tensor, truth: torch.Tensor, classes: Sequence[str]) -> dict[str, Any]:
    """``scores``: ``roc_auc`` and ``average_precision``, means over the classes that occur (and ``top_5`` from six
    classes on); ``curves``: ``roc`` and ``pr``, a list per class with ``class``, ``x``, ``y`` and ``area``: false
    against true positive rate, recall against precision. For two classes those of the second."""
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    truth = truth.reshape(-1)
    roc: list[dict[str, Any]] = []
    pr: list[dict[str, Any]] = []
    each = (
        range(len(classes)) if 2 < len(classes) <= MOST_CLASSES else range(1, 2 if len(classes) == 2 else 1)
    )
    for number in each:
        wanted = (truth == number).numpy()
        if wanted.all() or not wanted.any():
            continue
        given = scores[:, number].double().numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is undefined was left out above
            wrong, right, _ = roc_curve(wanted, given)
            precision, recall, _ = precision_recall_curve(wanted, given)
            area = float(average_precision_score(wanted, given))
        roc.append({"class": classes[number], "area": float(auc(wrong, right)), **_thin(wrong, right)})
        pr.append({"class": classes[number], "area": area, **_thin(recall, precision)})
    found: dict[str, float] = {}
    if roc:
        found["roc_auc"] = sum(curve["area"] for curve in roc) / len(roc)
        found["average_precision"] = sum(curve["area"] for curve in pr) / len(pr)
    if len(classes) > 5:
        found["top_5"] = top_share(scores, truth, 5)
    return {"scores": found, "curves": {"roc": roc, "pr": pr} if roc else {}}


def _thin(x: Any, y: Any) -> dict[str, list[float]]:
    """At most :data:`POINTS` points of a curve, its ends included."""
    step = max(1, -(-len(x) // POINTS))
    rows = sorted({*range(0, len(x), step), len(x) - 1})
    return {"x": [float(x[row]) for row in rows], "y": [float(y[row]) for row in rows]}

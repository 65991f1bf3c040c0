"""ROC and precision-recall curves of classes, one against the rest, and the areas under them (by scikit-learn); and
those of boxes that were found."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

MOST_CLASSES = 20
"""More curves than that nobody can tell apart; then there are none, and no areas."""
POINTS = 100


def class_scores(outputs: torch.Tensor, classes: int, index_loss: bool) -> torch.Tensor:
    """What the samples are put in order by for every class, (N, C) float64: softmax of scores (N, C), or how far the
    one of two is ahead; one output (N, 1) is that of class 1 of two."""
    flat = outputs.reshape(-1, outputs.shape[-1])[:, :classes].double()
    if outputs.dim() == 2 and outputs.shape[1] == 1:
        return torch.cat([-flat, flat], dim=1)
    if index_loss and flat.shape[1] == 2:
        ahead = flat[:, 1:] - flat[:, :1]  # the order of the shares, but without ties where these round to 1
        return torch.cat([-ahead, ahead], dim=1)
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


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found of one class over all pictures: ``scores`` from the best down and whether each is ``right`` (both
    (N,)), and how many things there are in ``total``."""

    scores: torch.Tensor
    right: torch.Tensor
    total: int

    @property
    def precision(self) -> torch.Tensor:
        """The share of right ones among the best 1, 2, … N, each at least as large as those behind it (as PASCAL VOC
        has it since 2010)."""
        shares = self.right.double().cumsum(0) / torch.arange(1, len(self.right) + 1)
        return shares.flip(0).cummax(0).values.flip(0) if len(shares) else shares

    @property
    def area(self) -> float | None:
        """Average precision; ``None`` for a class of which there is nothing."""
        return float((self.precision * self.right).sum() / self.total) if self.total else None

    def curve(self) -> dict[str, list[float]]:
        """``x``, recall, and ``y``, precision."""
        recall = self.right.double().cumsum(0) / max(1, self.total)
        start, end = torch.zeros(1, dtype=torch.float64), recall[-1:]
        first = self.precision[:1] if len(recall) else torch.zeros(1, dtype=torch.float64)
        drop = torch.zeros(len(end), dtype=torch.float64)
        return _thin(torch.cat([start, recall, end]), torch.cat([first, self.precision, drop]))

    def hits(self, least: float) -> int:
        """How many of those with at least this score are right."""
        return int(self.right[self.scores >= least].sum())

    def alarms(self, least: float) -> int:
        """How many of those with at least this score are wrong."""
        return int((~self.right[self.scores >= least]).sum())


def detections(
    found: Sequence[torch.Tensor], wanted: Sequence[torch.Tensor], classes: int, least: float = 0.5
) -> list[Detections]:
    """Judges what was found in each picture, rows of x0, y0, x1, y1, class, score, against what is there (without the
    score), class by class (:func:`runtime.loops.detection.ranked`)."""
    from runtime.loops.detection import ranked

    results = []
    for kind in range(classes):
        scores, right, total = ranked(list(found), list(wanted), kind, least)
        results.append(Detections(torch.tensor(scores, dtype=torch.float64), right, total))
    return results

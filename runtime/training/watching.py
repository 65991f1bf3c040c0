"""Scores that may decide which epoch is best. Ordinary torch: their text goes into exported scripts."""

from __future__ import annotations

import torch


def f1(given: torch.Tensor, truth: torch.Tensor, classes: int) -> float:
    """F1 of class numbers, the mean over all classes; a class that is never met counts 0."""
    right = torch.bincount(truth[given == truth], minlength=classes)
    met = torch.bincount(given, minlength=classes) + torch.bincount(truth, minlength=classes)
    return (2 * right.double() / met.clamp(min=1)).mean().item()


def precision(given: torch.Tensor, truth: torch.Tensor, classes: int) -> float:
    """How many of those taken for a class belong to it, the mean over all classes."""
    right = torch.bincount(truth[given == truth], minlength=classes)
    return (right.double() / torch.bincount(given, minlength=classes).clamp(min=1)).mean().item()


def recall(given: torch.Tensor, truth: torch.Tensor, classes: int) -> float:
    """How many of a class are found, the mean over all classes (balanced accuracy)."""
    right = torch.bincount(truth[given == truth], minlength=classes)
    return (right.double() / torch.bincount(truth, minlength=classes).clamp(min=1)).mean().item()


def mae(outputs: torch.Tensor, truth: torch.Tensor, scale: torch.Tensor) -> float:
    """Mean absolute error; ``scale`` makes differences those of the data's own units."""
    return ((outputs.reshape(truth.shape) - truth) * scale).abs().double().mean().item()


def r2(outputs: torch.Tensor, truth: torch.Tensor) -> float:
    """1 less the squared errors' share of the truth's spread: 1 is perfect, 0 no better than the mean."""
    truth = truth.reshape(len(truth), -1).double()
    error = (outputs.reshape(truth.shape) - truth).square().sum(dim=0)
    spread = (truth - truth.mean(dim=0)).square().sum(dim=0)
    return (1 - error / spread.clamp(min=1e-12)).mean().item()

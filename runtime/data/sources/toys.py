"""The handful of numbers a first lesson computes by hand: linear, logistic and softmax regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.schema import Schema, classification, regression
from runtime.data.source import Loading, Source

LINEAR = (((1, 2, 3), 2), ((3, 5, 6), 4), ((8, 9, 10), 6))
LOGISTIC = (((1, 2), 0), ((2, 3), 0), ((3, 1), 0), ((4, 3), 1), ((5, 3), 1), ((6, 2), 1))
SOFTMAX = (
    ((1, 2, 1, 1), 2), ((2, 1, 3, 2), 2), ((3, 1, 3, 4), 2), ((4, 1, 5, 5), 1),
    ((1, 7, 5, 5), 1), ((1, 2, 5, 6), 1), ((1, 6, 6, 6), 0), ((1, 7, 7, 7), 0),
)  # fmt: skip
SHARED = "All rows train and test: there are too few to hold any out."


def describe_linear(options: Mapping[str, Any]) -> Schema:
    return regression((3,), "table", size=len(LINEAR), features=("x1", "x2", "x3"), hold_out=False)


def describe_logistic(options: Mapping[str, Any]) -> Schema:
    return classification(
        (2,), ("0", "1"), "table", size=len(LOGISTIC), features=("x1", "x2"), hold_out=False
    )


def describe_softmax(options: Mapping[str, Any]) -> Schema:
    names = ("x1", "x2", "x3", "x4")
    return classification((4,), ("0", "1", "2"), "table", size=len(SOFTMAX), features=names, hold_out=False)


def read_linear(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    inputs = torch.tensor([row for row, _ in LINEAR], dtype=torch.float32)
    targets = torch.tensor([[target] for _, target in LINEAR], dtype=torch.float32)
    return Dataset(inputs, targets, describe_linear(options))


def read_logistic(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    inputs = torch.tensor([row for row, _ in LOGISTIC], dtype=torch.float32)
    targets = torch.tensor([[target] for _, target in LOGISTIC], dtype=torch.float32)
    return Dataset(inputs, targets, describe_logistic(options))


def read_softmax(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    inputs = torch.tensor([row for row, _ in SOFTMAX], dtype=torch.float32)
    targets = torch.tensor([target for _, target in SOFTMAX])
    return Dataset(inputs, targets, describe_softmax(options))


SOURCES = (
    Source(
        id="linear-toy",
        title="Three rows for linear regression",
        category="Toy",
        help=f"(1, 2, 3) → 2, (3, 5, 6) → 4, (8, 9, 10) → 6. {SHARED}",
        words=("regression", "first steps"),
        describe=describe_linear,
        read=read_linear,
    ),
    Source(
        id="logistic-toy",
        title="Six points for logistic regression",
        category="Toy",
        help=f"Six points in the plane, three of each class, which a straight line separates. {SHARED}",
        words=("binary", "first steps", "2-D"),
        describe=describe_logistic,
        read=read_logistic,
    ),
    Source(
        id="softmax-toy",
        title="Eight rows for softmax regression",
        category="Toy",
        help=f"Eight rows of four numbers in three classes. {SHARED}",
        words=("multinomial", "first steps"),
        describe=describe_softmax,
        read=read_softmax,
    ),
)

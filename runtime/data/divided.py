"""The splits that came with the data; and pictures that were read from files as a dataset with those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runtime.data.dataset import Dataset
from runtime.data.schema import Schema

if TYPE_CHECKING:
    import torch


def rows_of(parts: Sequence[str | None], name: str) -> torch.Tensor | None:
    """The rows of "validation" or of "test", as :class:`Dataset` takes them, of samples whose parts are known; ``None``
    where none belongs to it."""
    import torch

    rows = [row for row, part in enumerate(parts) if part == name]
    return torch.tensor(rows) if rows else None


def pictured(
    pixels: torch.Tensor,
    targets: torch.Tensor,
    schema: Schema,
    parts: Sequence[str | None],
    scaling: str,
    skipped: Sequence[str],
) -> Dataset:
    """``parts`` says of each picture whether it belongs to "validation" or "test"; ``scaling`` is the option of the
    source, of which "standardised" waits for the training split."""
    test = rows_of(parts, "test")
    return Dataset(
        pixels,
        targets,
        replace(schema, size=len(parts), test_size=None if test is None else len(test)),
        test=test,
        validation=rows_of(parts, "validation"),
        scaling="standardise" if scaling == "standardised" else "none",
        skipped=tuple(skipped),
    )

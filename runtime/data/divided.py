"""Pictures that were read from files as a dataset, with the splits that their folders make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from runtime.data.dataset import Dataset
from runtime.data.schema import Schema

if TYPE_CHECKING:
    import torch


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
    import torch

    held = {
        name: torch.tensor([row for row, part in enumerate(parts) if part == name], dtype=torch.long)
        for name in ("validation", "test")
    }
    return Dataset(
        pixels,
        targets,
        replace(schema, size=len(parts), test_size=len(held["test"]) or None),
        test=held["test"] if len(held["test"]) else None,
        validation=held["validation"] if len(held["validation"]) else None,
        scaling="standardise" if scaling == "standardised" else "none",
        skipped=tuple(skipped),
    )

"""Whether numbers lie where networks learn well, said in a sentence. Looks at samples, never changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from runtime.data.own.wording import STANDARDISE

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

LOOKED = 256
"""Samples from everywhere that tell the range."""
FAR = 20.0
"""Beyond this, numbers are so large that the usual learning rates are too high."""
DULL = 0.1


def range_warnings(dataset: Dataset) -> list[str]:
    """Sentences on numbers that are far from 1, or pictures that are nearly of one colour; none where the source
    scales them anyway. Give the dataset as it was loaded."""
    schema = dataset.schema
    if dataset.scaling != "none" or not len(dataset) or schema.input_dtype == "int64":
        return []
    step = max(1, -(-len(dataset) // LOOKED))
    values = dataset.inputs[torch.arange(0, len(dataset), step)]
    if not values.is_floating_point():
        return []
    known = values[values.isfinite()]
    if not len(known):
        return []
    low, high = float(known.min()), float(known.max())
    if max(-low, high) > FAR:
        return [
            f"The numbers reach from {low:.4g} to {high:.4g}. So far from 1 they make the training jump or stand "
            f"still: {STANDARDISE}."
        ]
    if schema.kind == "image" and low >= 0 and high <= 1 and high - low < DULL:
        return [
            f"The pictures use only {high - low:.0%} of the range from black to white, as some of 12 bits do. They "
            f"look nearly alike to a network: {STANDARDISE}."
        ]
    return []

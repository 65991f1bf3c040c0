"""Sentences with a number in them."""

from __future__ import annotations

STANDARDISE = "turn on “standardise”"
"""What helps against numbers far from 1; the data page has a button for it."""


def counted(count: int, one: str, many: str) -> str:
    """The sentence for one thing or for many, with the number in front: "1 row is …", "2,000 rows are …"."""
    return f"{count:,} {one if count == 1 else many}"

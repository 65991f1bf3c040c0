"""What the data and the loss ask of a network, as far as the graph has to agree with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Shapes are those of one sample, without the batch axis; -1 stands for a changing length.

    ``output`` is what the loss expects from the first output (``(10,)`` for ten classes), ``None`` when
    anything goes. ``name`` is how the data is called in a sentence.
    """

    name: str
    input_shape: tuple[int, ...]
    input_dtype: str = "float32"
    output: tuple[int, ...] | None = None
    output_reason: str = ""
    wider: bool = False
    """Whether more scores than classes do no harm (cross-entropy over class numbers)."""

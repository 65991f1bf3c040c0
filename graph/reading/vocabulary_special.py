"""Calls that a line of the table cannot say: indexing, arithmetic with numbers, reshaping, layers as functions."""

from __future__ import annotations

from graph.reading.vocabulary import Reader
from graph.reading.vocabulary_arithmetic import ARITHMETIC
from graph.reading.vocabulary_functions import FUNCTIONS
from graph.reading.vocabulary_pieces import PIECES
from graph.reading.vocabulary_shapes import SHAPES
from graph.reading.vocabulary_values import VALUES

SPECIAL: dict[str, Reader] = {**ARITHMETIC, **PIECES, **SHAPES, **VALUES, **FUNCTIONS}
"""Readers by the targets they read, separated by blanks."""

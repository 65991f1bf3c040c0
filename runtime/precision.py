"""In which precision a network computes. No torch here: the window reads it."""

from __future__ import annotations

from graph.catalogue.spec import Param

PRECISION = Param(
    "precision",
    "choice",
    "float32",
    "Half precision is faster and smaller on a GPU; weights stay float32. float16 needs CUDA.",
    choices=("float32", "bfloat16", "float16"),
)
"""Lives in ``Training.options``."""

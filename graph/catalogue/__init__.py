"""Every layer type, declared once. Each file of this folder declares one family.

To add a layer, write a :class:`graph.catalogue.spec.LayerType` in the ``LAYERS`` of the file it
belongs to (or of a new file): it is found by itself.
"""

from __future__ import annotations

import importlib
import pkgutil

from graph.catalogue.spec import LayerType

CATEGORIES = (
    "Inputs and outputs",
    "Linear",
    "Convolution",
    "Pooling",
    "Activation",
    "Normalisation",
    "Dropout",
    "Recurrent",
    "Embedding",
    "Attention",
    "Shape",
    "Combine",
    "Arithmetic",
    "Reduce",
    "Padding and resizing",
    "Losses",
)


FAMILIAR = (
    "ends", "linear", "convolution", "transposed", "pooling", "pooling_adaptive", "activation", "softmax",
    "normalisation", "dropout", "recurrent", "recurrent_cells", "embedding", "attention", "transformer",
    "shape", "slicing", "arithmetic", "concatenation", "matrix", "pointwise", "masks", "reduce", "padding",
    "resize", "losses_classes", "losses",
)  # fmt: skip
"""Files whose layers stand first in their category; those of all other files follow."""


def _load() -> dict[str, LayerType]:
    found: dict[str, LayerType] = {}
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    for name in (*FAMILIAR, *(name for name in names if name not in FAMILIAR)):
        module = importlib.import_module(f"{__name__}.{name}")
        for layer in getattr(module, "LAYERS", ()):
            assert layer.name not in found, f"{layer.name} is declared twice"
            assert layer.category in CATEGORIES, f"{layer.name}: unknown category {layer.category}"
            found[layer.name] = layer
    return found


CATALOGUE: dict[str, LayerType] = _load()
"""All layer types by name."""

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


def _load() -> dict[str, LayerType]:
    found: dict[str, LayerType] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for layer in getattr(module, "LAYERS", ()):
            assert layer.name not in found, f"{layer.name} is declared twice"
            assert layer.category in CATEGORIES, f"{layer.name}: unknown category {layer.category}"
            found[layer.name] = layer
    return found


CATALOGUE: dict[str, LayerType] = _load()
"""All layer types by name."""

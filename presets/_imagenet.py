"""What the presets for large photographs have in common."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training

NOTES = (
    "Shaped for ImageNet. It opens on a few generated pictures so that it runs at once; a GPU and your own "
    "pictures make it worth while."
)
HE: dict[str, Any] = {"initialisation": "he_normal_fan_out", "options": {"init_layers": "convolution"}}
"""Convolutions start as He et al., arXiv 1502.01852, have them (the variance of the gradients kept level)."""


def imagenet(title: str, g: GraphBuilder, size: int = 224, notes: str = "", **training: Any) -> Project:
    """A project for ``size`` × ``size`` colour pictures and 1000 classes, trained with SGD and momentum."""
    recipe: dict[str, Any] = {
        "loss": "cross_entropy",
        "optimizer": "SGD",
        "learning_rate": 1e-2,
        "momentum": 0.9,
        "epochs": 3,
        "batch_size": 8,
    }
    return project(
        title,
        g,
        data=DataChoice("pictures", {"image_size": size, "n": 64}),
        training=Training(**(recipe | training)),
        notes=f"{NOTES} {notes}".strip(),
    )

"""Live shapes of the deepest preset: from nothing, and after one edit."""

from __future__ import annotations

import torch  # noqa: F401  # its import is not what is measured

from graph.model import Project
from graph.shapes import Inference
from presets import find
from tests.benchmarks.report import Report, median_ms


def run(report: Report) -> None:
    """Cold: nothing remembered. After an edit: one parameter of the stem's convolution changed."""
    project = find("resnet152").build()
    Inference().run(project)
    report("ResNet-152, cold", median_ms(lambda: Inference().run(project)), "ms", goal="under 100 ms")
    inference = Inference()
    inference.run(project)
    report("ResNet-152, nothing changed", median_ms(lambda: inference.run(project)), "ms")
    report("ResNet-152, after one edit", _after_edit(inference, project), "ms", goal="under 5 ms")


def _after_edit(inference: Inference, project: Project) -> float:
    """Each time another bias setting of the first convolution, never asked before for half of them."""
    convolution = next(node for node in project.main.nodes.values() if node.type == "Conv2d")
    state = {"bias": False}

    def edit() -> None:
        state["bias"] = not state["bias"]
        convolution.params["bias"] = state["bias"]
        inference.run(project)

    return median_ms(edit, repeats=20)

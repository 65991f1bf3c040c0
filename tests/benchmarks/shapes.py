"""Live shapes of the deepest preset: from nothing, and after one edit."""

from __future__ import annotations

import itertools

import torch  # noqa: F401  # its import is not what is measured

from graph.model import Node, Project
from graph.shapes import Inference
from presets import find
from tests.benchmarks.report import Report, median_ms


def run(report: Report) -> None:
    """Cold: nothing remembered. Each edit sets a value never asked about before."""
    project = find("resnet152").build()
    Inference().run(project)
    report("ResNet-152, cold", median_ms(lambda: Inference().run(project)), "ms", goal="under 100 ms")
    inference = Inference()
    inference.run(project)
    report("ResNet-152, nothing changed", median_ms(lambda: inference.run(project)), "ms")
    head = _last(project, "Linear")
    report(
        "ResNet-152, after one edit of the head (out_features)",
        _after_edits(inference, project, head, "out_features", itertools.count(1001)),
        "ms",
        goal="under 5 ms",
    )
    stem = _first(project, "Conv2d")
    report(
        "ResNet-152, after one edit of the stem (out_channels)",
        _after_edits(inference, project, stem, "out_channels", itertools.count(65)),
        "ms",
        goal="under 5 ms",
    )


def _after_edits(
    inference: Inference, project: Project, node: Node, parameter: str, values: itertools.count[int]
) -> float:
    before = node.params[parameter]

    def edit() -> None:
        node.params[parameter] = next(values)
        inference.run(project)

    found = median_ms(edit, repeats=21)
    node.params[parameter] = before
    return found


def _first(project: Project, kind: str) -> Node:
    """The layer every image meets first, wherever it lies: the one of the stem, that is, not of a stage."""
    graphs = [*project.networks.values(), *project.blocks.values()]
    found = [node for graph in graphs for node in graph.nodes.values() if node.type == kind]
    return next(node for node in found if node.params.get("kernel_size") in (7, (7, 7)))


def _last(project: Project, kind: str) -> Node:
    graphs = [*project.networks.values(), *project.blocks.values()]
    return next(node for graph in graphs for node in graph.nodes.values() if node.type == kind)

"""Presets as running modules, for the tests of what they compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from graph.code import generate, load_module
from graph.code.source import Source
from graph.model import Project
from graph.shapes import Inference, ProjectShapes
from presets import find
from runtime.facts import facts_for

INFERENCE = Inference()
STEPS = 6
"""How long sequences of changing length are here."""


@dataclass(frozen=True)
class Made:
    """A preset with its shapes and the source of every network by name."""

    project: Project
    shapes: ProjectShapes
    sources: dict[str, Source]

    @property
    def parameters(self) -> dict[str, int]:
        """Parameters by network, as the shapes count them."""
        return {
            network.name: self.shapes.networks[key].parameters
            for key, network in self.project.networks.items()
        }


@cache
def made(preset_id: str) -> Made:
    project = find(preset_id).build()
    shapes = INFERENCE.run(project, facts_for(project))
    assert [problem.text for problem in shapes.problems if problem.severity != "hint"] == []
    sources = {network.name: generate(project, shapes, key) for key, network in project.networks.items()}
    return Made(project, shapes, sources)


def module(preset_id: str, network: str = "") -> Any:
    """A fresh instance of a network's generated class (of the first network when none is named)."""
    sources = made(preset_id).sources
    source = sources[network] if network else next(iter(sources.values()))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.py"
        path.write_text(source.text, encoding="utf-8")
        return load_module(path, source.class_name)()


def samples(source: Source, batch: int = 4, tokens: int = 3) -> list[torch.Tensor]:
    """Random inputs of the right shapes; whole numbers from 1 to ``tokens`` - 1."""
    found = []
    for entry in source.inputs:
        shape = (batch, *(STEPS if size == -1 else size for size in entry.shape))
        whole = entry.dtype == "int64"
        found.append(torch.randint(1, tokens, shape) if whole else torch.rand(shape))
    return found


def first(outputs: Any) -> torch.Tensor:
    found: torch.Tensor = outputs[0] if isinstance(outputs, tuple) else outputs
    return found


def learns(model: torch.nn.Module, inputs: Sequence[torch.Tensor], rate: float = 0.01) -> bool:
    """Whether a step of SGD towards random targets makes the loss smaller, and reaches every weight.

    ``rate`` is the length of the step, whatever the length of the gradient.
    """
    model.eval()  # no dropout and no batch statistics, so that both losses are of the same function
    with torch.no_grad():
        target = torch.rand_like(first(model(*inputs)))

    def loss_of() -> torch.Tensor:
        outputs = model(*inputs)
        parts = outputs if isinstance(outputs, tuple) else (outputs,)
        return ((first(outputs) - target) ** 2).mean() + sum(
            1e-3 * part.square().mean() for part in parts[1:]
        )

    before = loss_of()
    before.backward()
    if not all(weight.grad is not None for weight in model.parameters()):
        return False
    length = torch.nn.utils.get_total_norm(weight.grad for weight in model.parameters())
    with torch.no_grad():
        for weight in model.parameters():
            weight -= rate / length * weight.grad
        return bool(loss_of() < before)

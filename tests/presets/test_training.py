"""Every classifier and regression that ships learns on its own data: a few real steps, and the loss has fallen."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph.model import INPUT, Project
from presets import all_presets, find
from runtime.training.preparing import prepare

SMALL = 64
"""Side of the pictures that networks for ImageNet are shown here, where they take any size."""
FIXED = {"alexnet": 227, "mini-alexnet": 0, "googlenet": SMALL}
"""Networks whose input has one size only (0: not pictures)."""
NARROW = {"vit-b16": {"places": (SMALL // 16) ** 2 + 1, "width": 192, "hidden": 768}}
"""Parameters of blocks: a place for each patch of such a picture, and layers a quarter as wide."""
WIDE, LARGE = 4096, 30_000_000
"""Linear layers of that width have an eighth of it here; networks with so many weights make one step."""
RATE = 1e-3


def shrunk(made: Project, preset: str) -> Project:
    """The project with few samples, and small pictures and narrow layers where the network takes them."""
    training = made.training
    training.device, training.threads, training.batch_size = "cpu", 1, min(training.batch_size, 8)
    if made.data.source == "pictures":
        size = FIXED.get(preset, SMALL)
        made.data.options |= {"n": 32, **({"image_size": size} if size else {})}
        training.batch_size, training.optimizer = 2, "SGD"
        training.learning_rate, training.momentum = RATE, 0.0
        entry = next(node for node in made.main.nodes.values() if node.type == INPUT)
        if size:
            entry.params["shape"] = (3, size, size)
        for node in made.main.nodes.values():
            node.params |= {key: value for key, value in NARROW.get(preset, {}).items() if key in node.params}
            if node.type == "Linear" and node.params["out_features"] == WIDE:
                node.params["out_features"] = WIDE // 8
    return made


def supervised() -> list[str]:
    return [preset.id for preset in all_presets() if preset.build().training.recipe == "supervised"]


@pytest.mark.parametrize("preset", supervised())
def test_the_loss_falls(preset: str, tmp_path: Path) -> None:
    """The loss on a batch, with dropout as it was, before and after some steps on that batch."""
    torch.set_num_threads(1)
    session = prepare(shrunk(find(preset).build(), preset), tmp_path)
    inputs, targets = session.take(session.splits.train[: session.batch_size])

    def loss() -> torch.Tensor:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            found: torch.Tensor = session.steps.compute(inputs, targets)[1]
            return found

    weights = sum(weight.numel() for weight in session.model.parameters())
    steps = 60 if session.dataset.schema.kind == "table" else 1 if weights > LARGE else 3
    session.model.train()
    with torch.no_grad():
        first = loss().item()
    for _ in range(steps):
        session.steps.update(loss())
    with torch.no_grad():
        last = loss().item()
    assert last < first, f"{first} became {last}"

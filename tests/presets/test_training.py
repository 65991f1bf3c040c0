"""Every preset learns: some steps in the real worker process, on its own data, and its loss has fallen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from graph.model import INPUT, Project
from presets import all_presets, find
from runtime.recipes import recipe_of
from tests.runtime.listening import Listener


class Few(NamedTuple):
    """A quick lesson: options of the data, how many steps at least, how many samples in each, other settings."""

    data: Mapping[str, Any]
    steps: int
    batch: int
    training: Mapping[str, Any] = MappingProxyType({})


BY_SOURCE = {
    "digits": Few({}, 24, 16),
    "linear-toy": Few({}, 40, 100),
    "logistic-toy": Few({}, 40, 100),
    "softmax-toy": Few({}, 40, 100),
    "logic-and": Few({}, 40, 4),
    "logic-xor": Few({}, 120, 4),
    "spirals": Few({}, 60, 1000),
    "iris": Few({}, 40, 150),
    "diabetes": Few({}, 40, 442),
    "census": Few({"n": 400}, 20, 400),
    "pictures": Few({"n": 5}, 3, 4, {"optimizer": "SGD", "momentum": 0.0, "learning_rate": 5e-3}),
    "shape-masks": Few({"n": 24}, 9, 8),
    "shape-boxes": Few({"n": 24}, 9, 8),
    "shape-questions": Few({"n": 48}, 18, 8),
    "sequences": Few({"n": 120}, 12, 32),
    "char-wow": Few({}, 12, 32),
    "char-ship": Few({}, 12, 64),
    "time-series": Few({"days": 120}, 12, 32),
    "verdicts": Few({"n": 200}, 15, 32),
    "sentences": Few({}, 9, 32, {"learning_rate": 0.05}),
    "word-kinds": Few({"n": 200}, 15, 32),
    "number-words": Few({"n": 120, "digits": 3}, 12, 32),
    "dates": Few({"n": 120}, 12, 32),
    "public-text": Few({"window": 16, "stride": 160}, 12, 32),
    "sentence-pairs": Few({"n": 60}, 12, 32),
    "paired-pictures": Few({"n": 12}, 6, 4),
    "unpaired-pictures": Few({"n": 6}, 4, 1),
}
BY_PRESET = {
    "cifar-lenet": Few({}, 40, 16, {"optimizer": "Adam", "learning_rate": 2e-3}),
    "fashion-cnn": Few({}, 40, 16, {"optimizer": "Adam", "learning_rate": 2e-3}),
    "cnn48": Few({}, 12, 16),
    "digits-vit": Few({}, 40, 16),
    "squeezenet": Few({"n": 5}, 3, 4, {"optimizer": "SGD", "momentum": 0.0, "learning_rate": 0.1}),
    "gan": Few({}, 20, 64),
    "autoencoder": Few({}, 30, 64),
    "vae": Few({}, 20, 64),
    "dcgan-14": Few({}, 24, 8),
    "dcgan-28": Few({}, 24, 8),
    "rbm": Few({}, 30, 20),
    "dbn": Few({}, 63, 20),
}
"""What needs another lesson than the presets that share its data."""
FALLS = {
    "adversarial": "discriminator_loss",
    "image_to_image": "difference",
    "cycle": "cycle_loss",
    "contrastive_divergence": "reconstruction_error",
}
"""The figure that falls, where it is not the loss: two networks that work against each other have none."""

SIDE = 64
"""Side of the pictures that networks for ImageNet are shown here, where they take any size."""
FIXED = {"alexnet": 227, "mini-alexnet": 13}
"""Networks whose input has one size only."""
NARROW = {"vit-b16": {"places": (SIDE // 16) ** 2 + 1, "width": 192, "hidden": 768}}
"""Parameters of blocks: a place for each patch of such a picture, and layers a quarter as wide."""
WIDE = 4096
"""Linear layers of that width have an eighth of it here."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Listener]:
    with Listener() as found:
        yield found


def lesson(preset: str, made: Project) -> Few:
    """The project made quick: few samples, for ImageNet small pictures, narrow layers and no dropout."""
    few = BY_PRESET.get(preset) or BY_SOURCE[made.data.source]
    made.data.options |= few.data
    wanted = {"device": "cpu", "threads": 1, "epochs": 1000, "schedule": "constant", "batch_size": few.batch}
    wanted |= {"validation_fraction": 0.0, "test_fraction": 0.01, **few.training}
    for name, value in wanted.items():
        setattr(made.training, name, value)
    if made.data.source == "pictures":
        size = made.data.options["image_size"] = FIXED.get(preset, SIDE)
        entry = next(node for node in made.main.nodes.values() if node.type == INPUT)
        entry.params["shape"] = (3, size, size)
        for node in made.main.nodes.values():
            node.params |= {key: value for key, value in NARROW.get(preset, {}).items() if key in node.params}
            if node.type == "Linear" and node.params["out_features"] == WIDE:
                node.params["out_features"] = WIDE // 8
            if node.type == "Dropout":
                node.params["p"] = 0.0
    return few


@pytest.mark.parametrize("preset", [preset.id for preset in all_presets()])
def test_the_loss_falls(preset: str, worker: Listener, tmp_path: Path) -> None:
    """The mean of the last third of the steps is below that of the first third."""
    made = find(preset).build()
    assert "still to come" not in made.notes
    few = lesson(preset, made)
    worker.messages.clear()
    worker.train(made, tmp_path)
    worker.wait("steps", where=lambda message: message["step"][-1] >= few.steps)
    worker.client.send({"do": "stop"})
    worker.wait("stopped")
    figure = FALLS.get(recipe_of(made.training).id)
    told = worker.all("steps")
    losses = [x for message in told for x in (message["figures"][figure] if figure else message["loss"])]
    shutil.rmtree(tmp_path)  # the weights of sixty large networks would fill a disk
    third = max(1, len(losses) // 3)
    assert sum(losses[-third:]) < sum(losses[:third]), losses

"""Everything a run needs, put together: the very module that will be exported, its data, its optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from graph.model import Project
from runtime.data import Dataset, Schema, Splits
from runtime.losses import Answer
from runtime.practices import Practices
from runtime.recipes import Recipe, recipe_of
from runtime.runs import Run
from runtime.training.advice import Advisor
from runtime.training.augmenting import Augmenting
from runtime.training.average import Average
from runtime.training.errors import RunError
from runtime.training.figures import FigureMeter
from runtime.training.freezing import Freezing
from runtime.training.meter import Meter, Pace
from runtime.training.steps import Steps

if TYPE_CHECKING:
    from graph.code import Source
    from graph.shapes import ProjectShapes

EVALUATION_ELEMENTS = 2**19
"""An evaluation batch holds about this many input numbers, so that pictures do not fill the memory."""
EVALUATION_SCORES = 2**24
"""Nor does it get more scores of words than these."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of the networks that train. ``role`` is its part in the recipe, ``file`` the text it was loaded from."""

    role: str
    network: str
    module: nn.Module
    source: Source
    file: Path
    freezing: Freezing | None = None
    """Which of its layers stay as they are; ``None`` when all learn alike."""


@dataclass(slots=True, eq=False)
class Session:
    """A run that is ready to go. ``epoch`` counts finished epochs, ``batch`` those of the one in progress."""

    project: Project
    run: Run
    network: str
    shapes: ProjectShapes
    source: Source
    model: nn.Module
    device: torch.device
    device_name: str
    dataset: Dataset
    splits: Splits
    inputs: torch.Tensor
    targets: torch.Tensor
    forward: Callable[[torch.Tensor], torch.Tensor]
    loss_of: Callable[[Any, Any], torch.Tensor]
    answer: Answer | None
    optimizer: torch.optim.Optimizer
    schedule: Any
    steps: Steps
    practices: Practices
    threads: int
    shuffle: torch.Generator
    shuffle_state: torch.Tensor
    skips_single: bool
    meter: Meter | FigureMeter
    exact: bool
    """Look at every loss before it moves the weights. Free on the CPU; a GPU would have to wait."""
    epoch: int = 0
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    """Training time so far, earlier parts of a resumed run included, pauses not."""
    idle: float = 0.0
    """Time its driver kept it waiting, which counts for nothing."""
    pace: Pace = field(default_factory=Pace)
    best_epoch: int = 0
    best_loss: float = math.inf
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    stopping: bool = False
    saved_at: float = -math.inf
    save_cost: float = 0.0
    columns: dict[str, torch.Tensor] = field(default_factory=dict)
    """``input``, ``target`` and the fields of the data, on the device when they have room there."""
    augmenting: Augmenting | None = None
    """What training does with each batch anew; ``None`` where it takes the samples as they are."""
    optimizers: dict[str, torch.optim.Optimizer] = field(default_factory=dict)
    """By group; ``optimizer`` is the first of them."""
    schedules: dict[str, Any] = field(default_factory=dict)
    loop: Any = None
    """The loop of a recipe of its own (:mod:`runtime.loops`); ``None`` for the plain supervised one."""
    parts: tuple[Part, ...] = ()
    """The networks that train, each with its role."""
    average: Average | None = None
    """The average of the weights, where one is kept: scores and the best weights are its."""
    early: bool = False
    """Ended because nothing had become better for long enough."""
    advisor: Advisor = field(default_factory=Advisor)
    memory: dict[str, Any] = field(default_factory=dict)
    """What the shows of a run keep: fixed noise, chosen samples."""
    shown_at: float = -math.inf
    show_cost: float = 0.0

    def averaged(self) -> AbstractContextManager[None]:
        """Let the model work with the averaged weights, if there are any."""
        return self.average.in_place() if self.average is not None else nullcontext()

    @property
    def recipe(self) -> Recipe:
        return recipe_of(self.project.training)

    @property
    def epochs(self) -> int:
        return self.project.training.epochs

    @property
    def batch_size(self) -> int:
        return self.project.training.batch_size

    @property
    def evaluation_size(self) -> int:
        """How many samples are evaluated at once."""
        return evaluation_size(self.batch_size, self.inputs[0].numel(), self.dataset.schema)

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(len(self.splits.train), self.batch_size, self.skips_single)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def learning_rate(self) -> float:
        group = self.optimizer.param_groups[0]
        return float(group["lr"]) / float(group.get("factor", 1.0))

    def set_learning_rate(self, value: float) -> None:
        """Change the rate from the next step on. The schedule goes on multiplying from there."""
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = value * group.get("factor", 1.0)

    def to_training(self) -> None:
        """Training mode, in which frozen layers stay as they are."""
        self.model.train()
        for part in self.parts:
            if part.freezing is not None:
                part.freezing.hold(self.epoch + 1)

    def rows(self, split: str) -> torch.Tensor:
        """Row numbers of "train", "validation" or "test"."""
        found: torch.Tensor = getattr(self.splits, split)
        return found

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets of some rows, on the device of the model."""
        rows = rows.to(self.inputs.device)
        return self.inputs[rows].to(self.device), self.targets[rows].to(self.device)

    def batch_of(self, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """Some rows of every column, on the device of the model."""
        rows = rows.to(self.inputs.device)
        return {name: values[rows].to(self.device) for name, values in self.columns.items()}

    def training_batch(self, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """Some rows of every column as they are trained on: augmented, where the preparation does."""
        if self.augmenting is not None:
            return self.augmenting.batch(rows, self.device)
        return self.batch_of(rows)

    def part_of(self, network: str) -> Part:
        """The network with this id; :class:`RunError` when it is not one of those that train."""
        for part in self.parts:
            if part.network == network:
                return part
        raise RunError("The watched node is not part of the network that is training.")

    def given_to(self, network: str, rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What a network is given for some rows of the data."""
        if self.loop is None:
            return (self.take(rows)[0],)
        found: tuple[torch.Tensor, ...] = self.loop.inputs(self.batch_of(rows))[self.part_of(network).role]
        return found


def evaluation_size(batch_size: int, elements: int, schema: Schema) -> int:
    """Samples (of so many input numbers) per evaluation batch: at least the training batch, at most 512."""
    scores = word_scores(schema)
    return max(
        batch_size, min(512, EVALUATION_ELEMENTS // max(1, elements), EVALUATION_SCORES // max(1, scores))
    )


def word_scores(schema: Schema) -> int:
    """How many scores a network gives for a sample of text, one for every word at every place; 0 where it does not."""
    if schema.task == "sentence-pairs":
        return abs(math.prod(schema.input_shape)) * len(schema.vocabulary)
    if schema.task not in ("next-token", "translation"):
        return 0
    words = schema.class_count or len(schema.target_vocabulary or schema.vocabulary)
    return abs(math.prod(schema.target_shape)) * words


def steps_per_epoch(count: int, batch_size: int, skips_single: bool) -> int:
    """How many batches an epoch has. A last batch of one sample is left out where batch norm could not
    measure it (it comes to another sample in the next epoch)."""
    left_out = skips_single and count % batch_size == 1 and count > batch_size > 1
    return -(-count // batch_size) - left_out


def parameter_count(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())

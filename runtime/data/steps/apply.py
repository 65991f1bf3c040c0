"""Doing the steps: once while loading where every epoch sees the same, batch by batch where it does not.

Everything in front of the first training-only step is done once with all samples. From there on the ways part:
:attr:`Preparation.training` is done with each batch that is trained on, :attr:`Preparation.elsewhere` (the same
without what is random) once with all samples, so that whoever evaluates or shows a sample finds it prepared.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from graph.catalogue.spec import literal
from graph.model import Step
from runtime.data.steps import lazy
from runtime.data.steps.plan import Planned, plan
from runtime.data.stored import Stored

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset, Scaler
    from runtime.data.schema import Schema

Batch = dict[str, torch.Tensor]
Change = Callable[[Batch], Batch]
CHUNK = 1024
"""Samples prepared at once while loading."""
ALONG = ("pictures", "masks", "boxes", "names")
"""Arguments that name what else of a batch changes with the inputs."""


@dataclass(frozen=True, slots=True)
class Made:
    """A class of :mod:`runtime.data.steps.code` with its arguments."""

    file: str
    name: str
    arguments: Mapping[str, Any]
    measured: bool = False

    def build(self) -> Change:
        """An object of the class."""
        change: Change = self._class()(**self.arguments)
        return change

    def _class(self) -> Any:
        return getattr(importlib.import_module(f"runtime.data.steps.code.{self.file}"), self.name)

    @property
    def text(self) -> str:
        """How it is made, in Python; arguments left at their default are left out."""
        known = inspect.signature(self._class()).parameters
        given = [
            f"{name}={literal(value)}"
            for name, value in self.arguments.items()
            if known[name].default is inspect.Parameter.empty or known[name].default != value
        ]
        return f"{self.name}({', '.join(given)})"


@dataclass(frozen=True, slots=True, eq=False)
class Preparation:
    """How the samples of a dataset were prepared, and what is left to do in training.

    ``before`` holds the samples (all of them, by name) as ``training`` begins with; the dataset itself holds them
    as they are after ``once`` and ``elsewhere``, and ``raw`` as they were before all steps, with their ``schema``.
    """

    once: tuple[Made, ...]
    training: tuple[Made, ...]
    elsewhere: tuple[Made, ...]
    before: Mapping[str, torch.Tensor]
    raw: Mapping[str, torch.Tensor]
    schema: Schema
    source_scaler: Scaler | None = None
    """How the source itself had scaled the samples before all steps."""

    def augmentation(self) -> Change | None:
        """What changes a batch that is trained on; ``None`` when there is nothing to do. Random numbers come from
        torch's own generator of the batch's device, so a seed reproduces them and a checkpoint keeps them."""
        if not self.training:
            return None
        changes = [made.build() for made in self.training]

        def augment(batch: Batch) -> Batch:
            for change in changes:
                batch = change(batch)
            return batch

        return augment

    def applied(self, inputs: torch.Tensor) -> torch.Tensor:
        """New inputs (N, …), not scaled at all yet, as evaluation wants them; targets do not matter."""
        batch = {"input": self.source_scaler.apply(inputs) if self.source_scaler is not None else inputs}
        for made in (*self.once, *self.elsewhere):
            batch = _inputs_only(made).build()(batch)
        return batch["input"]

    @property
    def scaler(self) -> Scaler | None:
        """How numbers before the steps became those behind them, where they were moved and scaled only."""
        return _composed(None, [*self.once, *self.elsewhere], self.schema.kind == "image")


def _inputs_only(made: Made) -> Made:
    """The same for a batch of nothing but inputs."""
    return replace(
        made, arguments={name: value for name, value in made.arguments.items() if name not in _along(made)}
    )


def _along(made: Made) -> set[str]:
    """Its arguments that name what else changes. Of Normalise, "pictures" is a flag."""
    return set(ALONG).intersection(made.arguments) if made.name != "Normalise" else set()


def prepare(dataset: Dataset, train: torch.Tensor, steps: Sequence[Step]) -> Dataset:
    """The dataset with its steps done, measured on the rows ``train`` where something is measured.

    Raises :class:`runtime.data.schema.DataError` for a step that cannot be done with these samples.
    """
    planned = plan(dataset.schema, steps)
    if not planned:
        return dataset
    columns = raw = dataset.columns()
    before: Batch | None = None
    once: list[Made] = []
    training: list[Made] = []
    elsewhere: list[Made] = []
    for item in planned:
        if before is None and item.training_only:
            before = columns
        quiet = None if item.training_only and not item.type.elsewhere else _made(item, columns, train)
        if before is None:
            assert quiet is not None
            once.append(quiet)
        else:
            training.append(_random(item) if item.training_only or quiet is None else quiet)
            if quiet is not None:
                elsewhere.append(quiet)
        if quiet is not None:
            columns = _over(columns, quiet)
    fields = {name: values for name, values in columns.items() if name not in ("input", "target")}
    return replace(
        dataset,
        inputs=columns["input"],
        targets=columns["target"],
        fields=fields,
        schema=planned[-1].after,
        input_scaler=_composed(dataset.input_scaler, [*once, *elsewhere], dataset.schema.kind == "image"),
        preparation=Preparation(
            tuple(once),
            tuple(training),
            tuple(elsewhere),
            columns if before is None else before,
            raw,
            dataset.schema,
            dataset.input_scaler,
        ),
    )


def unprepared(dataset: Dataset) -> Dataset:
    """The same dataset as it was before its steps."""
    done = dataset.preparation
    if done is None:
        return dataset
    fields = {name: values for name, values in done.raw.items() if name not in ("input", "target")}
    return replace(
        dataset,
        inputs=done.raw["input"],
        targets=done.raw["target"],
        fields=fields,
        schema=done.schema,
        preparation=None,
    )


def _random(item: Planned) -> Made:
    """What is done in training."""
    return Made(*item.type.code, item.type.arguments(item.before, item.values))


def _made(item: Planned, columns: Batch, train: torch.Tensor) -> Made:
    """What is done with everything else, with numbers measured on the training rows where the step measures."""
    kind = item.type
    if kind.measured is not None:
        inputs, rows = columns["input"], train.to(columns["input"].device)
        if isinstance(inputs, Stored):  # all of them as floats may be more than the memory holds
            scaling = "min-max" if kind.id == "min_max" else "standardise"
            return Made(*kind.code, lazy.measured(inputs, rows, scaling), True)
        return Made(*kind.code, kind.measured(inputs[rows], item.before, item.values), True)
    if item.training_only and kind.elsewhere is not None:
        return Made(*kind.elsewhere, kind.elsewhere_arguments(item.before, item.values))
    return _random(item)


def _over(columns: Batch, made: Made) -> Batch:
    """All samples after one step, some at a time. Inputs that stay in a file are changed when they are read."""
    change = made.build()
    inputs = columns["input"]
    done: Batch = {}
    if isinstance(inputs, Stored):
        done["input"] = lazy.then(inputs, _inputs_only(made).build())
        if not _along(made):
            return {**columns, **done}
    changed: dict[str, list[torch.Tensor]] = {}
    for start in range(0, len(inputs), CHUNK):
        part = {name: values[start : start + CHUNK] for name, values in columns.items()}
        for name, values in change(part).items():
            if values is not part[name] and name not in done:
                changed.setdefault(name, []).append(values)
    return {**columns, **done, **{name: torch.cat(parts) for name, parts in changed.items()}}


def _composed(scaler: Scaler | None, done: Sequence[Made], pictures: bool) -> Scaler | None:
    """How the source's own numbers became inputs, where no more than moving and scaling was done (size and place
    of pictures apart); else ``None``."""
    from runtime.data.dataset import Scaler

    for made in done:
        given = made.arguments
        if made.name == "Normalise":
            shape = (-1, 1, 1) if pictures else (-1,)
            shift, scale = (torch.tensor(given[name]).view(shape) for name in ("shift", "scale"))
        elif made.name == "Scale":
            scale = torch.tensor([(given["high"] - given["low"]) / (given["to_high"] - given["to_low"])])
            shift = given["low"] - given["to_low"] * scale
        elif (pictures and made.file in ("resize", "framing", "pad")) or made.name == "GreyToColour":
            continue
        else:
            return None
        if scaler is None:
            scaler = Scaler(shift, scale)
        else:
            scaler = replace(scaler, shift=scaler.shift + scaler.scale * shift, scale=scaler.scale * scale)
    return scaler

"""Samples in memory: batches, preview, statistics, and scaling measured on the training split."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from runtime.data.schema import DataError, Schema
from runtime.data.tokens import readable

if TYPE_CHECKING:
    import torch

    from runtime.data.entry import Entry
    from runtime.data.steps.apply import Preparation

Scaling = Literal["none", "standardise", "min-max"]
Learnt = Mapping[str, Sequence[str]]
"""Vocabularies and categories by name, as JSON keeps them."""
Learning = Callable[["Dataset", "torch.Tensor", Learnt | None], "Dataset"]
"""(dataset, training rows, what an earlier run had learnt) -> the dataset as they teach it."""
TOGETHER = 2**24
"""Values looked at together in large sets."""
SEVERAL = ("multi-label", "segmentation", "detection")
"""Tasks whose samples can have several classes at once."""
PICTURES = ("image-to-image", "unpaired-images")
"""Tasks whose targets are pictures."""


@dataclass(frozen=True, slots=True)
class Scaler:
    """``(x - shift) / scale``, with one pair per feature or channel, shaped to broadcast over a batch.

    ``fill`` takes the place of missing values (NaN) first.
    """

    shift: torch.Tensor
    scale: torch.Tensor
    fill: torch.Tensor | None = None

    def apply(self, values: torch.Tensor) -> torch.Tensor:
        if self.fill is not None:
            values = values.where(~values.isnan(), self.fill.to(values.device))
        return (values - self.shift.to(values.device)) / self.scale.to(values.device)

    def invert(self, values: torch.Tensor) -> torch.Tensor:
        return values * self.scale.to(values.device) + self.shift.to(values.device)


def measure(values: torch.Tensor, scaling: Scaling, axis: int, holes: bool = False) -> Scaler | None:
    """The scaler of ``values`` (N first) with one pair of numbers per index of ``axis``.

    "standardise" takes mean and standard deviation, "min-max" maps to 0…1. A feature that never changes
    keeps scale 1, so that it becomes 0 instead of dividing by zero. With ``holes``, missing values (NaN) are
    left out of the statistics and filled with the mean, or with 0 where a feature is missing everywhere.
    """
    import torch

    others = [number for number in range(values.dim()) if number != axis % values.dim()]
    fill = values.nanmean(dim=others, keepdim=True).nan_to_num(0.0) if holes else None
    if scaling == "none":
        return None if fill is None else Scaler(torch.zeros_like(fill[0]), torch.ones_like(fill[0]), fill[0])
    if scaling == "standardise" and fill is not None:
        shift = fill
        scale = (values - shift).square().nanmean(dim=others, keepdim=True).nan_to_num(0.0).sqrt()
    elif scaling == "standardise":
        shift = values.mean(dim=others, keepdim=True)
        scale = values.std(dim=others, keepdim=True, correction=0)
    else:
        if fill is not None:
            values = values.where(~values.isnan(), fill)
        shift = values.amin(dim=others, keepdim=True)
        scale = values.amax(dim=others, keepdim=True) - shift
    flat = scale <= 1e-12
    scale = torch.where(flat, torch.ones_like(scale), scale)
    return Scaler(shift[0], scale[0], None if fill is None else fill[0])


def _rows(values: torch.Tensor) -> Iterator[slice]:
    """A few rows after the other, :data:`TOGETHER` values at a time."""
    step = max(1, TOGETHER * len(values) // max(1, values.numel()))
    return (slice(start, start + step) for start in range(0, len(values), step))


def _holes(values: torch.Tensor) -> bool:
    """Whether anything is missing, without a copy of everything."""
    return values.is_floating_point() and any(bool(values[rows].isnan().any()) for rows in _rows(values))


def _scaled(values: torch.Tensor, scaler: Scaler) -> torch.Tensor:
    """All values after a scaler, with room for them but for no more copies."""
    import torch

    made = torch.empty_like(values)
    for rows in _rows(values):
        made[rows] = scaler.apply(values[rows])
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """All samples of a source: ``inputs`` (N, …) and ``targets`` (N, …), as the schema says.

    ``test`` and ``validation`` are row numbers of splits that came with the data. ``ordered`` data (a time
    series) is split by position, never shuffled between splits; ``reach`` rows are then left out between two
    splits, because so many behind a row still share targets with it (windows that overlap). ``scaling`` and
    ``target_scaling`` are done by :meth:`prepared`, which leaves the measured scalers behind for predictions
    on new samples.
    ``skipped`` lists what could not be read, one sentence each.
    """

    inputs: torch.Tensor
    targets: torch.Tensor
    schema: Schema
    test: torch.Tensor | None = None
    validation: torch.Tensor | None = None
    ordered: bool = False
    reach: int = 0
    scaling: Scaling = "none"
    target_scaling: Scaling = "none"
    input_scaler: Scaler | None = None
    target_scaler: Scaler | None = None
    skipped: tuple[str, ...] = ()
    fields: Mapping[str, torch.Tensor] = field(default_factory=dict)
    """Further tensors (N, …) by name, as ``schema.fields`` says."""
    preparation: Preparation | None = None
    """The steps that were done with these samples, and what is left to do in training."""
    learning: Learning | None = None
    """How words or categories are learnt from the training rows, until :meth:`learned` has done it."""
    learnt: Learnt = field(default_factory=dict)
    """What was learnt, by name; a run keeps it, and goes on with it when it is resumed."""
    entry: Entry | None = None
    """How a person types a row, where the source knows more than that its features are numbers."""

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise DataError(f"There are {len(self.inputs)} samples but {len(self.targets)} targets.")
        for name, values in self.fields.items():
            if len(values) != len(self):
                raise DataError(f"There are {len(self)} samples but {len(values)} entries in “{name}”.")

    def columns(self) -> dict[str, torch.Tensor]:
        """All tensors by name: ``input``, ``target`` and the fields. A batch is some rows of each."""
        return {"input": self.inputs, "target": self.targets, **self.fields}

    def __len__(self) -> int:
        return len(self.inputs)

    def learned(self, train: torch.Tensor, kept: Learnt | None = None) -> Dataset:
        """The same samples with a vocabulary, or categories, that the training rows alone have taught; with ``kept``
        with those of an earlier run. Shapes and the order of the rows stay as they are."""
        if self.learning is None:
            return self
        return replace(self.learning(self, train.cpu(), kept or None), learning=None)

    def prepared(self, train: torch.Tensor, kept: Learnt | None = None) -> Dataset:
        """The same data as learnt from the training rows (:meth:`learned`) and scaled as it asks for, with
        statistics of these rows only."""
        if self.learning is not None:
            return self.learned(train, kept).prepared(train)
        if self.input_scaler is not None or self.target_scaler is not None:
            return self
        from runtime.data.stored import Stored

        targets = measure(self.targets[train], self.target_scaling, -1)
        goals = targets.apply(self.targets) if targets else self.targets
        if isinstance(self.inputs, Stored):
            scaler = self.inputs.measure(train, self.scaling)
            stored = self.inputs.scaled(scaler) if scaler else self.inputs
            return replace(self, inputs=stored, targets=goals, input_scaler=scaler, target_scaler=targets)
        axis = 1 if self.schema.kind == "image" else -1
        holes = _holes(self.inputs)
        # Where there is nothing to measure, samples that lie in a file are not copied for it.
        nothing = self.scaling == "none" and not holes
        inputs = None if nothing else measure(self.inputs[train], self.scaling, axis, holes)
        return replace(
            self,
            inputs=_scaled(self.inputs, inputs) if inputs else self.inputs,
            targets=goals,
            input_scaler=inputs,
            target_scaler=targets,
        )

    def as_prepared(self, inputs: torch.Tensor) -> torch.Tensor:
        """New inputs (N, …), not scaled at all yet, as evaluation wants them: scaled as these were, and taken through
        the steps of their preparation."""
        if self.preparation is not None:
            return self.preparation.applied(inputs)
        return inputs if self.input_scaler is None else self.input_scaler.apply(inputs)

    def targets_for(self, loss: str) -> torch.Tensor:
        """The targets in the form this loss wants; see :func:`runtime.data.targets.adapt`."""
        from runtime.data.targets import adapt

        return adapt(self.targets, self.schema, loss)

    @property
    def bytes(self) -> int:
        """Memory the samples take."""
        return sum(values.nbytes for values in self.columns().values())

    def class_indices(self) -> torch.Tensor | None:
        """Class number per sample (N,), or ``None`` when a sample has no single class."""
        if self.schema.task == "binary":
            return self.targets.reshape(-1).long()
        if self.schema.task in ("classification", "sentence-pairs") and self.targets.dim() == 1:
            return self.targets
        return None

    def class_counts(self, indices: torch.Tensor | None = None) -> dict[str, int] | None:
        """How many samples each class has (among some rows); ``None`` for a regression or text.

        Where a sample may have several: how many answers are yes, how many boxes, or in how many masks.
        """
        import torch

        numbers = self.class_indices()
        names = self.schema.classes
        if names is not None and self.schema.task in SEVERAL:
            targets = self.targets if indices is None else self.targets[indices.to(self.targets.device)]
            return dict(zip(names, _several(targets, self.schema).sum(dim=0).tolist(), strict=True))
        if numbers is None or names is None:
            return None
        if indices is not None:
            numbers = numbers[indices.to(numbers.device)]
        counts = torch.bincount(numbers, minlength=len(names)).tolist()
        return dict(zip(names, counts, strict=True))

    def label(self, row: int) -> str:
        """The target of one sample as a person reads it."""
        numbers = self.class_indices()
        classes = self.schema.classes
        if numbers is not None and classes is not None:
            return classes[int(numbers[row])]
        target = self.targets[row]
        if classes is not None and self.schema.task in SEVERAL:
            counts = _several(target.unsqueeze(0), self.schema)[0].tolist()
            found = [(name, count) for name, count in zip(classes, counts, strict=True) if count]
            return ", ".join(name if count == 1 else f"{count} × {name}" for name, count in found) or "none"
        if self.schema.task in PICTURES or (self.schema.task == "regression" and target.dim() > 1):
            return ""  # a picture is not read as numbers
        if self.schema.task == "sequence-labels" and classes is not None:
            return " ".join(classes[number] for number in target.tolist() if number >= 0)
        if self.schema.task in ("next-token", "translation"):
            return readable(
                target.tolist(), self.schema.target_vocabulary or classes or self.schema.vocabulary
            )
        if self.target_scaler is not None:
            target = self.target_scaler.invert(target)
        return ", ".join(f"{value:.4g}" for value in target.reshape(-1).tolist()[:8])

    def statistics(self) -> list[dict[str, Any]]:
        """Per feature or channel: ``name``, ``min``, ``max``, ``mean``, ``std``, ``missing`` (NaN count)."""
        import torch

        from runtime.data.stored import Stored

        if not self.inputs.is_floating_point() or self.inputs.dim() < 2:
            return []
        axis = 1 if self.schema.kind == "image" else self.inputs.dim() - 1
        if isinstance(self.inputs, Stored):
            found = self.inputs.channels().T.tolist()
            return [
                {"name": name, "min": low, "max": high, "mean": mean, "std": deviation, "missing": 0}
                for name, (low, high, mean, deviation) in zip(self.schema.features, found, strict=True)
            ]
        columns = self.inputs.movedim(axis, 0).reshape(self.inputs.shape[axis], -1)
        names = self.schema.features or tuple(str(number) for number in range(len(columns)))
        rows: list[dict[str, Any]] = []
        for name, column in zip(names, columns, strict=True):
            known = column[~torch.isnan(column)]
            empty = len(known) == 0
            rows.append(
                {
                    "name": name,
                    "min": None if empty else float(known.min()),
                    "max": None if empty else float(known.max()),
                    "mean": None if empty else float(known.mean()),
                    "std": None if empty else float(known.std(correction=0)),
                    "missing": len(column) - len(known),
                }
            )
        return rows


def _several(targets: torch.Tensor, schema: Schema) -> torch.Tensor:
    """How often each class is in each sample, (N, classes) int64: answers that are yes, boxes, or 1 for a class
    that some pixel of the mask has."""
    import torch

    if schema.task == "multi-label":
        return (targets > 0.5).long()
    numbers = torch.arange(schema.class_count, device=targets.device)
    if schema.task == "detection":
        return (targets[..., 0, None] == numbers).sum(dim=1)
    flat = targets.flatten(1)
    return torch.stack([(flat == number).any(dim=1) for number in numbers], dim=1).long()

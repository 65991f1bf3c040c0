"""Real samples before and after the steps, worked out in a thread of the window's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.model import Project
from gui.data.background import Background, Cancel, Progress
from runtime.data import Cancelled, Schema, get_source

if TYPE_CHECKING:
    import numpy as np

    from runtime.data import Dataset

LARGE = 20_000
PART = 5000
MEASURED = 2000
NUMBERS = 2**22
"""Statistics are measured on so many samples of the training split here, or on as many as hold so many numbers (all of
most tables); a run measures all of them."""
DRAWS = 4
SHOWN = {"image": 12, "series": 300, "table": 2000, "tokens": 24}


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """``before`` (K, …) are samples as the source gives them, ``after`` as evaluation sees them, ``draws`` each as
    training sees them once (empty where nothing is random). Targets go with them (masks, boxes). ``undone`` are
    after and draws in the units of before, to be shown as pictures, where that is possible."""

    schema: Schema
    prepared: Schema
    before: np.ndarray
    after: np.ndarray
    draws: tuple[np.ndarray, ...]
    targets: np.ndarray
    after_targets: np.ndarray
    draw_targets: tuple[np.ndarray, ...]
    undone: tuple[np.ndarray, ...] | None
    soft: bool
    """Targets of classes became probabilities."""


class LookLoader(Background):
    """Loads the source once, then prepares some samples whenever the steps change; ``done`` brings a
    :class:`Looked`."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._kept: tuple[object, Dataset, Any] | None = None

    def load(self, project: Project, shuffle: int) -> None:
        """Begin. ``shuffle`` says which samples, and what is drawn for them."""
        copied = project.copy()
        self.start(lambda cancelled, progress: self._look(copied, shuffle, cancelled, progress))

    def has(self, project: Project) -> bool:
        """Whether the project's source is loaded already."""
        return self._kept is not None and self._kept[0] == source_key(project)

    def _look(self, project: Project, shuffle: int, cancelled: Cancel, progress: Progress) -> Looked:
        key = source_key(project)
        kept = self._kept
        if kept is None or kept[0] != key:
            self._kept = None
            kept = (key, *_loaded(project, cancelled, progress))
            self._kept = kept
        if cancelled():
            raise Cancelled
        return prepared_look(kept[1], kept[2], project, shuffle)


def source_key(project: Project) -> object:
    """What the samples before all steps depend on."""
    data, training = project.data, project.training
    split = (training.validation_fraction, training.test_fraction, training.seed)
    return (data.source, tuple(sorted(data.options.items(), key=str)), split)


def _loaded(project: Project, cancelled: Cancel, progress: Progress) -> tuple[Dataset, Any]:
    """The source's samples, scaled as its options say, and the rows of the training split."""
    from runtime.data import split

    source = get_source(project.data.source)
    options = dict(project.data.options)
    schema = source.schema(options)
    if (schema.size or 0) > LARGE and "train_samples" in {option.name for option in source.options}:
        options["train_samples"] = min(options.get("train_samples") or PART, PART)
        options["test_samples"] = 100
    dataset = source.load(options, cancelled, progress)
    training = project.training
    train = split(dataset, training.validation_fraction, training.test_fraction, training.seed).train
    return dataset.prepared(train), train


def prepared_look(dataset: Dataset, train: Any, project: Project, shuffle: int) -> Looked:
    """Some training samples through the project's steps. torch's random numbers stay as they were."""
    import torch

    from runtime.data.steps.apply import prepare

    generator = torch.Generator().manual_seed(shuffle)
    order = train[torch.randperm(len(train), generator=generator)]
    count = min(SHOWN[dataset.schema.kind], len(order))
    most = max(MEASURED, NUMBERS // max(1, dataset.inputs[:1].numel()))
    measured = train if len(train) <= most else train[torch.linspace(0, len(train) - 1, most).long()]
    rows = torch.cat((order[:count].sort().values, measured))
    shown = torch.arange(count)
    part = _rows_of(dataset, rows)
    done = prepare(part, torch.arange(count, len(rows)), project.data.steps)
    before, target = part.inputs[:count], part.targets[:count]
    draws: list[torch.Tensor] = []
    targets: list[torch.Tensor] = []
    preparation = done.preparation
    augment = preparation.augmentation() if preparation is not None else None
    if preparation is not None and augment is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(shuffle)
            for _ in range(DRAWS):
                batch = augment({name: values[shown] for name, values in preparation.before.items()})
                draws.append(batch["input"])
                targets.append(batch["target"])
    undone = None
    scaler = preparation.scaler if preparation is not None else None
    if preparation is None:
        undone = (before.numpy(),)
    elif scaler is not None or not any(
        made.file == "values" for made in (*preparation.once, *preparation.training, *preparation.elsewhere)
    ):
        undone = tuple(
            (scaler.invert(each) if scaler is not None else each).numpy()
            for each in (done.inputs[:count], *draws)
        )
    return Looked(
        schema=part.schema,
        prepared=done.schema,
        before=before.numpy(),
        after=done.inputs[:count].numpy(),
        draws=tuple(each.numpy() for each in draws),
        targets=target.numpy(),
        after_targets=done.targets[:count].numpy(),
        draw_targets=tuple(each.numpy() for each in targets),
        undone=undone,
        soft=any(each.shape != target.shape for each in targets)
        and part.schema.task in ("classification", "binary"),
    )


def _rows_of(dataset: Dataset, rows: Any) -> Dataset:
    """Some rows as a dataset of their own."""
    from dataclasses import replace

    return replace(
        dataset,
        inputs=dataset.inputs[rows],
        targets=dataset.targets[rows],
        fields={name: values[rows] for name, values in dataset.fields.items()},
        test=None,
        validation=None,
    )

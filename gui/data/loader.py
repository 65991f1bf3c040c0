"""Loads a few samples to look at, in a thread of the window's process, with progress and cancel."""

from __future__ import annotations

from dataclasses import dataclass

from graph.model import Project
from gui.data.background import Background, Cancel, Progress, tr
from gui.data.measure import Counts, Measured, counted, lengths_of, measured, rule_of, vocabulary_of
from gui.data.samples import Samples
from runtime.data import Cancelled, Schema, get_source

LARGE = 20_000
"""Sources with more samples are looked at in part, where they can be read in part."""
PART, TEST_PART = 5000, 1000
SCALES = ("standardise", "min_max", "normalise", "scale")
"""Steps that bring numbers to another range."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What the data page shows. ``samples`` are before any scaling; ``counts`` holds for each class how many of
    ``counted`` (samples, boxes, …) there are to train, to validate and to test."""

    schema: Schema
    total: int
    samples: Samples
    counts: Counts | None
    counted: str
    splits: str
    sizes: tuple[int, int, int]
    rule: str
    own_test: bool
    own_validation: bool
    between: int
    """Samples between the splits that belong to none, because they overlap."""
    statistics: list[Measured]
    vocabulary: list[tuple[str, int]]
    lengths: tuple[int, int, int] | None
    skipped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    checked: bool = False
    part: bool = False


class Loader(Background):
    """Loads what a project has chosen; ``done`` brings a :class:`Loaded`."""

    def load(self, project: Project) -> None:
        """Begin; ``done`` or ``failed`` follows unless it is cancelled."""
        copied = project.copy()
        self.start(lambda cancelled, progress: look(copied, cancelled, progress))


def look(project: Project, cancelled: Cancel, progress: Progress) -> Loaded:
    """Load the project's data and measure what is shown of it; large sets only in part."""
    from runtime.data import own, split
    from runtime.data.own.ranges import range_warnings
    from runtime.data.own.warnings import warnings

    source = get_source(project.data.source)
    options = dict(project.data.options)
    if own.is_own(source.id):
        own.scan(
            source.id, options, cancelled, progress
        )  # the long part of a large file; its schema asks for no more
    schema = source.schema(options)
    names = {option.name for option in source.options}
    part = (schema.size or 0) > LARGE and "train_samples" in names
    if part:
        options["train_samples"] = min(options.get("train_samples") or PART, PART)
        options["test_samples"] = min(options.get("test_samples") or TEST_PART, TEST_PART)
    dataset = source.load(options, cancelled, progress)
    training = project.training
    splits = split(dataset, training.validation_fraction, training.test_fraction, training.seed)
    checked = own.is_own(source.id)
    # Texts are compared as they stand, before words that only held-out ones have become the unknown word.
    told: list[str] = []
    if checked:
        progress(1.0, tr("Looking for what may spoil the training"))
        told = warnings(dataset, splits)
        if not any(step.kind in SCALES and not step.off for step in project.data.steps):
            told += range_warnings(dataset)
    if cancelled():
        raise Cancelled
    dataset = dataset.learned(splits.train)
    counts, what = counted(dataset, splits)
    if cancelled():
        raise Cancelled
    return Loaded(
        schema=dataset.schema,
        total=schema.size if part and schema.size else len(dataset),
        samples=Samples(dataset, splits),
        counts=counts,
        counted=what,
        splits=splits.summary,
        sizes=(len(splits.train), len(splits.validation), len(splits.test)),
        rule="shared" if splits.shared else rule_of(dataset, dataset.schema),
        own_test=dataset.test is not None,
        own_validation=dataset.validation is not None,
        between=splits.between,
        statistics=measured(dataset),
        vocabulary=vocabulary_of(dataset),
        lengths=lengths_of(dataset),
        skipped=dataset.skipped,
        warnings=tuple(told),
        checked=checked,
        part=part,
    )

"""Loads a few samples to look at, in a thread of the window's process, with progress and cancel."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from graph.model import Project
from gui.data.measure import Counts, Measured, counted, lengths_of, measured, rule_of, vocabulary_of
from gui.data.samples import Samples
from runtime.data import Cancelled, DataError, Schema, get_source

LARGE = 20_000
"""Sources with more samples are looked at in part, where they can be read in part."""
PART, TEST_PART = 5000, 1000


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
    statistics: list[Measured]
    vocabulary: list[tuple[str, int]]
    lengths: tuple[int, int, int] | None
    skipped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    checked: bool = False
    part: bool = False


class Loader(QObject):
    """One loading at a time; a new one gives the old one up. Results arrive in the window's thread."""

    progress = Signal(float, str)
    done = Signal(object)
    failed = Signal(str)
    _said = Signal(object, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: threading.Event | None = None
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return self._stop is not None

    def load(self, project: Project) -> None:
        """Begin; ``done`` or ``failed`` follows unless it is cancelled."""
        self.cancel()
        stop = threading.Event()
        self._stop = stop
        threading.Thread(
            target=self._work, args=(project.copy(), stop), name="data-preview", daemon=True
        ).start()

    def cancel(self) -> None:
        """Give up what is being loaded."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _work(self, project: Project, stop: threading.Event) -> None:
        def say(what: str, value: object) -> None:
            if not stop.is_set():
                self._said.emit(stop, what, value)

        try:
            found = look(project, stop.is_set, lambda fraction, text: say("progress", (fraction, text)))
        except Cancelled:
            return
        except DataError as error:
            say("failed", str(error))
        except (OSError, MemoryError) as error:
            say("failed", self.tr("The data could not be read: {0}").format(error))
        else:
            say("done", found)

    def _hear(self, stop: object, what: str, value: Any) -> None:
        if stop is not self._stop:
            return
        if what == "progress":
            self.progress.emit(*value)
            return
        self._stop = None
        (self.done if what == "done" else self.failed).emit(value)


def look(project: Project, cancelled: Any, progress: Any) -> Loaded:
    """Load the project's data and measure what is shown of it; large sets only in part."""
    from runtime.data import split

    source = get_source(project.data.source)
    options = dict(project.data.options)
    schema = source.schema(options)
    names = {option.name for option in source.options}
    part = (schema.size or 0) > LARGE and "train_samples" in names
    if part:
        options["train_samples"] = min(options.get("train_samples") or PART, PART)
        options["test_samples"] = min(options.get("test_samples") or TEST_PART, TEST_PART)
    dataset = source.load(options, cancelled, progress)
    training = project.training
    splits = split(dataset, training.validation_fraction, training.test_fraction, training.seed)
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
        statistics=measured(dataset),
        vocabulary=vocabulary_of(dataset),
        lengths=lengths_of(dataset),
        skipped=dataset.skipped,
        part=part,
    )

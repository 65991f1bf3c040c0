"""Loads a few samples to look at, in a thread of the window's process, with progress and cancel."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from graph.model import Project
from runtime.data import Cancelled, DataError, Schema, get_source

if TYPE_CHECKING:
    import numpy as np

LARGE = 20_000
"""Sources with more samples are looked at in part."""
PART, TEST_PART = 5000, 1000
ROWS = 240
"""Samples shown at most."""
POINTS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What the data page shows. ``inputs`` (K, …) are the samples of the preview before any scaling;
    ``counts`` holds for each class how many there are to train, to validate and to test."""

    schema: Schema
    total: int
    inputs: np.ndarray
    labels: tuple[str, ...]
    classes: tuple[int, ...] | None
    counts: dict[str, tuple[int, int, int]] | None
    splits: str
    statistics: list[dict[str, Any]]
    skipped: tuple[str, ...] = ()
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
    """Load the project's data and take from it what is shown; large sets only in part."""
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
    parts = [dataset.class_counts(rows) for rows in (splits.train, splits.validation, splits.test)]
    counts = None
    if parts[0] is not None:
        counts = {name: tuple((one or {}).get(name, 0) for one in parts) for name in parts[0]}
    wanted = POINTS if schema.input_shape == (2,) else ROWS
    groups = max(1, schema.class_count) if counts else 4
    preview = dataset.preview(max(4 if groups > 10 else 6, wanted // groups))
    numbers = dataset.class_indices()
    order = list(range(len(preview.indices)))
    classes = None if numbers is None else [int(numbers[row]) for row in preview.indices]
    if classes is not None:
        order = _mixed(classes)
        classes = [classes[place] for place in order]
    return Loaded(
        schema=dataset.schema,
        total=schema.size if part and schema.size else len(dataset),
        inputs=preview.inputs.cpu().numpy()[order],
        labels=tuple(preview.labels[place] for place in order),
        classes=None if classes is None else tuple(classes),
        counts=counts,  # type: ignore[arg-type]
        splits=splits.summary,
        statistics=dataset.statistics(),
        skipped=dataset.skipped,
        part=part,
    )


def _mixed(classes: list[int]) -> list[int]:
    """Places in an order that goes through the classes again and again."""
    seen: dict[int, int] = {}
    rounds = []
    for number in classes:
        seen[number] = seen.get(number, 0) + 1
        rounds.append((seen[number], number))
    return sorted(range(len(classes)), key=lambda place: rounds[place])

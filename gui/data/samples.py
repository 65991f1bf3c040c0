"""The samples that were loaded, to be paged through: some rows at a time, as numpy, with a label for each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gui.data.labels import label_of
from runtime.data.schema import Schema

if TYPE_CHECKING:
    import numpy as np

    from runtime.data import Dataset, Splits

KEPT_BYTES = 192 * 2**20
"""Larger sets are kept in part for looking at them; the training loads all of them itself."""
TRAIN, VALIDATION, TEST, NONE = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Some samples to show. ``inputs``, ``targets`` and ``fields`` hold one row for each, unscaled;
    ``rows`` are their numbers in the whole set and ``parts`` the split each belongs to."""

    schema: Schema
    inputs: np.ndarray
    targets: np.ndarray
    labels: tuple[str, ...]
    rows: tuple[int, ...]
    parts: tuple[int, ...]
    classes: tuple[int, ...] | None = None
    fields: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


class Samples:
    """Rows of a dataset in the order they are shown: through the classes again and again, where there are
    classes and the order says nothing, else as they stand."""

    def __init__(self, dataset: Dataset, splits: Splits) -> None:
        import numpy as np
        import torch

        self.schema = dataset.schema
        self.total = len(dataset)
        each = max(1, dataset.bytes // max(1, len(dataset)))
        kept = max(1, KEPT_BYTES // each)
        rows = np.arange(len(dataset))
        # pictures that stay in a file take no memory until they are looked at
        if kept < len(dataset) and type(dataset.inputs) is torch.Tensor:
            rows = np.linspace(0, len(dataset) - 1, kept).round().astype(int)
            dataset = _part(dataset, rows)
        self.rows = rows
        self.complete = len(rows) == self.total
        self._columns = dataset.columns()
        belongs = np.full(self.total, TRAIN if splits.shared else NONE, np.int8)
        if not splits.shared:
            belongs[splits.train.cpu().numpy()] = TRAIN
            belongs[splits.validation.cpu().numpy()] = VALIDATION
            belongs[splits.test.cpu().numpy()] = TEST
        self.parts = belongs[rows]
        self.shared = splits.shared
        numbers = dataset.class_indices()
        self.classes = None if numbers is None else numbers.cpu().numpy()
        self.order = (
            self._mixed() if self.classes is not None and not dataset.ordered else np.arange(len(rows))
        )

    def __len__(self) -> int:
        return len(self.rows)

    def _mixed(self) -> np.ndarray:
        """Positions that go through the classes in rounds, within each class in a random but fixed order."""
        import numpy as np

        assert self.classes is not None
        shuffled = np.random.default_rng(0).permutation(len(self.classes))
        classes = self.classes[shuffled]
        order = np.argsort(classes, kind="stable")
        counts = np.bincount(classes[order]) if len(order) else np.zeros(0, int)
        rank = np.empty(len(order), int)
        rank[order] = np.concatenate([np.arange(count) for count in counts]) if len(order) else []
        return shuffled[np.lexsort((classes, rank))]

    def chosen(self, part: int | None = None, of_class: int | None = None) -> np.ndarray:
        """Positions of the samples of a split and a class (``None``: of all), in the order shown."""
        import numpy as np

        keep = np.ones(len(self.order), bool)
        if part is not None and not self.shared:
            keep &= self.parts[self.order] == part
        if of_class is not None and self.classes is not None:
            keep &= self.classes[self.order] == of_class
        return self.order[keep]

    def page(self, positions: np.ndarray) -> Page:
        """The samples at these positions."""
        import torch

        chosen = torch.from_numpy(positions)
        columns = {name: values[chosen].cpu().numpy() for name, values in self._columns.items()}
        inputs, targets = columns.pop("input"), columns.pop("target")
        return Page(
            self.schema,
            inputs,
            targets,
            tuple(label_of(self.schema, target) for target in targets),
            tuple(self.rows[positions].tolist()),
            tuple(self.parts[positions].tolist()),
            None if self.classes is None else tuple(self.classes[positions].tolist()),
            columns,
        )


def _part(dataset: Dataset, rows: np.ndarray) -> Dataset:
    import torch

    chosen = torch.from_numpy(rows)
    return replace(
        dataset,
        inputs=dataset.inputs[chosen],
        targets=dataset.targets[chosen],
        fields={name: values[chosen] for name, values in dataset.fields.items()},
        test=None,
        validation=None,
    )

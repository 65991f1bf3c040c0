"""What training draws anew for each batch: the steps of the preparation that are not the same for every epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from runtime.data import DataError, Dataset
from runtime.data.steps.apply import Change
from runtime.data.steps.plan import mixing_problem
from runtime.data.targets import adapt, form_of


@dataclass(frozen=True, slots=True, eq=False)
class Augmenting:
    """``columns`` are the samples as they are before ``change``; ``classes`` tells that targets of classes become
    probabilities."""

    columns: dict[str, torch.Tensor]
    change: Change
    classes: bool

    def batch(self, rows: torch.Tensor, device: torch.device) -> dict[str, torch.Tensor]:
        """Some rows of every column on a device, changed."""
        rows = rows.to(self.columns["target"].device)
        return self.change(
            {name: values[rows].to(device, non_blocking=True) for name, values in self.columns.items()}
        )

    def counted(self, targets: torch.Tensor) -> torch.Tensor:
        """Targets as right answers are counted against them: of mixed classes the one with the larger share."""
        return targets.argmax(dim=-1) if self.classes else targets


def bytes_before(dataset: Dataset) -> int:
    """Memory that the samples as training begins with them take beside those that are evaluated."""
    if dataset.preparation is None or not dataset.preparation.training:
        return 0
    columns = dataset.columns()
    return sum(
        values.nbytes for name, values in dataset.preparation.before.items() if values is not columns[name]
    )


def augmenting(
    dataset: Dataset, columns: dict[str, torch.Tensor], loss: str | None, move: Callable[..., torch.Tensor]
) -> Augmenting | None:
    """What training does with each batch; ``None`` where it takes the samples as they are.

    ``columns`` are the samples as evaluation sees them, where they live; ``loss`` is the supervised one, whose form
    targets then have. ``move`` brings further samples to where they live.
    """
    preparation = dataset.preparation
    change = preparation.augmentation() if preparation is not None else None
    if preparation is None or change is None:
        return None
    drawn = {
        name: columns[name] if values is dataset.columns()[name] else move(values)
        for name, values in preparation.before.items()
    }
    if loss is None:
        return Augmenting(drawn, change, False)
    problem = mixing_problem([made.name for made in preparation.training], loss)
    if problem is not None:
        raise DataError(problem)
    if preparation.before["target"] is not dataset.targets:
        drawn["target"] = move(adapt(preparation.before["target"], preparation.schema, loss))
    mixes = any(made.file == "mixing" for made in preparation.training)
    return Augmenting(drawn, change, mixes and form_of(loss) == "index")

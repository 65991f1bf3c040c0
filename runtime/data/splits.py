"""Dividing a dataset into training, validation and test rows: seeded, stratified, honest about tiny sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.data.dataset import Dataset
from runtime.data.schema import DataError

if TYPE_CHECKING:
    import torch

SMALLEST = 5
"""Below this many samples nothing is held out."""


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Row numbers of each split. With ``shared`` all three hold every row: the scores are then those of the
    rows that were trained on, which is all there is for a truth table."""

    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor
    shared: bool = False
    between: int = 0
    """Rows of no split: they overlap with the next one."""

    @property
    def summary(self) -> str:
        """One line for the data page."""
        if self.shared:
            count = len(self.train)
            rows = "The only row is" if count == 1 else f"All {count:,} rows are"
            return f"{rows} used to train, validate and test: nothing is held out."
        left = f", {self.between:,} left out between them" if self.between else ""
        return f"{len(self.train):,} to train, {len(self.validation):,} to validate, {len(self.test):,} to test{left}"


def split(dataset: Dataset, val_fraction: float = 0.15, test_fraction: float = 0.15, seed: int = 0) -> Splits:
    """Divide the rows; the same seed gives the same rows.

    Classes keep their share in every split. Splits the data came with are kept, and the fractions then apply
    to what is left. Ordered data is cut by position: first train, then validation, then test, with the rows between
    them left out that would tell one what the next is asked (``Dataset.reach``). A split whose fraction is 0 is empty;
    any other holds at least one row. Raises :class:`DataError` when nothing is left to train on.
    """
    import torch

    for name, fraction in (("validation", val_fraction), ("test", test_fraction)):
        if not 0 <= fraction < 1:
            raise DataError(f"The {name} share must be between 0 and 1, not {fraction:g}.")
    if val_fraction + test_fraction >= 1:
        raise DataError(
            f"Validation ({val_fraction:g}) and test ({test_fraction:g}) leave nothing to train on. "
            "Choose smaller shares."
        )
    count = len(dataset)
    if count == 0:
        raise DataError("There are no samples.")
    everything = torch.arange(count)
    if not dataset.schema.hold_out or count < SMALLEST:
        return Splits(everything, everything, everything, shared=True)

    taken = torch.zeros(count, dtype=torch.bool)
    for fixed in (dataset.test, dataset.validation):
        if fixed is not None:
            taken[fixed] = True
    pool = everything[~taken]
    if len(pool) == 0:
        raise DataError("No samples are left to train on: all of them belong to the validation or test set.")
    wanted_test = 0 if dataset.test is not None else _share(len(pool), test_fraction)
    wanted_val = 0 if dataset.validation is not None else _share(len(pool), val_fraction)
    if wanted_test + wanted_val >= len(pool):
        raise DataError(f"{len(pool)} samples are too few to hold out {wanted_test + wanted_val} of them.")

    between = 0
    if dataset.ordered:
        parts = _by_position(pool, wanted_val, wanted_test, dataset.reach)
        between = len(pool) - sum(map(len, parts))
    else:
        numbers = dataset.class_indices()
        parts = _stratified(
            pool,
            torch.zeros(len(pool), dtype=torch.long) if numbers is None else numbers.cpu()[pool],
            wanted_val,
            wanted_test,
            torch.Generator().manual_seed(seed),
        )
    train, validation, test = parts
    return Splits(
        train,
        validation if dataset.validation is None else dataset.validation.sort().values,
        test if dataset.test is None else dataset.test.sort().values,
        between=between,
    )


def _by_position(
    pool: torch.Tensor, wanted_val: int, wanted_test: int, reach: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(train, validation, test) one behind the other, ``reach`` rows apart. Where that would cost half of the training
    rows (a few windows that all overlap), they stay together: too little is left to hold anything out honestly."""
    borders = (wanted_val > 0) + (wanted_test > 0)
    begin = len(pool) - wanted_test - wanted_val
    if begin - borders * reach < max(1, begin / 2):
        reach = 0
    cut = len(pool) - wanted_test
    end = cut - reach * (wanted_test > 0)  # of the validation rows
    return pool[: begin - borders * reach], pool[end - wanted_val : end], pool[cut:]


def _share(count: int, fraction: float) -> int:
    return max(1, round(count * fraction)) if fraction > 0 else 0


def _stratified(
    pool: torch.Tensor, classes: torch.Tensor, wanted_val: int, wanted_test: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(train, validation, test) rows of the pool, sorted, with every class in proportion."""
    import torch

    groups = [pool[classes == number] for number in classes.unique().tolist()]
    groups = [group[torch.randperm(len(group), generator=generator)] for group in groups]
    # A class's only sample is worth more in training, so each group keeps one row back.
    test_counts = _apportion([len(group) - 1 for group in groups], wanted_test)
    left = [len(group) - 1 - taken for group, taken in zip(groups, test_counts, strict=True)]
    val_counts = _apportion(left, wanted_val)
    train, validation, test = [], [], []
    for group, for_test, for_val in zip(groups, test_counts, val_counts, strict=True):
        test.append(group[:for_test])
        validation.append(group[for_test : for_test + for_val])
        train.append(group[for_test + for_val :])
    return (
        torch.cat(train).sort().values,
        torch.cat(validation).sort().values,
        torch.cat(test).sort().values,
    )


def fold_of(dataset: Dataset, splits: Splits, number: int, count: int, seed: int) -> Splits:
    """The split whose validation rows are the ``number``-th (from 0) of ``count`` equal parts; test rows stay as they
    are. Classes keep their share in every part; ordered data is cut by position."""
    import torch

    if splits.shared:
        raise DataError(
            "This data has too few samples to hold a part of it back, so there is nothing to cross-validate."
        )
    pool = torch.cat([splits.train, splits.validation]).sort().values
    if len(pool) < count:
        raise DataError(f"{len(pool)} samples are too few for {count} folds. Choose fewer.")
    if dataset.ordered:
        parts = list(pool.tensor_split(count))
    else:
        numbers = dataset.class_indices()
        classes = torch.zeros(len(pool), dtype=torch.long) if numbers is None else numbers.cpu()[pool]
        parts = stratified_parts(pool, classes, count, torch.Generator().manual_seed(seed))
    rest = torch.cat([part for index, part in enumerate(parts) if index != number]).sort().values
    held = parts[number].sort().values
    if dataset.ordered and dataset.reach:
        apart = rest[(rest < held[0] - dataset.reach) | (rest > held[-1] + dataset.reach)]
        rest = apart if len(apart) >= len(rest) / 2 else rest
    between = splits.between + len(pool) - len(held) - len(rest)
    return Splits(rest, held, splits.test, between=between)


def stratified_parts(
    pool: torch.Tensor, classes: torch.Tensor, count: int, generator: torch.Generator
) -> list[torch.Tensor]:
    """The pool in ``count`` parts of nearly equal size, every class in proportion: each class is shuffled and dealt
    out in turn, going on where the last one ended."""
    import torch

    groups = [pool[classes == number] for number in classes.unique().tolist()]
    dealt = torch.cat([group[torch.randperm(len(group), generator=generator)] for group in groups])
    return [dealt[start::count] for start in range(count)]


def _apportion(sizes: list[int], wanted: int) -> list[int]:
    """How many to take from each group so that they sum to ``wanted`` in proportion to the sizes
    (largest remainder method); fewer when the groups hold fewer."""
    total = sum(sizes)
    wanted = min(wanted, total)
    if wanted == 0:
        return [0] * len(sizes)
    exact = [size * wanted / total for size in sizes]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda number: counts[number] - exact[number])
    for number in by_remainder:
        if sum(counts) == wanted:
            break
        if counts[number] < sizes[number]:
            counts[number] += 1
    return counts

"""What ruins training or makes its scores worth little, said in sentences. Looks at samples, never changes them."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import torch

from runtime.data.stored import Stored

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset
    from runtime.data.splits import Splits

CHUNK = 2**22
"""Values looked at together."""
GLANCE = 64
"""Values of a sample that are looked at first."""
MOST_ROWS = 200_000
"""So many samples are compared with each other; of larger sets so many from everywhere."""
DOMINANT = 0.8
RARE = 5
NAMED = 3
NUMBERED = 20
"""Rows from which on numbers with few gaps, each once, are no chance."""
MANY_MISSING = 0.5


def warnings(dataset: Dataset, splits: Splits) -> list[str]:
    """Sentences on duplicates between the splits, a dominant class, classes that are too small, a target among the
    inputs, constant columns, missing values and files that were left out; the gravest first.

    Give the dataset as it was loaded, before missing values are filled.
    """
    return [
        *_leaks(dataset, splits),
        *_giveaways(dataset, splits),
        *_classes(dataset, splits),
        *_columns(dataset),
        *_left_out(dataset),
    ]


def _leaks(dataset: Dataset, splits: Splits) -> list[str]:
    """Samples of the training split that stand in another one, too."""
    if splits.shared or dataset.ordered:
        return []  # nothing is held out; windows of a series overlap and differ all the same
    held = (("validation", splits.validation), ("test", splits.test))
    train_prints, *prints = _prints(dataset, [splits.train, *(rows for _, rows in held)])
    trained = set(train_prints)
    found = []
    for (name, _), hashes in zip(held, prints, strict=True):
        twice = sum(each in trained for each in hashes)
        if twice:
            share = twice / len(hashes)
            found.append(
                f"{twice:,} of the {len(hashes):,} {name} samples ({share:.0%}) are in the training split, too. "
                f"The {name} score will look better than it is: remove duplicates, or keep them in one split."
            )
    inside = len(splits.train) - len(trained) if len(splits.train) <= MOST_ROWS else 0
    if inside > 0.1 * len(splits.train) and not found:
        found.append(f"{inside:,} of the {len(splits.train):,} training samples are duplicates of others.")
    return found


def _prints(dataset: Dataset, parts: list[torch.Tensor]) -> list[list[bytes]]:
    """A short fingerprint of the inputs of every sample. A few of its values tell most samples from all others; only
    those that are alike there are looked at as a whole."""
    values = dataset.inputs.pixels if isinstance(dataset.inputs, Stored) else dataset.inputs
    flat = values.flatten(1) if values.dim() > 1 else values.unsqueeze(1)
    chosen = [rows[:: max(1, -(-len(rows) // MOST_ROWS))] for rows in parts]
    quick = [_hashes(flat[:, :: max(1, flat.shape[1] // GLANCE)], rows) for rows in chosen]
    often = Counter(each for hashes in quick for each in hashes)
    for rows, hashes in zip(chosen, quick, strict=True):
        alike = [place for place, each in enumerate(hashes) if often[each] > 1]
        if alike and flat.shape[1] > GLANCE:
            for place, each in zip(alike, _hashes(flat, rows[torch.tensor(alike)]), strict=True):
                hashes[place] = each
    return quick


def _hashes(flat: torch.Tensor, rows: torch.Tensor) -> list[bytes]:
    found: list[bytes] = []
    for part in rows.split(max(1, CHUNK // flat.shape[1])):
        block = flat[part.to(flat.device)].cpu().contiguous().numpy()
        found += [hashlib.blake2b(row.tobytes(), digest_size=12).digest() for row in block]
    return found


def _giveaways(dataset: Dataset, splits: Splits) -> list[str]:
    """Columns that are the target, or stand for it one to one."""
    if dataset.schema.kind != "table" or dataset.inputs.dim() != 2 or dataset.targets.shape[1:].numel() != 1:
        return []
    rows = splits.train[:MOST_ROWS]
    inputs = dataset.inputs[rows].double()
    answers = dataset.targets[rows].reshape(-1).double()
    names = dataset.schema.features or tuple(f"column {number}" for number in range(1, inputs.shape[1] + 1))
    found = []
    for name, column in zip(names, inputs.T, strict=True):
        known = ~column.isnan()
        if int(known.sum()) < 10 or not _one_to_one(column[known], answers[known]):
            continue
        found.append(
            f"“{name}” tells the target one to one. If it is not known before the answer, leave it out: "
            "otherwise the network learns nothing else."
        )
    return found


def _one_to_one(column: torch.Tensor, answers: torch.Tensor) -> bool:
    values, places = column.unique(return_inverse=True)
    wanted, goals = answers.unique(return_inverse=True)
    if len(wanted) < 2 or len(values) != len(wanted):
        return False
    both = torch.stack((places, goals), dim=1).unique(dim=0)
    # With as many values as rows anything is one to one: then only a straight line gives the target away.
    if len(values) > 0.5 * len(column):
        spread = torch.stack((column, answers))
        return bool(torch.corrcoef(spread)[0, 1].abs() > 0.999999)
    return len(both) == len(values)


def _classes(dataset: Dataset, splits: Splits) -> list[str]:
    counts = dataset.class_counts()
    single = dataset.class_indices() is not None
    if not counts or not sum(counts.values()):
        return []
    total = sum(counts.values())
    found = []
    name, most = max(counts.items(), key=lambda item: item[1])
    if len(counts) > 1 and most > DOMINANT * total:
        what = "samples are" if single else "answers, boxes or masks are"
        found.append(
            f"{most / total:.0%} of all {what} “{name}”: a network that always says so is right as often. Look at "
            "recall per class, weight the classes, or gather more of the others."
        )
    rare = [each for each, count in counts.items() if 0 < count < RARE]
    none = [each for each, count in counts.items() if count == 0]
    if rare and not splits.shared:
        found.append(f"{_few(rare)} {'has' if len(rare) == 1 else 'have'} fewer than {RARE} samples each.")
    if none:
        found.append(f"{_few(none)} {'has' if len(none) == 1 else 'have'} no sample at all.")
    trained = dataset.class_counts(splits.train) if single else None
    absent = [each for each, count in (trained or {}).items() if count == 0 and counts[each]]
    if absent:
        found.append(f"{_few(absent)} {'is' if len(absent) == 1 else 'are'} not in the training split.")
    return found


def _columns(dataset: Dataset) -> list[str]:
    if dataset.schema.kind not in ("table", "series") or not dataset.inputs.is_floating_point():
        return []
    constant, missing = [], []
    total = dataset.inputs[..., 0].numel()
    for about in dataset.statistics():
        if about["min"] is None or about["min"] == about["max"]:
            constant.append(about["name"])
        elif about["missing"] > 0:
            missing.append((about["missing"] / total, about["name"]))
    found = []
    if constant:
        verb = (
            "is the same in every row and teaches"
            if len(constant) == 1
            else "are the same in every row and teach"
        )
        found.append(f"{_few(constant)} {verb} nothing.")
    names = _row_names(dataset)
    if names:
        verb = "is" if len(names) == 1 else "are"
        found.append(
            f"{_few(names)} {verb} different in every row, as a name or a row's number is: nothing learnt from that "
            f"holds for other rows. Leave {'it' if len(names) == 1 else 'them'} out."
        )
    grave = [name for share, name in missing if share > MANY_MISSING]
    if grave:
        found.append(
            f"More than half of {_few(grave)} is missing. Consider leaving {'it' if len(grave) == 1 else 'them'} out."
        )
    lighter = [(share, name) for share, name in missing if share <= MANY_MISSING]
    if lighter:
        told = ", ".join(f"“{name}” ({share:.1%})" for share, name in sorted(lighter, reverse=True)[:NAMED])
        more = f" and {len(lighter) - NAMED} more columns" if len(lighter) > NAMED else ""
        found.append(f"Values are missing in {told}{more}; the mean of the training rows takes their place.")
    return found


def _row_names(dataset: Dataset) -> list[str]:
    """Columns of a table that number its rows: whole numbers with few gaps, each once (names are numbered, too)."""
    inputs = dataset.inputs
    count = len(inputs)
    if dataset.schema.kind != "table" or inputs.dim() != 2 or count < NUMBERED:
        return []
    found = []
    for place, about in enumerate(dataset.statistics()):
        if about["min"] is None or about["missing"] or about["max"] - about["min"] >= 1.5 * count:
            continue
        column = inputs[:, place]
        if bool((column == column.round()).all()) and len(column.unique()) == count:
            found.append(about["name"])
    return found


def _left_out(dataset: Dataset) -> list[str]:
    gone = [
        note for note in dataset.skipped if " is left out: " in note and not note.startswith("The column")
    ]
    if not gone:
        return []
    # Only where every sample is a file is it known how many files there are.
    of = f" of {len(gone) + len(dataset):,}" if dataset.schema.kind == "image" else ""
    files = "file" if len(gone) == 1 and not of else "files"
    return [f"{len(gone):,}{of} {files} could not be used. {gone[0]}"]


def _few(names: list[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"

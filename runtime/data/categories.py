"""Categories of a table that the training rows have taught; the others count as none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset, Learnt


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column of categories stands among the inputs: from ``first`` on, as a code (the one behind the last
    category is for missing cells) or, with ``one_hot``, as a 1 among zeros."""

    name: str
    categories: tuple[str, ...]
    first: int
    one_hot: bool

    def codes(self, inputs: torch.Tensor) -> torch.Tensor:
        """The number of each row's category (N,), and how many there are where the cell is missing."""
        import torch

        count = len(self.categories)
        if not self.one_hot:
            return inputs[:, self.first].long()
        ones = inputs[:, self.first : self.first + count]
        return torch.where(ones.any(dim=1), ones.argmax(dim=1), count)


def learn(places: Sequence[Place], dataset: Dataset, train: torch.Tensor, kept: Learnt | None) -> Dataset:
    """The dataset with the categories of its training rows alone, or those ``kept``.

    Codes count the known categories, and what is not known gets the code of a missing cell. One-hot columns stay
    where they are, for the shape of a network does not depend on the split: those of unknown categories are 0.
    """
    import torch

    inputs = dataset.inputs
    notes, learnt = [], {}
    for place in places:
        count = len(place.categories)
        known = torch.bincount(place.codes(inputs)[train], minlength=count + 1)[:count] > 0
        if kept and place.name in kept:
            known = torch.tensor([name in kept[place.name] for name in place.categories])
        learnt[place.name] = tuple(
            name for name, there in zip(place.categories, known.tolist(), strict=True) if there
        )
        if bool(known.all()):
            continue
        if inputs is dataset.inputs:
            inputs = inputs.clone()
        strange = _forget(place, inputs, known)
        notes.append(_note(place, known.tolist(), strange))
    found = replace(dataset, inputs=inputs, skipped=(*dataset.skipped, *notes), learnt=learnt)
    if dataset.entry is None:
        return found
    questions = tuple(
        replace(one, choices=learnt.get(one.name, one.choices)) for one in dataset.entry.questions
    )
    encode, decode = dataset.entry.encode, dataset.entry.decode
    return replace(
        found,
        entry=replace(
            dataset.entry,
            questions=questions,
            encode=lambda values: as_learnt(places, encode(values), learnt),
            decode=None if decode is None else lambda rows: decode(as_given(places, rows, learnt)),
        ),
    )


def as_learnt(places: Sequence[Place], inputs: torch.Tensor, learnt: Learnt) -> torch.Tensor:
    """Rows as the table gives them with the categories that were learnt, like those of the dataset."""
    import torch

    inputs = inputs.clone()
    for place in places:
        if place.name in learnt:
            known = set(learnt[place.name])
            _forget(place, inputs, torch.tensor([name in known for name in place.categories]))
    return inputs


def as_given(places: Sequence[Place], inputs: torch.Tensor, learnt: Learnt) -> torch.Tensor:
    """The way back: rows with the categories that were learnt as the table numbers them."""
    import torch

    inputs = inputs.clone()
    for place in places:
        if place.name in learnt and not place.one_hot:
            known = [
                number for number, name in enumerate(place.categories) if name in set(learnt[place.name])
            ]
            table = torch.tensor([*known, len(place.categories)])
            codes = inputs[:, place.first].round().long().clamp(0, len(known))
            inputs[:, place.first] = table[codes].to(inputs.dtype)
    return inputs


def _forget(place: Place, inputs: torch.Tensor, known: torch.Tensor) -> int:
    """Number the known categories alone, in place; how many rows have another one."""
    import torch

    codes = place.codes(inputs)
    strange = ~torch.cat((known, torch.tensor([True])))[codes]
    if place.one_hot:
        inputs[strange, place.first : place.first + len(known)] = 0
    else:
        amount = int(known.sum())
        table = torch.where(known, known.long().cumsum(0) - 1, amount)
        inputs[:, place.first] = torch.cat((table, torch.tensor([amount])))[codes].to(inputs.dtype)
    return int(strange.sum())


def _note(place: Place, known: list[bool], rows: int) -> str:
    strange = [name for name, there in zip(place.categories, known, strict=True) if not there]
    names = ", ".join(f"“{name}”" for name in strange[:5]) + (", …" if len(strange) > 5 else "")
    what = "no category" if place.one_hot else "a missing one"
    held = "1 held-out row" if rows == 1 else f"{rows:,} held-out rows"
    return f"In “{place.name}”, no training row has {names}. In {held} that counts as {what}."

"""Single-shot detection: every cell of a grid says at once whether a thing has its middle there, where and what."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn


class Detection:
    """Teaches a network to give (B, rows, columns, 5 + classes) for pictures whose target are boxes (B, M, 5).

    After Redmon et al., arXiv 1506.02640, section 2. The numbers of a cell are: objectness, x and y of the middle
    within the cell, width and height as shares of the picture (all through a sigmoid), and a score per class. Rows
    of the target are class, centre x, centre y, width, height in shares of the picture; class −1 fills up. The cell
    that a middle lies in answers for the thing; of several in one cell, the last of the rows counts.
    """

    def __init__(
        self,
        networks: dict[str, nn.Module],
        optimizers: dict[str, torch.optim.Optimizer],
        loss: nn.Module | None,
        update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
        *,
        classes: tuple[str, ...],
        box_weight: float = 5.0,
        objectness_weight: float = 1.0,
        empty_weight: float = 0.5,
        class_weight: float = 1.0,
        overlap: float = 0.5,
    ) -> None:
        self.network, self.optimizer, self.update = networks["network"], optimizers["network"], update
        self.classes, self.overlap = classes, overlap
        self.box_weight, self.class_weight = box_weight, class_weight
        self.objectness_weight, self.empty_weight = objectness_weight, empty_weight
        self.found: list[torch.Tensor] = []
        self.wanted: list[torch.Tensor] = []

    def inputs(self, batch: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
        """What the network is given."""
        return {"network": (batch["input"],)}

    def step(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        loss, figures = self.compared(self.cells(batch["input"]), batch["target"])
        self.update(loss, self.optimizer)
        return figures

    def evaluate(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The same without moving anything. Keeps what was found, to be scored in the summary."""
        cells = self.cells(batch["input"])
        self.found += self.boxes(cells)
        self.wanted += corners(batch["target"].cpu())
        return self.compared(cells, batch["target"])[1]

    def summary(self) -> dict[str, float]:
        """Average precision of every class where half of the area must overlap, and their mean, since the last
        summary."""
        each = average_precision(self.found, self.wanted, len(self.classes))
        self.found, self.wanted = [], []
        known = [value for value in each if value is not None]
        figures = {"map50": sum(known) / len(known) if known else 0.0}
        named = zip(self.classes, each, strict=True)
        return figures | {f"AP {name}": value for name, value in named if value is not None}

    def cells(self, pictures: torch.Tensor) -> torch.Tensor:
        """What the cells say, as the network gives it (B, rows, columns, 5 + classes)."""
        found = self.network(pictures)
        cells = (found[0] if isinstance(found, tuple) else found).float()
        if cells.dim() != 4 or cells.shape[3] < 5 + len(self.classes):
            given = ", ".join(["B", *map(str, cells.shape[1:])])
            raise ValueError(
                f"The network gives ({given}), but a detector needs (B, rows, columns, {5 + len(self.classes)}): "
                f"objectness, x, y, width, height and {len(self.classes)} classes."
            )
        return cells

    def compared(
        self, cells: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The weighted sum of the losses, each summed over a picture's cells and meant over the pictures."""
        count, rows, columns = cells.shape[:3]
        picture, number = (targets[..., 0] >= 0).nonzero(as_tuple=True)
        things = targets[picture, number]
        column = (things[:, 1] * columns).long().clamp(0, columns - 1)
        row = (things[:, 2] * rows).long().clamp(0, rows - 1)
        # a cell can answer for one thing only: the last of those whose middle it holds
        cell, numbers = (
            (picture * rows + row) * columns + column,
            torch.arange(len(things), device=cells.device),
        )
        last = torch.full((count * rows * columns,), -1, device=cells.device)
        last = last.scatter_reduce(0, cell, numbers, "amax")
        picture, row, column, things = (values[last[last >= 0]] for values in (picture, row, column, things))
        kind, x, y, width, height = things.unbind(1)
        wanted = torch.zeros(count, rows, columns, device=cells.device)
        wanted[picture, row, column] = 1.0
        answers = cells[picture, row, column]

        weight = torch.where(wanted > 0, self.objectness_weight, self.empty_weight)
        objectness = (
            F.binary_cross_entropy_with_logits(cells[..., 0], wanted, weight, reduction="sum") / count
        )
        middle = torch.stack([x * columns - column, y * rows - row], dim=1)
        size = torch.stack([width, height], dim=1)
        given = answers[:, 1:5].sigmoid()
        # of sizes the roots are compared: a pixel counts more on a small thing than on a large one
        box = (given[:, :2] - middle).square().sum() + (given[:, 2:].sqrt() - size.sqrt()).square().sum()
        box = self.box_weight * box / count
        kinds = F.cross_entropy(answers[:, 5:], kind.long(), reduction="sum") / count * self.class_weight
        loss = objectness + box + kinds
        return loss, {
            "loss": loss.detach(),
            "objectness_loss": objectness.detach(),
            "box_loss": box.detach(),
            "class_loss": kinds.detach(),
        }

    def boxes(self, cells: torch.Tensor, least: float = 0.01) -> list[torch.Tensor]:
        """What is found in each picture, best first: rows of x0, y0, x1, y1 (shares of the picture), class, score.

        The score is the chance that something is there times that of its class; of boxes of a class that overlap
        more than ``overlap``, the best is kept.
        """
        rows, columns = cells.shape[1:3]
        cells = cells.detach().cpu()
        column, row = torch.arange(columns).view(1, 1, -1), torch.arange(rows).view(1, -1, 1)
        x = (column + cells[..., 1].sigmoid()) / columns
        y = (row + cells[..., 2].sigmoid()) / rows
        width, height = cells[..., 3].sigmoid() / 2, cells[..., 4].sigmoid() / 2
        chance, kind = cells[..., 5 : 5 + len(self.classes)].softmax(-1).max(-1)
        score = cells[..., 0].sigmoid() * chance
        all_rows = torch.stack([x - width, y - height, x + width, y + height, kind.float(), score], dim=-1)
        found = []
        for picture in all_rows.flatten(1, 2):
            likely = picture[picture[:, 5] > least]
            found.append(without_doubles(likely[likely[:, 5].argsort(descending=True)], self.overlap))
        return found


def corners(targets: torch.Tensor) -> list[torch.Tensor]:
    """The boxes of each picture as rows of x0, y0, x1, y1, class."""
    found = []
    for rows in targets:
        kind, x, y, width, height = rows[rows[:, 0] >= 0].unbind(1)
        found.append(torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2, kind], dim=1))
    return found


def overlaps(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Intersection over union of every box of ``a`` (N, 4 or more) with every one of ``b``: (N, M)."""
    low, high = torch.maximum(a[:, None, :2], b[:, :2]), torch.minimum(a[:, None, 2:4], b[:, 2:4])
    both = (high - low).clamp(min=0).prod(-1)
    areas = [(boxes[:, 2:4] - boxes[:, :2]).prod(-1) for boxes in (a, b)]
    return both / (areas[0][:, None] + areas[1] - both).clamp(min=1e-12)


def without_doubles(rows: torch.Tensor, overlap: float) -> torch.Tensor:
    """Rows of x0, y0, x1, y1, class, score, best first, without those that overlap a better one of their class
    (non-maximum suppression)."""
    doubles = (overlaps(rows, rows) > overlap) & (rows[:, None, 4] == rows[:, 4])
    kept: list[int] = []
    for number, others in enumerate(doubles.tolist()):
        if not any(others[better] for better in kept):
            kept.append(number)
    return rows[kept]


def ranked(
    found: list[torch.Tensor], wanted: list[torch.Tensor], kind: int, least: float = 0.5
) -> tuple[list[float], torch.Tensor, int]:
    """Of a class the scores of what was found over all pictures, from the best down, whether each is right, and how
    many things there are.

    Each box takes the thing of its class that it overlaps most; it is right when that is at least ``least`` and not
    taken yet.
    """
    things = [rows[rows[:, 4] == kind] for rows in wanted]
    guesses = []
    for picture, rows in enumerate(found):
        rows = rows[rows[:, 4] == kind]
        if len(rows):
            best, which = (
                overlaps(rows, things[picture]).max(1)
                if len(things[picture])
                else (torch.zeros(len(rows)), torch.zeros(len(rows), dtype=torch.int64))
            )
            places = [(picture, number) for number in which.tolist()]
            guesses += list(zip(rows[:, 5].tolist(), best.tolist(), places, strict=True))
    guesses.sort(key=lambda guess: -guess[0])
    taken: set[tuple[int, int]] = set()
    right = torch.zeros(len(guesses), dtype=torch.bool)
    for number, (_, overlap, place) in enumerate(guesses):
        if overlap >= least and place not in taken:
            taken.add(place)
            right[number] = True
    return [guess[0] for guess in guesses], right, sum(len(rows) for rows in things)


def average_precision(
    found: list[torch.Tensor], wanted: list[torch.Tensor], classes: int, least: float = 0.5
) -> list[float | None]:
    """For every class the area under precision over recall; ``None`` for a class that is nowhere wanted.

    As PASCAL VOC measures since 2010: what was found is gone through from the best score down, over all pictures. A
    precision counts as at least that of any larger recall.
    """
    results: list[float | None] = []
    for kind in range(classes):
        _, right, total = ranked(found, wanted, kind, least)
        precision = right.double().cumsum(0) / torch.arange(1, len(right) + 1)
        precision = precision.flip(0).cummax(0).values.flip(0) if len(right) else precision
        # recall grows by 1 / total at every hit
        results.append(float((precision * right).sum() / total) if total else None)
    return results

"""A class for every pixel: how well areas overlap, which pixels are taken for which, the worst pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from runtime.data.schema import IGNORED
from runtime.judging.exam import Exam
from runtime.judging.samples import caption
from runtime.judging.views import FEW, WORST, bars, confusion, page, part, table
from runtime.protocol import Message, array
from runtime.showing.over_pictures import pictures_of

SHOWN = 8
"""Of the worst pictures so many are shown at once."""


def judge(exam: Exam) -> list[Message]:
    classes = exam.schema.classes or ()
    each = pixel_counts(exam)
    counts = each.sum(0)
    iou, dice = overlaps(counts)
    there = ~iou.isnan()
    cells = {}
    for row in range(len(classes)):
        for column in range(len(classes)):
            many = each[:, row, column]
            order = many.argsort(descending=True, stable=True)[:FEW]
            cells[row, column] = exam.places[order[many[order] > 0]].tolist()
    total = max(1, int(counts.sum()))
    scores = {
        "miou": float(iou[there].mean()) if there.any() else None,
        "dice": float(dice[there].mean()) if there.any() else None,
        "pixel_accuracy": int(counts.diagonal().sum()) / total,
    }
    mean = picture_iou(each)
    order = mean.argsort(stable=True)[:WORST]
    known = [number for number in range(len(classes)) if there[number]]
    pages = [
        page(
            "Classes",
            class_table(counts, classes, iou, dice),
            bars(
                "iou", "Overlap (IoU) of every class", [classes[n] for n in known], [float(iou[n]) for n in known],
                ("", "IoU"), share=True,
            ),
        ),
        page("Taken for", confusion("confusion", "Pixels taken for", counts, classes, cells, "pixels")),
        page("Worst pictures", worst(exam, each, mean, order, classes), masks_of(exam.part_of(order[:SHOWN]), "worst")),
    ]  # fmt: skip
    return [part("all", "", pages, scores)]


def pixel_counts(exam: Exam) -> torch.Tensor:
    """Of every picture how many pixels of a class (row) were given which (column), (N, C, C) int64."""
    count = exam.schema.class_count
    found = []
    for batch in exam.batches():
        given, truth = exam.session.loop.masks(batch["input"]), batch["target"]
        counted = (truth != IGNORED).flatten(1)
        numbers = (truth.clamp(max=count - 1) * count + given).flatten(1)
        places = torch.arange(len(truth), device=truth.device).unsqueeze(1) * count**2 + numbers
        sums = torch.bincount(places[counted], minlength=len(truth) * count**2)
        found.append(sums.view(len(truth), count, count).cpu())
    return torch.cat(found)


def overlaps(counts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Intersection over union and Dice, 2·|A∩B| / (|A| + |B|), of every class, from counts (…, C, C). NaN for a class
    that is nowhere, neither wanted nor given."""
    both = counts.diagonal(dim1=-2, dim2=-1).double()
    wanted, given = counts.sum(-1).double(), counts.sum(-2).double()
    return both / (wanted + given - both), 2 * both / (wanted + given)


def picture_iou(each: torch.Tensor) -> torch.Tensor:
    """The mean IoU of every picture over the classes that are in it, (N,)."""
    return overlaps(each)[0].nanmean(-1).nan_to_num(1.0)


def class_table(
    counts: torch.Tensor, classes: Sequence[str], iou: torch.Tensor, dice: torch.Tensor
) -> Message:
    """IoU, Dice, recall and precision of every class, and its pixels."""
    both, wanted, given = counts.diagonal(), counts.sum(1), counts.sum(0)
    rows: list[list[object]] = []
    for number, name in enumerate(classes):
        some = [float(one) if one == one else None for one in (iou[number], dice[number])]
        precision = float(both[number] / given[number]) if given[number] else None
        recall = float(both[number] / wanted[number]) if wanted[number] else None
        rows.append([name, *some, precision, recall, int(wanted[number])])
    there = ~iou.isnan()
    if there.any():
        rows.append(
            ["mean", float(iou[there].mean()), float(dice[there].mean()), None, None, int(counts.sum())]
        )
    heads = (("class", "text"), *((head, "share") for head in ("IoU", "Dice", "precision", "recall")))
    return table("classes", "Every class", (*heads, ("pixels", "number")), rows, bold=[len(classes)])


def worst(
    exam: Exam, each: torch.Tensor, mean: torch.Tensor, order: torch.Tensor, classes: Sequence[str]
) -> Message:
    """The pictures with the smallest mean IoU."""
    iou = overlaps(each)[0]
    rows = []
    for number in order.tolist():
        wrong = int(each[number].sum() - each[number].diagonal().sum())
        lowest = int(iou[number].nan_to_num(2.0).argmin())
        share = wrong / max(1, int(each[number].sum()))
        rows.append([caption(exam, number), float(mean[number]), share, classes[lowest]])
    heads = (("picture", "text"), ("mean IoU", "share"), ("wrong pixels", "share"), ("lowest class", "text"))
    return table("pictures", "Worst pictures", heads, rows, exam.places[order].tolist())


def masks_of(exam: Exam, name: str, title: str = "Truth, network and difference") -> Message:
    """Pictures with truth, what the network says, and where these differ."""
    batch = exam.session.batch_of(exam.rows)
    found = exam.session.loop.masks(batch["input"])

    def plain(masks: torch.Tensor) -> Message:
        small = masks.to("cpu", torch.uint8).contiguous()
        return array(small.numpy().tobytes(), list(small.shape), "uint8")

    return {
        "kind": "masks",
        "name": name,
        "title": title,
        "images": pictures_of(exam.look, batch["input"]),
        "truth": plain(batch["target"]),
        "predicted": plain(found),
        "classes": list(exam.schema.classes or ()),
    }


def cases(exam: Exam, name: str) -> list[Message]:
    return [masks_of(exam, "case", "")]

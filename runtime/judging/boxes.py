"""Boxes: precision over recall of every class, misses and false alarms, the worst pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch

from runtime.curves import Detections, detections
from runtime.judging.exam import Exam
from runtime.judging.samples import caption
from runtime.judging.views import WORST, page, part, table
from runtime.loops.detection import corners, overlaps
from runtime.protocol import Message
from runtime.showing.over_pictures import pictures_of

LEVELS = tuple(number / 20 for number in range(1, 20))
"""Scores that the slider can stand at."""
USUAL = 0.5
"""The score a box needs, and the overlap, where a person has chosen none."""
NEAR = 0.1
SHOWN = 8
LEAST = 0.05
"""Boxes with a lower score are not drawn."""


def judge(exam: Exam) -> list[Message]:
    classes = exam.schema.classes or ()
    found, wanted = answers(exam)
    each = detections(found, wanted, len(classes))
    known = [one.area for one in each if one.area is not None]
    curves = [
        {"class": name, "area": one.area, **one.curve()}
        for name, one in zip(classes, each, strict=True)
        if one.area is not None
    ]
    wrong = [of_picture(boxes, things) for boxes, things in zip(found, wanted, strict=True)]
    order = sorted(range(len(wrong)), key=lambda n: (-wrong[n][1] - wrong[n][2], wrong[n][3]))[:WORST]
    hits, missed, alarms = (sum(one[number] for one in wrong) for number in range(3))
    scores = {
        "map50": sum(known) / len(known) if known else None,
        "precision": hits / (hits + alarms) if hits + alarms else None,
        "recall": hits / (hits + missed) if hits + missed else None,
    }
    note = "" if known else "There is no box in these samples, so there is no average precision."
    trade = {
        "kind": "trade",
        "name": "pr",
        "title": "Precision against recall",
        "curve": "pr",
        "curves": curves,
    }
    rows = [[caption(exam, n), wrong[n][1], wrong[n][2], wrong[n][0], float(wrong[n][3])] for n in order]
    heads = (
        ("picture", "text"), ("missed", "number"), ("false alarms", "number"), ("found", "number"),
        ("mean overlap", "share"),
    )  # fmt: skip
    places = [int(exam.places[n]) for n in order]
    pages = [
        page("Classes", threshold(each, classes), trade),
        page("What goes wrong", reasons(exam, found, wanted)),
        page(
            "Worst pictures",
            table("pictures", "Worst pictures (score ≥ 0.5)", heads, rows, places),
            boxes_of(exam.part_of(torch.tensor(order[:SHOWN], dtype=torch.int64)), "worst"),
        ),
    ]
    return [part("all", "", pages, scores, note)]


def answers(exam: Exam, least: float = 0.01) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """What is found in each picture (x0, y0, x1, y1, class, score) and what is there (without score), in shares."""
    loop, found, wanted = exam.session.loop, [], []
    for batch in exam.batches():
        found += loop.boxes(loop.cells(batch["input"]), least)
        wanted += corners(batch["target"].cpu())
    return found, wanted


def threshold(each: Sequence[Detections], classes: Sequence[str]) -> Message:
    """Hits, misses and false alarms of every class at every level of the score."""
    return {
        "kind": "threshold",
        "name": "classes",
        "title": "Every class",
        "classes": list(classes),
        "levels": list(LEVELS),
        "hits": [[one.hits(level) for level in LEVELS] for one in each],
        "misses": [[one.total - one.hits(level) for level in LEVELS] for one in each],
        "alarms": [[one.alarms(level) for level in LEVELS] for one in each],
        "ap": [one.area for one in each],
    }


def matched(found: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """For each box found in a picture (best first) the thing it is right about, or -1, and the overlap with it, or with
    the thing of its class that it overlaps most."""
    which = torch.full((len(found),), -1, dtype=torch.int64)
    near = torch.zeros(len(found))
    taken: set[int] = set()
    shared = overlaps(found, wanted) if len(found) and len(wanted) else torch.zeros(len(found), len(wanted))
    for number in range(len(found)):
        same = torch.where(wanted[:, 4] == found[number, 4], shared[number], torch.zeros(len(wanted)))
        if len(same) and float(same.max()) > 0:
            best = int(same.argmax())
            near[number] = same[best]
            if float(same[best]) >= USUAL and best not in taken:
                which[number] = best
                taken.add(best)
    return which, near


def of_picture(found: torch.Tensor, wanted: torch.Tensor) -> tuple[int, int, int, float]:
    """Hits, misses, false alarms and the mean overlap of the hits, at the usual score and overlap."""
    sure = found[found[:, 5] >= USUAL]
    which, near = matched(sure, wanted)
    hits = int((which >= 0).sum())
    mean = float(near[which >= 0].mean()) if hits else 0.0
    return hits, len(wanted) - hits, len(sure) - hits, mean


def reasons(exam: Exam, found: Sequence[torch.Tensor], wanted: Sequence[torch.Tensor]) -> Message:
    """Why boxes are false alarms, and how many things were missed, after Bolya et al., "TIDE", arXiv 2008.08115."""
    counts: Counter[str] = Counter()
    behind: dict[str, list[int]] = {}
    for place, boxes, things in zip(exam.places.tolist(), found, wanted, strict=True):
        sure = boxes[boxes[:, 5] >= USUAL]
        which, near = matched(sure, things)
        shared = overlaps(sure, things) if len(sure) and len(things) else torch.zeros(len(sure), len(things))
        told = []
        for number in range(len(sure)):
            if which[number] >= 0:
                continue
            most = float(shared[number].max()) if len(things) else 0.0
            if near[number] >= USUAL:
                told.append("A thing found a second time")
            elif most >= USUAL:
                told.append("The right place, the wrong class")
            elif near[number] >= NEAR:
                told.append("The right class, the wrong place")
            else:
                told.append("Nothing there" if most < NEAR else "Wrong class and wrong place")
        told += ["A thing that was missed"] * (len(things) - int((which >= 0).sum()))
        counts.update(told)
        for reason in set(told):
            if len(behind.setdefault(reason, [])) < 24:
                behind[reason].append(place)
    rows = [[reason, count] for reason, count in counts.most_common()]
    return table(
        "reasons", "What goes wrong (score ≥ 0.5, overlap ≥ 0.5)", (("mistake", "text"), ("times", "number")), rows,
        [behind[reason] for reason, _ in counts.most_common()], empty="Every thing was found, and nothing else.",
    )  # fmt: skip


def boxes_of(exam: Exam, name: str, title: str = "Truth and network") -> Message:
    """Pictures with what is there and what was found."""
    batch = exam.session.batch_of(exam.rows)
    height, width = batch["input"].shape[-2:]
    found, wanted = answers(exam, LEAST)
    size = torch.tensor([width, height, width, height])

    def rows(boxes: list[torch.Tensor]) -> list[list[list[float]]]:
        return [torch.cat([one[:, :4] * size, one[:, 4:]], dim=1).tolist() for one in boxes]

    return {
        "kind": "boxes",
        "name": name,
        "title": title,
        "images": pictures_of(exam.look, batch["input"]),
        "truth": rows(wanted),
        "predicted": rows(found),
        "classes": list(exam.schema.classes or ()),
    }


def cases(exam: Exam, name: str) -> list[Message]:
    return [boxes_of(exam, "case", "")]

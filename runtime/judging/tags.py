"""A class for every step of a sequence: which are taken for which, and which sequences are wholly right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch

from runtime.data.schema import UNLABELLED
from runtime.data.tokens import words_of
from runtime.judging.classes import report_table
from runtime.judging.exam import Exam
from runtime.judging.lengths import by_length, by_place
from runtime.judging.marked import runs
from runtime.judging.samples import caption
from runtime.judging.views import FEW, WORST, confusion, members, page, pairs_table, part, table
from runtime.protocol import Message
from runtime.scores import accuracy, confusion_matrix


def judge(exam: Exam) -> list[Message]:
    given, truth = answers(exam)
    counted = truth != UNLABELLED
    classes, places = exam.schema.classes or (), exam.places
    which = places.unsqueeze(1).expand_as(truth)[counted]
    wanted, got = truth[counted], given[counted]
    counts = confusion_matrix(wanted, got, len(classes))
    cells = members(wanted, got, which)
    hits = [((given == truth)[row])[counted[row]].tolist() for row in range(len(truth))]
    right = [all(row) for row in hits]
    scores = {"accuracy": accuracy(counts), "exact": sum(right) / len(right)}
    lengths = [len(row) for row in hits]
    pages = [
        page(
            "Classes",
            confusion("confusion", "Taken for", counts, classes, cells, "steps"),
            report_table(counts, classes),
        ),
        page(
            "Worst sequences",
            worst(exam, given, truth, hits),
            pairs_table(wanted, got, classes, cells, "steps"),
        ),
        page(
            "Lengths",
            by_length("lengths", "Wholly right, by length", lengths, right, places.tolist(), "steps"),
            by_place("places", "Right steps, by their place", hits, "place in the sequence"),
        ),
        page("Words", words_table(exam, given, truth)),
    ]
    return [part("all", "", pages, scores)]


def answers(exam: Exam) -> tuple[torch.Tensor, torch.Tensor]:
    """Given and true classes (N, T)."""
    count = exam.schema.class_count
    found = [
        (exam.session.loop.scores(batch["input"])[..., :count].argmax(-1).cpu(), batch["target"].cpu())
        for batch in exam.batches()
    ]
    return torch.cat([one for one, _ in found]), torch.cat([one for _, one in found])


def steps_of(exam: Exam, number: int, truth: torch.Tensor) -> tuple[list[str], list[int]]:
    """The words of a sample that are counted, and their steps. Where the data has no words, the steps themselves."""
    places = (truth[number] != UNLABELLED).nonzero().flatten().tolist()
    words = exam.schema.vocabulary
    if not words:
        return [str(place + 1) for place in places], places
    row = exam.session.inputs[int(exam.rows[number])].tolist()
    return ["".join(words_of([row[place]], words, marks=True)) or "·" for place in places], places


def worst(exam: Exam, given: torch.Tensor, truth: torch.Tensor, hits: Sequence[Sequence[bool]]) -> Message:
    """The sequences with the largest share of wrong steps."""
    mistaken = [number for number in range(len(hits)) if not all(hits[number])]
    order = sorted(mistaken, key=lambda number: sum(hits[number]) / max(1, len(hits[number])))[:WORST]
    classes = exam.schema.classes or ()
    rows = []
    for number in order:
        words, places = steps_of(exam, number, truth)
        wrong = [not hit for hit in hits[number]]
        rows.append(
            [
                sum(wrong),
                runs(words, wrong),
                runs([classes[int(truth[number, place])] for place in places], wrong),
                runs([classes[int(given[number, place])] for place in places], wrong),
            ]
        )
    heads = (("wrong", "number"), ("sequence", "runs"), ("wanted", "runs"), ("network", "runs"))
    samples = [int(exam.places[number]) for number in order]
    return table("worst", "Worst sequences", heads, rows, samples, empty="Every sequence is wholly right.")


def words_table(exam: Exam, given: torch.Tensor, truth: torch.Tensor) -> Message | None:
    """The words that get a wrong class most often; ``None`` where the data has no words."""
    if not exam.schema.vocabulary:
        return None
    seen: Counter[str] = Counter()
    missed: Counter[tuple[str, int, int]] = Counter()
    behind: dict[tuple[str, int, int], list[int]] = {}
    for number in range(len(truth)):
        for word, place in zip(*steps_of(exam, number, truth), strict=True):
            seen[word] += 1
            wanted, got = int(truth[number, place]), int(given[number, place])
            if wanted != got:
                missed[word, wanted, got] += 1
                kept = behind.setdefault((word, wanted, got), [])
                if len(kept) < FEW and int(exam.places[number]) not in kept:
                    kept.append(int(exam.places[number]))
    classes = exam.schema.classes or ()
    common = missed.most_common(WORST)
    rows = [
        [word, classes[wanted], classes[got], count, count / seen[word]]
        for (word, wanted, got), count in common
    ]
    heads = (
        ("word", "text"),
        ("wanted", "text"),
        ("network", "text"),
        ("times", "number"),
        ("of this word", "share"),
    )
    return table(
        "words", "Words with a wrong class", heads, rows, [behind[key] for key, _ in common],
        empty="Every word got its class.",
    )  # fmt: skip


def cases(exam: Exam, name: str) -> list[Message]:
    given, truth = answers(exam)
    classes = exam.schema.classes or ()
    rows: list[list[object]] = []
    bold = []
    for number in range(len(exam)):
        if len(exam) > 1:
            bold.append(len(rows))
            rows.append([caption(exam, number), "", ""])
        for word, place in zip(*steps_of(exam, number, truth), strict=True):
            wanted, got = int(truth[number, place]), int(given[number, place])
            rows.append([word, classes[wanted], [[classes[got], int(wanted != got)]]])
    return [table("case", "", (("step", "text"), ("wanted", "text"), ("network", "runs")), rows, bold=bold)]

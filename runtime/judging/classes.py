"""A class for every sample: which are taken for which, and how sure the network was."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from runtime.curves import class_scores, curves
from runtime.data.targets import form_of
from runtime.judging.exam import Exam
from runtime.judging.samples import caption, inputs_columns, picture_grid, seen
from runtime.judging.views import FEW, WORST, confusion, members, page, pairs_table, part, table
from runtime.losses import LOGITS
from runtime.protocol import Message
from runtime.scores import accuracy, class_report, confusion_matrix, predicted_classes, true_classes

AVERAGES = 2
"""Rows of a report that are means over the classes."""


def judge(exam: Exam) -> list[Message]:
    shares, truth, given, order = answers(exam)
    classes = exam.schema.classes or ()
    scores, pages = class_pages(exam, shares, truth, given, classes, order)
    return [part("all", "", pages, scores)]


def cases(exam: Exam, name: str) -> list[Message]:
    shares, truth, given, _ = answers(exam)
    return class_cases(exam, shares, truth, given, exam.schema.classes or ())


def answers(exam: Exam) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Shares of the classes (N, C), true classes (N,) and given classes (N,) of a plain supervised run, and what curves
    put the samples in order by (N, C), as :func:`runtime.scores.evaluate` does."""
    from runtime.training.evaluation import all_outputs

    session, schema = exam.session, exam.schema
    outputs, targets = all_outputs(session, exam.rows)
    loss = session.project.training.loss
    truth = true_classes(targets, schema, loss).reshape(-1)
    given = predicted_classes(outputs, schema, loss).reshape(-1)
    index = form_of(loss) == "index" or schema.task != "binary"
    order = class_scores(outputs, schema.class_count, index)
    return class_shares(outputs, schema.class_count, loss), truth, given, order


def class_shares(outputs: torch.Tensor, classes: int, loss: str) -> torch.Tensor:
    """How sure a network is of every class, (N, C) from 0 to 1, as its loss understands its outputs."""
    logits = loss in LOGITS
    if outputs.dim() == 2 and outputs.shape[1] == 1:
        yes = (outputs.double().sigmoid() if logits else outputs.double()).clamp(0, 1)
        return torch.cat([1 - yes, yes], dim=1)
    flat = outputs.reshape(-1, outputs.shape[-1])[:, :classes].double()
    if form_of(loss) == "index":
        return flat.softmax(-1)  # also right after log-softmax, up to the spare classes
    return (flat.sigmoid() if logits else flat).clamp(0, 1)


def class_pages(
    exam: Exam,
    shares: torch.Tensor,
    truth: torch.Tensor,
    given: torch.Tensor,
    classes: Sequence[str],
    order: torch.Tensor | None = None,
) -> tuple[dict[str, float | None], list[Message]]:
    """Scores and pages for shares (N, C), true and given classes (N,) of the samples of an exam. Curves put the samples
    in order by their shares, or by ``order`` (N, C) where that tells more of them apart."""
    counts = confusion_matrix(truth, given, len(classes))
    cells = members(truth, given, exam.places)
    found = curves(class_scores(shares, len(classes), False) if order is None else order, truth, classes)
    trade = [
        {"kind": "trade", "name": name, "title": title, "curve": name, "curves": found["curves"][name]}
        for name, title in (("roc", "Hits against false alarms (ROC)"), ("pr", "Precision against recall"))
        if found["curves"]
    ]
    f1 = class_report(counts, classes)["macro avg"]["f1"]
    scores: dict[str, float | None] = {"accuracy": accuracy(counts), "macro_f1": f1, **found["scores"]}
    wrong = wrong_ones(shares, truth, given)
    pages = [
        page(
            "Classes",
            confusion("confusion", "Taken for", counts, classes, cells),
            report_table(counts, classes),
        ),
        page(
            "Mistakes",
            mistakes(exam, shares, truth, given, classes),
            pictured(exam.part_of(wrong[:FEW]), truth[wrong], given[wrong], classes),
        ),
        page("Pairs", pairs_table(truth, given, classes, cells, "samples")),
        page("Curves", *trade),
    ]
    return scores, pages


def report_table(counts: torch.Tensor, classes: Sequence[str]) -> Message:
    """Precision, recall, F1 and number of samples of every class, then their means. A class that does not occur has no
    recall, and one that was not given either has nothing at all."""
    rows: list[list[object]] = [
        [name, one["precision"], one["recall"], one["f1"], one["support"]]
        for name, one in class_report(counts, classes).items()
    ]
    for row, wanted, given in zip(rows, counts.sum(1).tolist(), counts.sum(0).tolist(), strict=False):
        if not wanted:
            row[2] = None
            if not given:
                row[1] = row[3] = None
    heads = (
        ("class", "text"),
        ("precision", "share"),
        ("recall", "share"),
        ("F1", "share"),
        ("samples", "number"),
    )
    return table("report", "Scores of every class", heads, rows, bold=range(len(rows) - AVERAGES, len(rows)))


def wrong_ones(shares: torch.Tensor, truth: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """The samples with a wrong class, by their number, those first of which the network was surest."""
    wrong = (truth != given).nonzero().flatten()
    sure = shares[wrong].gather(1, given[wrong].unsqueeze(1)).flatten()
    return wrong[sure.argsort(descending=True, stable=True)]


def pictured(exam: Exam, truth: torch.Tensor, given: torch.Tensor, classes: Sequence[str]) -> Message | None:
    """The samples of an exam with what they are and what they were taken for; ``None`` where they are no pictures."""
    if not len(exam) or exam.schema.kind != "image" or len(exam.schema.input_shape) != 3:
        return None
    found = zip(truth.tolist(), given.tolist(), strict=True)
    labels = [f"{classes[wanted]} → {classes[got]}" for wanted, got in found]
    return {**picture_grid(exam, labels[: len(exam)]), "name": "pictured", "title": "True class → network"}


def mistakes(
    exam: Exam, shares: torch.Tensor, truth: torch.Tensor, given: torch.Tensor, classes: Sequence[str]
) -> Message:
    """The samples that were given a wrong class, those first of which the network was surest."""
    worst = wrong_ones(shares, truth, given)[:WORST]
    more, cells = inputs_columns(exam.part_of(worst))
    rows = [
        [
            caption(exam, number),
            classes[int(truth[number])],
            classes[int(given[number])],
            float(shares[number, given[number]]),
            float(shares[number, truth[number]]),
            *cell,
        ]
        for number, cell in zip(worst.tolist(), cells, strict=True)
    ]
    heads = [
        ("sample", "text"), ("true", "text"), ("network", "text"), ("how sure", "share"), ("of the true", "share"),
        *more,
    ]  # fmt: skip
    return table(
        "mistakes",
        "Surest mistakes",
        heads,
        rows,
        exam.places[worst].tolist(),
        empty="Every sample got its class.",
    )


def class_cases(
    exam: Exam, shares: torch.Tensor, truth: torch.Tensor, given: torch.Tensor, classes: Sequence[str]
) -> list[Message]:
    """Samples with their true class and the one they were given."""
    sure = shares.gather(1, given.unsqueeze(1)).flatten().tolist()
    facts = [
        [("true", classes[wanted]), ("network", f"{classes[got]} {share:.0%}")]
        for wanted, got, share in zip(truth.tolist(), given.tolist(), sure, strict=True)
    ]
    pictured = exam.schema.kind == "image"
    captions = [
        f"{fact[0][1]} → {fact[1][1]}" if pictured else caption(exam, number)
        for number, fact in enumerate(facts)
    ]
    return seen(exam, captions, facts)

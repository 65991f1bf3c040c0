"""Several yes/no questions: the scores of each, and which samples are answered wrongly."""

from __future__ import annotations

import torch

from runtime.judging.classes import class_pages
from runtime.judging.exam import Exam
from runtime.judging.samples import caption, seen
from runtime.judging.views import page, part, table
from runtime.losses import LOGITS
from runtime.protocol import Message
from runtime.scores import class_report, confusion_matrix

ANSWERS = ("no", "yes")
MOST_QUESTIONS = 40


def judge(exam: Exam) -> list[Message]:
    yes, truth = answers(exam)
    names = exam.schema.classes or ()
    given = (yes > 0.5).long()
    parts, rows, exact = [], [], (given == truth).all(1).double().mean()
    for number, name in enumerate(names):
        column, wanted = yes[:, number], truth[:, number]
        counts = confusion_matrix(wanted, given[:, number], 2)
        report = class_report(counts, ANSWERS)["yes"]
        right = float((given[:, number] == wanted).double().mean())
        rows.append([name, right, report["precision"], report["recall"], report["f1"], report["support"]])
        if number < MOST_QUESTIONS:
            shares = torch.stack([1 - column, column], dim=1)
            scores, pages = class_pages(exam, shares, wanted, given[:, number], ANSWERS)
            parts.append(part(f"question {number}", name, pages, scores))
    shares_of = ("right", "precision", "recall", "F1")
    heads = (("question", "text"), *((head, "share") for head in shares_of), ("yes", "number"))
    mean = float((given == truth).double().mean())
    first = page(
        "Questions", table("questions", "Scores of every question", heads, rows), worst(exam, yes, truth)
    )
    return [part("all", "all questions", [first], {"accuracy": mean, "exact": float(exact)}), *parts]


def worst(exam: Exam, yes: torch.Tensor, truth: torch.Tensor) -> Message:
    """The samples with the most wrong answers, the surest first among equals."""
    names = exam.schema.classes or ()
    wrong = (yes > 0.5).long() != truth
    sure = ((yes - truth).abs() * wrong).sum(1)
    order = (wrong.sum(1) * 1000.0 + sure).argsort(descending=True, stable=True)
    order = order[wrong[order].any(1)][:200]
    rows = [
        [
            caption(exam, number),
            int(wrong[number].sum()),
            ", ".join(name for name, bad in zip(names, wrong[number].tolist(), strict=True) if bad),
        ]
        for number in order.tolist()
    ]
    heads = (("sample", "text"), ("wrong answers", "number"), ("to", "text"))
    return table(
        "worst", "Worst samples", heads, rows, exam.places[order].tolist(), empty="Every answer is right."
    )


def answers(exam: Exam) -> tuple[torch.Tensor, torch.Tensor]:
    """How sure the network is of a yes to each question (N, K), from 0 to 1, and the true answers (N, K) int64."""
    session = exam.session
    if session.loop is not None:
        found = [(session.loop.answers(batch["input"]).float().sigmoid().cpu(), batch["target"].cpu())
                 for batch in exam.batches()]  # fmt: skip
        return torch.cat([one for one, _ in found]), (torch.cat([one for _, one in found]) > 0.5).long()
    from runtime.training.evaluation import all_outputs

    outputs, targets = all_outputs(session, exam.rows)
    logits = session.project.training.loss in LOGITS
    return (outputs.float().sigmoid() if logits else outputs.float()).clamp(0, 1), (targets > 0.5).long()


def cases(exam: Exam, name: str) -> list[Message]:
    yes, truth = answers(exam)
    names = list(exam.schema.classes or ())
    chosen = [int(name.split()[1])] if name.startswith("question ") else list(range(len(names)))
    facts = [
        [
            (
                names[k],
                f"{ANSWERS[int(truth[n, k])]} → {ANSWERS[int(yes[n, k] > 0.5)]} {float(yes[n, k]):.0%}",
            )
            for k in chosen
        ]
        for n in range(len(exam))
    ]
    if exam.schema.kind != "image":
        return seen(exam, [caption(exam, number) for number in range(len(exam))], facts)
    if len(chosen) == 1:
        return seen(exam, [fact[0][1] for fact in facts], facts)
    heads = [
        ("sample", "text"),
        ("question", "text"),
        ("true", "text"),
        ("network", "text"),
        ("yes", "share"),
    ]
    rows = [
        [caption(exam, n), names[k], ANSWERS[int(truth[n, k])], ANSWERS[int(yes[n, k] > 0.5)], float(yes[n, k])]
        for n in range(len(exam)) for k in chosen
    ]  # fmt: skip
    return [
        *seen(exam, [caption(exam, n) for n in range(len(exam))], facts),
        table("answers", "", heads, rows),
    ]

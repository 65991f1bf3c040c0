"""Samples that are drawn again: which come out worst, and how the error is spread."""

from __future__ import annotations

import torch

from runtime.judging.classes import class_cases, class_pages
from runtime.judging.exam import Exam
from runtime.judging.samples import caption, feature_names, inputs_columns, round_to
from runtime.judging.views import WORST, histogram, page, part, table
from runtime.protocol import Message
from runtime.showing._pictures import one_below, pictures, shows_pictures, side_by_side
from runtime.training.errors import RunError

SHOWN = 8
RARE = (0.95, 0.99)
"""Shares of the samples below the marks of the histogram: what lies above is unusual."""


def judge(exam: Exam) -> list[Message]:
    errors, wanted_error = all_errors(exam)
    order = errors.argsort(descending=True, stable=True)[:WORST]
    marks = [(float(errors.quantile(share)), f"{share:.0%}") for share in RARE]
    worst_exam = exam.part_of(order)
    more, cells = inputs_columns(worst_exam)
    labels = class_labels(worst_exam)
    heads = [("sample", "text"), *([("class", "text")] if labels else []), ("error", "number"), *more]
    rows = [
        [
            caption(exam, number),
            *([labels[place]] if labels else []),
            round_to(float(errors[number])),
            *cells[place],
        ]
        for place, number in enumerate(order.tolist())
    ]
    pages = [
        page(
            "Worst",
            table("worst", "Largest error", heads, rows, exam.places[order].tolist()),
            *(drawn_views(exam.part_of(order[:SHOWN]), "drawn") if shows_pictures(exam.look) else ()),
        ),
        page(
            "How the error is spread",
            histogram(
                "errors",
                "Error of every sample (so many lie below the marks)",
                errors,
                exam.places,
                "mean squared error",
                marks,
            ),
            by_class(exam, errors) or by_feature(exam, wanted_error),
        ),
    ]
    scores = {"mse": float(errors.mean()), "median error": float(errors.median())}
    found = [part("all", "drawn again", pages, scores)]
    return [*found, *class_part(exam)]


def drawn(exam: Exam, batch: dict[str, torch.Tensor], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What is given (with its noise, where the recipe puts some), what the network makes of it, and what was wanted."""
    loop, x = exam.session.loop, batch["input"]
    recipe = exam.session.recipe.id
    if recipe == "image_to_image":
        return x, loop.sample(x), batch["target"]
    if recipe == "variational":
        return x, loop.redrawn(x), x
    if recipe == "contrastive_divergence":
        return x, loop.redrawn(x), x
    if recipe != "autoencoding":
        raise RunError(f"The recipe “{exam.session.recipe.title}” does not draw its samples again.")
    given = x
    if loop.noise:
        noise = [
            torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(int(row)))
            for row in rows.tolist()
        ]  # each sample has its own, so that it is the same whenever it is looked at
        given = x + loop.noise * torch.stack(noise).to(x.device)
    return given, loop.redrawn(given), x


def all_errors(exam: Exam) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean squared error of every sample (N,), and that of every number of a sample over all of them."""
    errors, total = [], torch.zeros(())
    for rows in exam.rows.split(exam.session.evaluation_size):
        _, made, wanted = drawn(exam, exam.session.batch_of(rows), rows)
        squares = (made.float() - wanted.float()).square().double().cpu()
        errors.append(squares.flatten(1).mean(1))
        total = total + squares.sum(0)
    return torch.cat(errors), total / len(exam)


def class_labels(exam: Exam) -> list[str]:
    """The class of every sample, where the data has classes; an autoencoder has never seen them."""
    numbers, names = exam.session.dataset.class_indices(), exam.schema.classes
    if numbers is None or names is None or exam.session.recipe.id == "image_to_image":
        return []
    return [names[number] for number in numbers[exam.rows.to(numbers.device)].tolist()]


def by_class(exam: Exam, errors: torch.Tensor) -> Message | None:
    """The mean error of every class, the largest first."""
    labels = class_labels(exam)
    if not labels:
        return None
    groups: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        groups.setdefault(label, []).append(number)
    means = {label: float(errors[numbers].mean()) for label, numbers in groups.items()}
    rows, samples = [], []
    for label in sorted(groups, key=lambda label: -means[label]):
        order = errors[groups[label]].argsort(descending=True, stable=True)[:12]
        rows.append([label, round_to(means[label]), len(groups[label])])
        samples.append(exam.places[torch.tensor(groups[label])[order]].tolist())
    heads = (("class", "text"), ("mean error", "number"), ("samples", "number"))
    return table("classes", "Error of every class", heads, rows, samples)


def by_feature(exam: Exam, each: torch.Tensor) -> Message | None:
    """The mean error of every column of a table; ``None`` for anything else."""
    if exam.schema.kind != "table" or each.dim() != 1:
        return None
    names = feature_names(exam, len(each))
    order = each.argsort(descending=True, stable=True).tolist()
    rows = [[names[number], round_to(float(each[number]))] for number in order]
    return table("columns", "Error of every column", (("column", "text"), ("mean error", "number")), rows)


def drawn_views(exam: Exam, name: str) -> list[Message]:
    """The samples beside what was made of them, and the difference."""
    batch = exam.session.batch_of(exam.rows)
    given, made, wanted = drawn(exam, batch, exam.rows)
    away = (made.float() - wanted.float()).abs() + wanted.float().amin()  # no difference is as dark as can be
    columns, titles = [wanted, made, away], ["original", "drawn again", "difference"]
    if exam.session.recipe.id == "image_to_image":
        columns, titles = [given, made, wanted, away], ["given", "made", "wanted", "difference"]
    elif given is not batch["input"]:
        columns, titles = [wanted, given, made, away], ["original", "with noise", "drawn again", "difference"]
    rows = [caption(exam, number) for number in range(len(exam))]
    each = [column.float().to("cpu") for column in columns]
    if len(exam) == 1:
        return [pictures(exam.look, name, "", side_by_side(*each), len(each), column_titles=titles)]
    heading = "" if name == "case" else f"Worst samples: {', '.join(titles)}"
    images = one_below(*each)
    return [pictures(exam.look, name, heading, images, len(exam), column_titles=rows, row_titles=titles)]


def class_part(exam: Exam) -> list[Message]:
    """The classes of a machine that was fine-tuned to tell them apart."""
    if not getattr(exam.session.loop, "fine_tuning", 0):
        return []
    shares, truth, given = class_answers(exam)
    scores, pages = class_pages(exam, shares, truth, given, exam.schema.classes or ())
    return [part("classes", "classes", pages, scores)]


def class_answers(exam: Exam) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Shares, true and given classes of the network's first output."""
    loop, shares, truth = exam.session.loop, [], []
    for batch in exam.batches():
        found = loop.network(batch["input"])
        scores = found[0] if isinstance(found, tuple) else found
        shares.append(scores.float()[:, : exam.schema.class_count].softmax(-1).cpu())
        truth.append(batch["target"].flatten().long().cpu())
    sure = torch.cat(shares)
    return sure, torch.cat(truth), sure.argmax(1)


def cases(exam: Exam, name: str) -> list[Message]:
    if name == "classes":
        return class_cases(exam, *class_answers(exam), exam.schema.classes or ())
    if shows_pictures(exam.look):
        return drawn_views(exam, "case")
    batch = exam.session.batch_of(exam.rows)
    _, made, wanted = (one.float().cpu().reshape(len(exam), -1) for one in drawn(exam, batch, exam.rows))
    scaler = exam.session.dataset.input_scaler
    if scaler is not None and exam.schema.kind == "table":
        made, wanted = scaler.invert(made), scaler.invert(wanted)
    names = feature_names(exam, wanted.shape[1])[:400]
    rows = [
        [feature, round_to(want), round_to(got), round_to(got - want)]
        for feature, want, got in zip(names, wanted[0].tolist(), made[0].tolist(), strict=False)
    ]
    heads = (("", "text"), ("original", "number"), ("drawn again", "number"), ("difference", "number"))
    return [table("case", caption(exam, 0), heads, rows)]

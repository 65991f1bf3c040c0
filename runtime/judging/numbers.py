"""Numbers to predict: predicted against true values, what is left over, and the worst rows."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from runtime.judging.exam import Exam
from runtime.judging.samples import caption, inputs_columns, round_to, seen
from runtime.judging.views import WORST, histogram, page, part, scatter, table
from runtime.protocol import Message
from runtime.scores import regression_scores

MOST_COLUMNS = 24
"""Columns to predict that get pages of their own."""
SCORES = ("mae", "mse", "rmse", "r2")
SCALED = "The loss is that of the scaled targets; the scores are in the units of the data."


def judge(exam: Exam) -> list[Message]:
    predicted, truth, names = values(exam)
    parts = number_parts(exam, predicted, truth, names)
    parts[0]["note"] = SCALED if exam.session.dataset.target_scaler is not None else ""
    return parts


def cases(exam: Exam, name: str) -> list[Message]:
    predicted, truth, names = values(exam)
    return number_cases(exam, predicted, truth, names)


def values(exam: Exam) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """Predicted and true numbers (N, K) in the data's own units, and what each column is called."""
    from runtime.training.evaluation import all_outputs, own_units

    outputs, targets = own_units(exam.session, *all_outputs(exam.session, exam.rows))
    truth = targets.double().reshape(len(targets), -1)
    return outputs.double().reshape(truth.shape), truth, target_names(exam, truth.shape[1])


def target_names(exam: Exam, count: int) -> list[str]:
    """A name for each of so many numbers to predict."""
    names = list(exam.schema.target_names)
    if len(names) == count:
        return names
    return ["target"] if count == 1 else [f"y{number + 1}" for number in range(count)]


def column_scores(truth: torch.Tensor, predicted: torch.Tensor) -> dict[str, float | None]:
    """MAE, MSE, RMSE and R² of numbers (N,) or (N, K)."""
    found = regression_scores(truth, predicted)
    return {name: found[name] for name in SCORES}


def number_parts(
    exam: Exam,
    predicted: torch.Tensor,
    truth: torch.Tensor,
    names: Sequence[str],
    first: Sequence[Message] = (),
) -> list[Message]:
    """The parts for predicted and true numbers (N, K). One column is all there is; of several each has its own part
    behind the one of all of them. ``first`` are pages to stand before the others."""
    scores = column_scores(truth, predicted)
    if len(names) == 1:
        pages = [*first, *column_pages(exam, predicted[:, 0], truth[:, 0], names[0])]
        return [part("all", names[0], pages, scores)]
    columns, worst = columns_table(predicted, truth, names), worst_rows(exam, predicted, truth, names)
    if len(names) > MOST_COLUMNS:  # a picture, say: its samples matter more than its numbers
        each = (predicted - truth).abs().mean(1)
        spread = histogram("errors", "Error of every sample", each, exam.places, "mean absolute error")
        pages = [*first, page("Worst", worst, spread), page("Columns", columns)]
        return [part("all", "all numbers", pages, scores)]
    parts = [part("all", "all columns", [*first, page("Columns", columns, worst)], scores)]
    for number, name in enumerate(names):
        mine, wanted = predicted[:, number], truth[:, number]
        pages = column_pages(exam, mine, wanted, name)
        parts.append(part(f"column {number}", name, pages, column_scores(wanted, mine)))
    return parts


def column_pages(exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, name: str) -> list[Message]:
    """The pages of one column (N,)."""
    left = predicted - truth
    titles = (f"true {name}", f"predicted {name}")
    return [
        page(
            "Predictions",
            scatter("predicted", "Predicted against true", truth, predicted, exam.places, titles, "identity"),
            worst_rows(exam, predicted.unsqueeze(1), truth.unsqueeze(1), [name]),
        ),
        page(
            "Residuals",
            scatter(
                "residuals", "Error against prediction", predicted, left, exam.places,
                (titles[1], "predicted − true"), "zero",
            ),
            histogram(
                "left", "How often which error", left, exam.places, "predicted − true",
                [(float(left.mean()), f"mean {float(left.mean()):.3g}")], around_zero=True,
            ),
        ),
    ]  # fmt: skip


def columns_table(predicted: torch.Tensor, truth: torch.Tensor, names: Sequence[str]) -> Message:
    """MAE, MSE, RMSE, R² and mean error of every column (K), and of all."""
    rows = []
    for number, name in enumerate(names):
        one = column_scores(truth[:, number], predicted[:, number])
        rows.append([name, *(one[key] for key in SCORES), float((predicted - truth)[:, number].mean())])
    whole = column_scores(truth, predicted)
    rows.append(["all", *(whole[key] for key in SCORES), float((predicted - truth).mean())])
    heads = [("column", "text"), *((head, "number") for head in ("MAE", "MSE", "RMSE", "R²", "mean error"))]
    return table("columns", "Scores of every column", heads, rows, bold=[len(rows) - 1])


def worst_rows(exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, names: Sequence[str]) -> Message:
    """The rows with the largest errors. Of several columns (N, K) each error counts in deviations of its column."""
    away = (predicted - truth).abs()
    spread = truth.std(0, correction=0) if len(names) > 1 else torch.ones(1, dtype=truth.dtype)
    total = (away / torch.where(spread > 0, spread, torch.ones_like(spread))).mean(1)
    worst = total.argsort(descending=True, stable=True)[:WORST]
    more, cells = inputs_columns(exam.part_of(worst))
    heads: list[tuple[str, str]] = [("sample", "text")]
    if len(names) == 1:
        heads += [("true", "number"), ("predicted", "number"), ("error", "number"), *more]
        told = torch.stack([truth[:, 0], predicted[:, 0], (predicted - truth)[:, 0]], dim=1)[worst]
    else:
        heads += [("error in deviations", "number"), ("largest at", "text"), *more]
        told = total[worst].unsqueeze(1)
    rows = []
    for place, number in enumerate(worst.tolist()):
        where = [names[int(away[number].argmax())]] if len(names) > 1 else []
        rows.append([caption(exam, number), *map(round_to, told[place].tolist()), *where, *cells[place]])
    return table("worst", "Worst rows", heads, rows, exam.places[worst].tolist())


def number_cases(
    exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, names: Sequence[str]
) -> list[Message]:
    """Samples with their true and predicted numbers."""
    facts = []
    for mine, wanted in zip(predicted.tolist(), truth.tolist(), strict=True):
        fact: list[tuple[str, object]] = []
        for name, got, want in list(zip(names, mine, wanted, strict=True))[:MOST_COLUMNS]:
            fact += [(f"true {name}", round_to(want)), (f"predicted {name}", round_to(got))]
        facts.append(fact)
    captions = [caption(exam, number) for number in range(len(exam))]
    if exam.schema.kind == "image" and len(names) == 1:
        captions = [f"{fact[0][1]} → {fact[1][1]}" for fact in facts]
    return seen(exam, captions, facts)

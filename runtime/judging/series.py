"""A series to foresee: truth and forecast over time, the error at each step ahead, the worst windows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch

from runtime.judging.exam import Exam
from runtime.judging.numbers import number_cases, number_parts, values
from runtime.judging.samples import caption, feature_names, round_to
from runtime.judging.views import WORST, line, lines, page, table
from runtime.protocol import Message
from runtime.showing import floats_of

AHEAD = re.compile(r"(.+) \+(\d+)")
"""How the columns of a horizon are called: "temperature +3"."""


def goals_of(names: Sequence[str]) -> tuple[list[str], int]:
    """What is foreseen and for how many steps: the columns (step by step, the goals within each) that the names of the
    targets tell of."""
    found = [AHEAD.fullmatch(name) for name in names]
    if not names or not all(found):
        return list(names), 1
    goals = list(dict.fromkeys(match[1] for match in found if match))
    steps = max(int(match[2]) for match in found if match)
    whole = [f"{goal} +{step}" for step in range(1, steps + 1) for goal in goals]
    return (goals, steps) if whole == list(names) else (list(names), 1)


def judge(exam: Exam) -> list[Message]:
    predicted, truth, names = values(exam)
    goals, steps = goals_of(names)
    shape = (len(exam), steps, len(goals))
    first = []
    if exam.session.dataset.ordered:
        first.append(page("Over time", timeline(exam, predicted.view(shape), truth.view(shape), goals)))
    ahead = by_step(exam, predicted.view(shape), truth.view(shape), goals) if steps > 1 else None
    first.append(page("Worst windows", worst_windows(exam, predicted, truth, steps), ahead))
    parts = number_parts(exam, predicted, truth, names, first)
    before = as_before(exam, truth.view(shape), goals)
    if before is not None:
        parts[0]["scores"]["naive_mae"] = before
        parts[0]["note"] = (
            f"A forecast that says “as it is now” has an MAE of {before:.4g}: a network that is not better has learned "
            "nothing of time."
        )
    return parts


def timeline(exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, goals: Sequence[str]) -> Message:
    """What came and what was foreseen, (N, steps, goals)."""
    return {
        "kind": "timeline",
        "name": "timeline",
        "title": "Truth and forecast",
        "goals": list(goals),
        "steps": truth.shape[1],
        "truth": floats_of(truth.permute(2, 1, 0)),
        "predicted": floats_of(predicted.permute(2, 1, 0)),
        "samples": exam.places.tolist(),
    }


def by_step(exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, goals: Sequence[str]) -> Message:
    """The mean absolute error at every step ahead, (N, steps, goals); beside it that of "as it is now"."""
    away = (predicted - truth).abs().mean(0)
    steps = list(range(1, truth.shape[1] + 1))
    found = []
    now = last_known(exam, goals)
    for number, goal in enumerate(goals):
        found.append(line(goal, steps, away[:, number].tolist()))
        if now is not None:
            naive = (now[:, None, number] - truth[:, :, number]).abs().mean(0)
            found.append(line(f"{goal}, as it is now", steps, naive.tolist(), dashed=True))
    return lines("ahead", "Error at every step ahead", found, ("steps ahead", "mean absolute error"))


def last_known(exam: Exam, goals: Sequence[str]) -> torch.Tensor | None:
    """The last value of every goal in its window (N, goals); ``None`` where the windows do not hold them."""
    shape = exam.schema.input_shape
    names = feature_names(exam, shape[-1])
    if len(shape) != 2 or any(goal not in names for goal in goals):
        return None
    places = torch.tensor([names.index(goal) for goal in goals])
    return exam.inputs()[:, -1].double()[:, places]


def as_before(exam: Exam, truth: torch.Tensor, goals: Sequence[str]) -> float | None:
    """The mean absolute error of the forecast that everything stays as it is now."""
    now = last_known(exam, goals)
    return None if now is None else float((now.unsqueeze(1) - truth).abs().mean())


def worst_windows(exam: Exam, predicted: torch.Tensor, truth: torch.Tensor, steps: int) -> Message:
    """The windows after which the forecast was worst, (N, K)."""
    away = (predicted - truth).abs()
    mean = away.mean(1)
    worst = mean.argsort(descending=True, stable=True)[:WORST]
    heads = [("window", "text"), ("mean error", "number")]
    heads += [("largest", "number")] if truth.shape[1] > 1 else [("true", "number"), ("predicted", "number")]
    rows = []
    for number in worst.tolist():
        more = [away[number].max()] if truth.shape[1] > 1 else [truth[number, 0], predicted[number, 0]]
        rows.append(
            [caption(exam, number), round_to(float(mean[number])), *(round_to(float(one)) for one in more)]
        )
    return table("windows", "Worst windows", heads, rows, exam.places[worst].tolist())


def cases(exam: Exam, name: str) -> list[Message]:
    """The first sample's window with what came after it and what was foreseen."""
    predicted, truth, names = values(exam)
    goals, steps = goals_of(names)
    inputs = exam.inputs()
    if inputs.dim() != 3:
        return number_cases(exam, predicted, truth, names)
    window = inputs[0]
    columns = feature_names(exam, window.shape[1])
    before, after = list(range(-len(window) + 1, 1)), list(range(1, steps + 1))
    shape = (steps, len(goals))
    drawn = []
    for number, goal in enumerate(goals):
        wanted, given = truth[0].view(shape)[:, number].tolist(), predicted[0].view(shape)[:, number].tolist()
        known = window[:, columns.index(goal)].tolist() if goal in columns else []
        drawn.append(line(goal, [*before[len(before) - len(known) :], *after], [*known, *wanted]))
        start = ([0], known[-1:]) if known else ([], [])
        what = "forecast" if len(goals) == 1 else f"{goal}, forecast"
        drawn.append(line(what, [*start[0], *after], [*start[1], *given], dashed=True))
    told = caption(exam, 0)
    if truth.shape[1] == 1:
        told = f"{told}: true {float(truth[0, 0]):.4g}, predicted {float(predicted[0, 0]):.4g}"
    titles = ("steps from now", "")
    if truth.shape[1] == 1:
        return [lines("window", told, drawn, titles)]
    rows = [
        [name, round_to(want), round_to(got), round_to(got - want)]
        for name, want, got in zip(names, truth[0].tolist(), predicted[0].tolist(), strict=True)
    ]
    heads = (("column", "text"), ("true", "number"), ("predicted", "number"), ("error", "number"))
    return [lines("window", "", drawn, titles), table("facts", "", heads, rows)]

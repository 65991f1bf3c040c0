"""The figures of a recipe that has no right answer to compare with."""

from __future__ import annotations

from runtime.judging.exam import Exam
from runtime.judging.samples import caption, seen
from runtime.judging.views import page, part, table
from runtime.protocol import Message

FREE = ("adversarial", "cycle", "diffusion")
"""Recipes that make things nobody has a right answer for."""


def judge(exam: Exam) -> list[Message]:
    from runtime.training.evaluation import figures_of, to_the_end

    session = exam.session
    if session.loop is None:
        return []
    found = to_the_end(figures_of(session, exam.split)).figures
    known = {figure.name: figure for figure in session.recipe.figures}
    rows = []
    for name, value in found.items():
        figure = known.get(name)
        better = {"low": "lower is better", "high": "higher is better"}.get(
            figure.better if figure else "", ""
        )
        rows.append([figure.title if figure else name, value, better, figure.help if figure else ""])
    heads = (("figure", "text"), ("value", "number"), ("", "text"), ("what it tells", "text"))
    shown = page(
        "Figures", table("figures", "Figures on this split", heads, rows, empty="Nothing was measured.")
    )
    note = ""
    if session.recipe.id in FREE:
        note = (
            "What is made here has no right answer to be compared with, so no single sample can be called wrong. "
            "Judge it with your eyes in “Watch it learn”; the Fréchet distance measures how far it is from the data."
        )
    return [part("all", "", [shown], found, note)]


def cases(exam: Exam, name: str) -> list[Message]:
    return seen(exam, [caption(exam, number) for number in range(len(exam))], [[] for _ in range(len(exam))])

"""Single samples as a person reads them: a picture, a row of a table, a window of a series, a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from runtime.data.entry import cells_of
from runtime.data.tokens import readable
from runtime.judging.exam import Exam
from runtime.judging.views import line, lines, table
from runtime.protocol import Message
from runtime.showing._pictures import pictures

MOST_COLUMNS = 12
"""Inputs of a row that stand in a table of the worst."""
MOST_VALUES = 400
MOST_LINES = 8
LONGEST = 400
"""Characters of a text in a cell."""
ROUND = 6


def texts(exam: Exam) -> list[str] | None:
    """The samples as text; ``None`` where they are none."""
    words = _words(exam)
    if not words:
        return None
    found = exam.session.inputs[exam.rows.to(exam.session.inputs.device)].cpu()
    tokens = found.argmax(-1) if found.is_floating_point() else found
    return [_cut(readable(row, words)) for row in tokens.flatten(1).tolist()]


def _words(exam: Exam) -> Sequence[str]:
    schema = exam.schema
    return schema.vocabulary or ((schema.classes or ()) if schema.task == "next-token" else ())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def feature_names(exam: Exam, count: int) -> list[str]:
    """A name for each of the last axis."""
    names = list(exam.schema.features)
    return names if len(names) == count else [f"x{number + 1}" for number in range(count)]


def inputs_columns(exam: Exam) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """Columns and, for each sample, cells that tell the samples of a table of the worst apart: the numbers of a row,
    or its text. Empty for pictures and series, which are shown when they are clicked."""
    read = texts(exam)
    if read is not None:
        return [("text", "text")], [[text] for text in read]
    schema = exam.schema
    if schema.kind != "table" or len(schema.input_shape) != 1:
        return [], [[] for _ in range(len(exam))]
    heads, cells = _row_cells(exam, MOST_COLUMNS)
    return heads, cells


def _row_cells(exam: Exam, most: int) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """(name, kind) of the first columns of a table and the cells of each sample: as its source has them, with
    the words of categories and dates, or else the numbers that the network is given."""
    known = cells_of(exam.session.dataset, exam.rows)
    if known is not None:
        questions, told = known
        heads = [(one.name, "number" if one.kind == "number" else "text") for one in questions[:most]]
        return heads, [[_rounded(cell) for cell in row[:most]] for row in told]
    values = exam.inputs().reshape(len(exam), -1)
    names = feature_names(exam, values.shape[1])[:most]
    return [(name, "number") for name in names], [
        [_rounded(value) for value in row[: len(names)]] for row in values.tolist()
    ]


def _rounded(cell: str | float) -> str | float:
    return cell if isinstance(cell, str) else round_to(cell)


def round_to(value: float, digits: int = ROUND) -> float:
    """A float of 32 bits without the digits that mean nothing."""
    return float(f"{value:.{digits}g}")


def seen(exam: Exam, captions: Sequence[str], facts: Sequence[Sequence[tuple[str, Any]]]) -> list[Message]:
    """The inputs of the samples, each under its caption, with facts about it (such as what was wanted and what was
    given) where they stand in a table."""
    schema = exam.schema
    if schema.kind == "image" and len(schema.input_shape) == 3:
        return [picture_grid(exam, captions)]
    read = texts(exam)
    if read is not None:
        heads = [(name, "text") for name, _ in facts[0]] if facts else []
        lines_of = [
            [text, *(str(value) for _, value in fact)] for text, fact in zip(read, facts, strict=True)
        ]
        return [table("samples", "", [("text", "text"), *heads], lines_of)]
    values = exam.inputs()
    if schema.kind == "series" and values.dim() == 3:
        return [*facts_table(captions, facts), *_windows(exam, values, captions)]
    columns, cells = _row_cells(exam, MOST_VALUES)
    heads = [("", "text"), *((caption, "number") for caption in captions)]
    told: list[list[Any]] = [
        [facts[0][number][0], *(fact[number][1] for fact in facts)]
        for number in range(len(facts[0]) if facts else 0)
    ]
    rows: list[list[Any]] = [
        [name, *column] for (name, _), column in zip(columns, zip(*cells, strict=True), strict=True)
    ]
    return [table("samples", "", heads, [*told, *rows], bold=range(len(told)))]


def facts_table(captions: Sequence[str], facts: Sequence[Sequence[tuple[str, Any]]]) -> list[Message]:
    """What is known of each sample, in a table of its own."""
    if not facts or not facts[0]:
        return []
    heads = [("sample", "text"), *((name, "number") for name, _ in facts[0])]
    rows = [[caption, *(value for _, value in fact)] for caption, fact in zip(captions, facts, strict=True)]
    return [table("facts", "", heads, rows)]


def picture_grid(exam: Exam, captions: Sequence[str]) -> Message:
    """Pictures with what is to be said under each. Of more channels than three the first is shown."""
    images = exam.session.inputs[exam.rows.to(exam.session.inputs.device)].float().cpu()
    if images.shape[1] not in (1, 3):
        images = images[:, :1]
    columns = min(8, max(1, len(images)))
    return pictures(exam.look, "samples", "", images, columns, labels=list(captions))


def _windows(exam: Exam, values: torch.Tensor, captions: Sequence[str]) -> list[Message]:
    """The columns of a window over its steps; of several samples the first."""
    window = values[0]
    names = feature_names(exam, window.shape[1])[:MOST_LINES]
    steps = list(range(-len(window) + 1, 1))
    found = [line(name, steps, window[:, number].tolist()) for number, name in enumerate(names)]
    return [lines("window", captions[0] if captions else "", found, ("step", ""))]


def caption(exam: Exam, number: int) -> str:
    """How a sample is called: by its row in the data, counted from 1."""
    return f"row {int(exam.rows[number]) + 1:,}"

"""One row of a table as a person types it: what is asked for, and the inputs that their answers make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runtime.data.columns import Column, is_missing
from runtime.data.dates import to_day
from runtime.data.numerals import COMMA, is_unclear, to_number
from runtime.data.schema import DataError

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset

Asked = Literal["number", "category", "date"]
Cell = str | float
"""Numbers (NaN where missing), or the words of a category or date."""


@dataclass(frozen=True, slots=True)
class Question:
    """A column that is asked for. ``choices`` are the categories it knows; ``example`` is what stands in the first row
    of the data, ``gaps`` whether a cell may be missing."""

    name: str
    kind: Asked
    example: str = ""
    choices: tuple[str, ...] = ()
    gaps: bool = False
    way: str = ""
    """How the data writes its numbers or dates, see :class:`runtime.data.columns.Column`."""

    def told(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "name": self.name, "kind": self.kind, "example": self.example, "choices": list(self.choices),
            "gaps": self.gaps,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """``encode`` turns what was typed, by name, into inputs (1, F) as the source gives them, before any scaling;
    ``decode`` such inputs (N, F) back into a cell for each question."""

    questions: tuple[Question, ...]
    encode: Callable[[Mapping[str, str]], torch.Tensor]
    decode: Callable[[torch.Tensor], list[list[Cell]]] | None = None


def entry_of(dataset: Dataset) -> Entry | None:
    """How a row of this data is typed: as its source says, else a number for each feature of a table; ``None`` where
    samples are no rows."""
    if dataset.entry is not None:
        return dataset.entry
    schema = dataset.schema if dataset.preparation is None else dataset.preparation.schema
    if schema.kind != "table" or len(schema.input_shape) != 1 or schema.input_dtype != "float32":
        return None
    names = schema.features
    if len(names) != schema.input_shape[0]:
        names = tuple(f"x{number}" for number in range(schema.input_shape[0]))
    inputs, scaler = dataset.inputs, dataset.input_scaler
    if dataset.preparation is not None:
        inputs, scaler = dataset.preparation.raw["input"], dataset.preparation.source_scaler
    row = inputs[:1].cpu()
    first = (scaler.invert(row) if scaler is not None else row)[0].tolist()
    questions = tuple(
        Question(name, "number", f"{value:.4g}") for name, value in zip(names, first, strict=True)
    )

    def encode(values: Mapping[str, str]) -> torch.Tensor:
        import torch

        return torch.tensor([[number_of(question, values) for question in questions]])

    return Entry(questions, encode)


def cells_of(dataset: Dataset, rows: torch.Tensor) -> tuple[tuple[Question, ...], list[list[Cell]]] | None:
    """The rows with these numbers as a person would type them: what each column is, and the cells of each row; ``None``
    where the source does not know. Missing numbers are shown as the mean that took their place."""
    entry = dataset.entry
    if entry is None or entry.decode is None:
        return None
    inputs, scaler = dataset.inputs, dataset.input_scaler
    if dataset.preparation is not None:
        inputs, scaler = dataset.preparation.raw["input"], dataset.preparation.source_scaler
    found = inputs[rows.to(inputs.device)].cpu()
    if scaler is not None:
        least = 1e-6 * scaler.scale.to(found.device).abs()
        found = scaler.invert(found)
        found = found.where(found.abs() > least, 0.0)  # what was 0 comes back as some ten-millionths
    return entry.questions, entry.decode(found)


def question_of(column: Column, known: Sequence[str]) -> Question:
    """What is asked of a column of a person's table."""
    example = ""
    for value in column.values[:1000].tolist():
        if value == value:
            example = _shown(column, value)
            break
    kind: Asked = column.kind if column.kind in ("category", "date") else "number"
    return Question(column.name, kind, example, tuple(known), bool(column.missing), column.way)


def cell_of(question: Question, column: Column, values: Mapping[str, str]) -> float:
    """The value of a column that was typed, as :class:`Column` keeps it: NaN where nothing was."""
    text = values.get(question.name, "").strip()
    if question.kind == "category":
        return float(column.categories.index(text)) if text in column.categories else float("nan")
    if question.kind == "number":
        return number_of(question, values)
    day = to_day(text, question.way)
    if day != day and not (question.gaps and is_missing(text)):
        raise DataError(f"“{question.name}” needs a date such as {question.example}, not “{text}”.")
    return day


def number_of(question: Question, values: Mapping[str, str]) -> float:
    """A number that was typed, with a point or a comma; :class:`DataError` for anything else."""
    text = values.get(question.name, "").strip()
    if question.gaps and is_missing(text):
        return float("nan")
    if not question.way and is_unclear(text):
        either, other = text.replace(",", "."), text.replace(",", "")
        raise DataError(
            f"“{question.name}” needs a number: “{text}” may be {either} or {other}. Write one of them."
        )
    number = to_number(text, question.way)
    if number != number:
        number = to_number(text, COMMA)
    if number != number:
        what = f"not “{text}”" if text else "but nothing is typed"
        raise DataError(f"“{question.name}” needs a number such as {question.example}, {what}.")
    return number


def _shown(column: Column, value: float) -> str:
    if column.kind == "category":
        return column.categories[int(value)]
    if column.kind != "date":
        return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:.6g}"
    return day_text(value, column.clock)


def day_text(day: float, clock: bool) -> str:
    """Days since 1970 as a date, with the time of day where there is a ``clock``."""
    import datetime

    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(minutes=round(day * 1440))
    return moment.strftime("%Y-%m-%d %H:%M" if clock else "%Y-%m-%d")

"""The samples of a split that a network is judged on, and the answers to the commands ``results`` and ``cases``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from runtime.data.schema import Schema
from runtime.judging import judge_of
from runtime.judging.views import part
from runtime.probes import undisturbed
from runtime.protocol import Message
from runtime.showing import Look
from runtime.training.errors import RunError
from runtime.training.session import Session

if TYPE_CHECKING:
    from runtime.judging import Judge

SPLITS = ("train", "validation", "test")
MOST_CASES = 24


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """Some samples of a split: ``places`` are their numbers in the split, ``rows`` those in the data, both on the CPU.
    ``total`` is how many the split has."""

    session: Session
    split: str
    places: torch.Tensor
    rows: torch.Tensor
    total: int

    @property
    def schema(self) -> Schema:
        return self.session.dataset.schema

    @property
    def look(self) -> Look:
        """What the shows of the run are made with."""
        return Look(self.session, self.session.memory)

    def __len__(self) -> int:
        return len(self.rows)

    def batches(self, size: int = 0) -> Iterator[dict[str, torch.Tensor]]:
        """All columns of the samples, some samples at a time, on the device of the model."""
        for rows in self.rows.split(size or self.session.evaluation_size):
            yield self.session.batch_of(rows)

    def inputs(self, count: int | None = None) -> torch.Tensor:
        """The inputs of the (first) samples on the CPU, in the units they had before they were scaled."""
        rows = self.rows[:count].to(self.session.inputs.device)
        found = self.session.inputs[rows].cpu()
        scaler = self.session.dataset.input_scaler
        if scaler is None:
            return found
        values = scaler.invert(found)
        # what was 0 comes back as some ten-millionths
        return values.where(
            values.abs() > 1e-6 * scaler.scale.to(values.device).abs(), torch.zeros_like(values)
        )

    def part_of(self, chosen: torch.Tensor) -> Exam:
        """Only these of its samples, by their number within the exam."""
        return Exam(self.session, self.split, self.places[chosen], self.rows[chosen], self.total)


def exam_of(session: Session, split: str, most: int, samples: Sequence[int] | None = None) -> Exam:
    """The samples of a split: these places in it, or all, or ``most`` of them, evenly spread."""
    if split not in SPLITS:
        raise RunError(f"There is no split “{split}”.", "Choose train, validation or test.")
    rows = session.rows(split).cpu()
    if samples is not None:
        outside = [place for place in samples if not 0 <= place < len(rows)]
        if outside:
            raise RunError(
                f"The {split} split has {len(rows)} samples, but none with the number {outside[0]}."
            )
        places = torch.tensor(list(samples[:MOST_CASES]), dtype=torch.int64)
    elif len(rows) > most:
        places = torch.linspace(0, len(rows) - 1, most).round().long().unique()
    else:
        places = torch.arange(len(rows))
    return Exam(session, split, places, rows[places], len(rows))


def _judge(session: Session) -> Judge:
    schema = session.dataset.schema
    return judge_of(session.recipe.id, schema.task, schema.kind)


def results(session: Session, command: Message) -> Message:
    """The answer to ``results``: all parts of a split. Noise and what is hidden are the same every time."""
    judge, split = _judge(session), str(command.get("split", "test"))
    exam = exam_of(session, split, judge.most)
    answer: Message = {
        "event": "results",
        "split": split,
        "judge": judge.id,
        "total": exam.total,
        "looked_at": len(exam),
        "parts": [],
    }
    if not len(exam):
        return answer
    with undisturbed(session):
        torch.manual_seed(session.project.training.seed)
        answer["parts"] = judge.judge(exam) or [part("all", "", [], {})]
    return answer


def cases(session: Session, command: Message) -> Message:
    """The answer to ``cases``: single samples with what was wanted and what was given."""
    judge, split = _judge(session), str(command.get("split", "test"))
    exam = exam_of(session, split, judge.most, [int(place) for place in command.get("samples") or [0]])
    name = str(command.get("part", ""))
    with undisturbed(session):
        torch.manual_seed(session.project.training.seed)
        views = judge.cases(exam, name)
    return {
        "event": "cases",
        "split": split,
        "samples": exam.places.tolist(),
        "rows": exam.rows.tolist(),
        "part": name,
        "views": views,
    }

"""The next token of a text: which are foreseen, where, and what is said instead."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F

from runtime.data.schema import Schema
from runtime.data.tokens import of_characters
from runtime.judging.exam import Exam
from runtime.judging.marked import runs
from runtime.judging.samples import caption
from runtime.judging.sentences import shown
from runtime.judging.views import (
    FEW,
    MOST_CLASSES,
    WORST,
    confusion,
    line,
    lines,
    members,
    page,
    pairs_table,
    part,
    table,
)
from runtime.protocol import Message
from runtime.scores import confusion_matrix

LARGEST = 2**24
"""Numbers of the scores that are held at once."""


def judge(exam: Exam) -> list[Message]:
    found = list(answers(exam))
    given, truth, loss = (torch.cat([one[number] for one in found]) for number in range(3))
    words = words_of_data(exam.schema)
    few = len(words) <= MOST_CLASSES
    counts = confusion_matrix(truth, given, len(words)) if few else None
    which = exam.places.unsqueeze(1).expand_as(truth).flatten()
    cells = members(truth.flatten(), given.flatten(), which)
    right = (given == truth).double()
    mean = float(loss.double().mean())
    names = [shown(word) for word in words]
    steps = list(range(1, truth.shape[1] + 1))
    scores = {"accuracy": float(right.mean()), "perplexity": math.exp(min(mean, 700.0)), "loss": mean}
    every = tokens_table(truth, given, loss, names, exam.places)
    titles = ("place in the window", "share of right tokens")
    pages = [
        page("Worst passages", worst(exam, given, truth, loss)),
        page("Tokens", every, pairs_table(truth, given, names, cells, "tokens")),
        page(
            "Places",
            lines("right", "Right tokens, by their place", [line("right", steps, right.mean(0).tolist())], titles),
            lines(
                "loss", "Loss, by place", [line("loss", steps, loss.double().mean(0).tolist())],
                (titles[0], "cross-entropy"),
            ),
        ),
        page(
            "Taken for",
            None if counts is None else confusion("confusion", "Taken for", counts, names, cells, "tokens"),
        ),
    ]  # fmt: skip
    return [part("all", "", pages, scores)]


def words_of_data(schema: Schema) -> tuple[str, ...]:
    """What the token numbers stand for."""
    return schema.classes or schema.vocabulary


def answers(exam: Exam) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Given and true tokens and the cross-entropy of each, (B, T), some samples at a time."""
    session = exam.session
    count = len(words_of_data(exam.schema))
    length = int(session.targets.shape[1])
    size = max(1, min(session.evaluation_size, LARGEST // max(1, length * count)))
    logged = session.project.training.loss == "nll"
    for rows in exam.rows.split(size):
        batch = session.batch_of(rows)
        scores = (
            session.loop.scores(batch["input"])
            if session.loop is not None
            else session.forward(batch["input"])
        )
        scores = scores.float()
        target = batch["target"] if batch["target"].dim() == 2 else batch["target"].argmax(-1)
        likely = scores if logged else scores.log_softmax(-1)
        loss = F.nll_loss(likely.flatten(0, 1), target.flatten(), reduction="none").view(target.shape)
        yield scores[..., :count].argmax(-1).cpu(), target.cpu(), loss.cpu()


def tokens_table(
    truth: torch.Tensor, given: torch.Tensor, loss: torch.Tensor, names: list[str], places: torch.Tensor
) -> Message:
    """Every token that occurs: how often, how often it is foreseen, and its mean loss; the most frequent first."""
    counts = torch.bincount(truth.flatten(), minlength=len(names))
    right = torch.bincount(truth[given == truth], minlength=len(names))
    total = torch.zeros(len(names), dtype=torch.float64).index_add_(
        0, truth.flatten(), loss.double().flatten()
    )
    order = counts.argsort(descending=True, stable=True)
    order = order[counts[order] > 0][:500]
    samples = []
    missed = given != truth
    for number in order.tolist():
        rows = ((truth == number) & missed).any(1).nonzero().flatten()[:FEW]
        samples.append(places[rows].tolist())
    rows = [
        [names[n], int(counts[n]), int(right[n]) / int(counts[n]), float(total[n]) / int(counts[n])]
        for n in order.tolist()
    ]
    heads = (("token", "text"), ("times", "number"), ("foreseen", "share"), ("mean loss", "number"))
    return table("tokens", "Every token", heads, rows, samples)


def worst(exam: Exam, given: torch.Tensor, truth: torch.Tensor, loss: torch.Tensor) -> Message:
    """The windows with the largest loss; tokens that were not foreseen are marked."""
    words = words_of_data(exam.schema)
    mean = loss.double().mean(1)
    order = mean.argsort(descending=True, stable=True)[:WORST]
    rows = []
    for number in order.tolist():
        wrong = (given[number] != truth[number]).tolist()
        rows.append([float(f"{float(mean[number]):.4g}"), sum(wrong), _text(truth[number], wrong, words)])
    heads = (("mean loss", "number"), ("wrong", "number"), ("text (not foreseen is marked)", "runs"))
    return table("worst", "Worst passages", heads, rows, exam.places[order].tolist())


def _text(tokens: torch.Tensor, wrong: list[bool], words: tuple[str, ...]) -> list[list[object]]:
    characters = of_characters(words)
    return runs(
        [shown(words[token]) if token < len(words) else "?" for token in tokens.tolist()], wrong, characters
    )


def cases(exam: Exam, name: str) -> list[Message]:
    words, rows = words_of_data(exam.schema), []
    number = 0
    for given, truth, _loss in answers(exam):
        for mine, other in zip(given, truth, strict=True):
            wrong = (mine != other).tolist()
            rows.append([caption(exam, number), [["", 0]]])
            rows.append(["wanted", _text(other, wrong, words)])
            rows.append(["network", _text(mine, wrong, words)])
            number += 1
    return [table("case", "", (("", "text"), ("text", "runs")), rows, bold=range(0, len(rows), 3))]

"""Hidden words and pairs of sentences: what a masked language model guesses wrongly."""

from __future__ import annotations

import torch

from runtime.data.schema import CLASS, SEPARATOR
from runtime.data.tokens import words_of
from runtime.judging.classes import class_pages
from runtime.judging.exam import Exam
from runtime.judging.marked import Run
from runtime.judging.samples import caption
from runtime.judging.views import FEW, WORST, members, page, pairs_table, part, table
from runtime.protocol import Message

FOLLOWS = ("does not follow", "follows")


def judge(exam: Exam) -> list[Message]:
    hidden = hidden_of(exam)
    given, truth, shares, follows = answers(exam, hidden)
    words = list(exam.schema.vocabulary)
    which = exam.places.unsqueeze(1).expand_as(truth)[hidden]
    cells = members(truth[hidden], given[hidden], which)
    right = float((given == truth)[hidden].double().mean())
    pages = [
        page("Worst sentences", worst(exam, given, truth, hidden)),
        page(
            "Words",
            words_table(words, exam, truth, given, hidden),
            pairs_table(truth[hidden], given[hidden], words, cells, "times"),
        ),
    ]
    parts = [part("words", "hidden words", pages, {"masked_accuracy": right})]
    chosen = shares.argmax(1)
    scores, pages = class_pages(exam, shares, follows, chosen, FOLLOWS)
    return [*parts, part("next", "does the second sentence follow?", pages, scores)]


def hidden_of(exam: Exam) -> torch.Tensor:
    """Which words are hidden, (N, T) bool: the same for a sample whenever it is looked at."""
    session = exam.session
    name = f"hidden of {exam.split}"
    if name not in session.memory:
        rows = session.rows(exam.split)
        tokens = session.inputs[rows.to(session.inputs.device)].cpu()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(session.project.training.seed)
            session.memory[name] = session.loop.masked(tokens)[1]
    found: torch.Tensor = session.memory[name][exam.places]
    return found


def answers(
    exam: Exam, hidden: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Guessed and true words (N, T) where all hidden ones are masked, the shares (N, 2) of "follows" and its truth."""
    loop, found, start = exam.session.loop, [], 0
    for batch in exam.batches():
        tokens, segments = batch["input"], batch["segments"]
        masked = tokens.masked_fill(hidden[start : start + len(tokens)].to(tokens.device), loop.mask)
        start += len(tokens)
        guesses = loop.guesses(masked, segments, 1)[..., 0]
        shares = loop.network(tokens, segments)[1].float().softmax(-1)
        found.append((guesses.cpu(), tokens.cpu(), shares.cpu(), batch["target"].flatten().long().cpu()))
    given, truth, sure, follows = (torch.cat([one[number] for one in found]) for number in range(4))
    return given, truth, sure, follows


def _marked(
    exam: Exam, number: int, given: torch.Tensor, truth: torch.Tensor, hidden: torch.Tensor
) -> list[Run]:
    """The sentence; behind every hidden word that was not guessed the guess."""
    words = exam.schema.vocabulary
    found: list[Run] = []
    for place, token in enumerate(truth[number].tolist()):
        word = " ".join(words_of([token], words, marks=True))
        if not word or word == CLASS:
            continue
        if not hidden[number, place]:
            found.append(["| " if word == SEPARATOR else f"{word} ", 0])
        elif int(given[number, place]) == token:
            found.append([f"[{word}] ", 0])
        else:
            found += [[f"[{word} ← {words[int(given[number, place])]}]", 1], [" ", 0]]
    return found


def worst(exam: Exam, given: torch.Tensor, truth: torch.Tensor, hidden: torch.Tensor) -> Message:
    """The sentences with the most hidden words that were not guessed."""
    wrong = ((given != truth) & hidden).sum(1)
    order = (wrong / hidden.sum(1).clamp(min=1) + wrong * 1e-3).argsort(descending=True, stable=True)[:WORST]
    rows = [
        [int(wrong[n]), int(hidden[n].sum()), _marked(exam, n, given, truth, hidden)] for n in order.tolist()
    ]
    heads = (("wrong", "number"), ("hidden", "number"), ("[hidden ← guess where it is wrong]", "runs"))
    return table("worst", "Worst sentences", heads, rows, exam.places[order].tolist())


def words_table(
    words: list[str], exam: Exam, truth: torch.Tensor, given: torch.Tensor, hidden: torch.Tensor
) -> Message:
    """Every word that was hidden: how often, and how often it was guessed."""
    totals = torch.bincount(truth[hidden], minlength=len(words))
    right = torch.bincount(truth[hidden & (given == truth)], minlength=len(words))
    order = totals.argsort(descending=True, stable=True)
    order = order[totals[order] > 0][:500]
    rows, samples = [], []
    for number in order.tolist():
        rows.append([words[number], int(totals[number]), int(right[number]) / int(totals[number])])
        missed = ((truth == number) & hidden & (given != truth)).any(1).nonzero().flatten()[:FEW]
        samples.append(exam.places[missed].tolist())
    heads = (("word", "text"), ("hidden", "number"), ("guessed", "share"))
    return table("words", "Every hidden word", heads, rows, samples)


def cases(exam: Exam, name: str) -> list[Message]:
    hidden = hidden_of(exam)
    given, truth, shares, follows = answers(exam, hidden)
    rows = []
    for number in range(len(exam)):
        chosen = int(shares[number].argmax())
        wrong = int(chosen != int(follows[number]))
        said = f"{FOLLOWS[chosen]} {float(shares[number, chosen]):.0%}"
        rows.append([caption(exam, number), _marked(exam, number, given, truth, hidden), [[said, wrong]]])
    return [table("case", "", (("", "text"), ("sentences", "runs"), ("second sentence", "runs")), rows)]

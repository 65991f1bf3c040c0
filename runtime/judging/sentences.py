"""Sentences that were written: which are right, which are not, and what was written instead."""

from __future__ import annotations

from collections import Counter

import torch

from runtime.data.tokens import joined, of_characters, readable, words_of
from runtime.judging.exam import Exam
from runtime.judging.lengths import by_length, by_place
from runtime.judging.marked import differences, distance, runs
from runtime.judging.views import FEW, WORST, page, part, table
from runtime.loops.sequence_to_sequence import bleu
from runtime.protocol import Message


def judge(exam: Exam) -> list[Message]:
    written, wanted = answers(exam)
    given = _sources(exam)
    words = exam.schema.target_vocabulary or exam.schema.vocabulary
    ours = [words_of(row, words) for row in written]
    theirs = [words_of(row, words) for row in wanted]
    right = [one == other for one, other in zip(ours, theirs, strict=True)]
    away = [distance(one, other) for one, other in zip(ours, theirs, strict=True)]
    places = exam.places.tolist()
    swapped: Counter[tuple[str, str]] = Counter()
    behind: dict[tuple[str, str], list[int]] = {}
    for one, other, place in zip(ours, theirs, places, strict=True):
        for pair in differences(one, other)[2]:
            swapped[pair] += 1
            if len(behind.setdefault(pair, [])) < FEW and place not in behind[pair]:
                behind[pair].append(place)
    heads = (("wanted", "text"), ("written instead", "text"), ("times", "number"))
    common = swapped.most_common(WORST)
    lengths = [len(words_of(row, exam.schema.vocabulary)) for row in given]
    hits = [
        [a == b for a, b in zip(one, other, strict=False)] for one, other in zip(ours, theirs, strict=True)
    ]
    hits = [[*row, *[False] * (len(other) - len(row))] for row, other in zip(hits, theirs, strict=True)]
    scores = {
        "exact": sum(right) / len(right),
        "bleu": bleu(exam.session.loop.sentences(written), exam.session.loop.sentences(wanted)),
        "edits": sum(away) / max(1, sum(map(len, theirs))),
    }
    pages = [
        page("Worst sentences", worst(exam, given, ours, theirs, away)),
        page(
            "Lengths",
            by_length("lengths", "Exactly right, by length of the given", lengths, right, places, "words given"),
            by_place("places", "Right words, by their place", hits, "place in the sentence"),
        ),
        page(
            "Confused words",
            table(
                "swapped", "Words in place of others", heads,
                [[shown(a), shown(b), count] for (a, b), count in common],
                [behind[pair] for pair, _ in common], empty="No word stands in the place of another.",
            ),
        ),
    ]  # fmt: skip
    return [part("all", "", pages, scores)]


def shown(word: str) -> str:
    """A word, also when it is a space."""
    return {" ": "␣", "\n": "↵"}.get(word, word)


def answers(exam: Exam) -> tuple[torch.Tensor, torch.Tensor]:
    """What is written by taking the likeliest token each time, and what was wanted, (N, T)."""
    loop, written, wanted = exam.session.loop, [], []
    for batch in exam.batches():
        target = batch["target"][:, 1:]
        written.append(loop.greedy(batch["input"], target.shape[1]).cpu())
        wanted.append(target.cpu())
    return torch.cat(written), torch.cat(wanted)


def _sources(exam: Exam) -> list[list[int]]:
    rows: list[list[int]] = exam.session.inputs[exam.rows.to(exam.session.inputs.device)].tolist()
    return rows


def worst(
    exam: Exam, given: list[list[int]], ours: list[list[str]], theirs: list[list[str]], away: list[int]
) -> Message:
    """The sentences that need the most changes to be right, the shorter first."""
    wrong_ones = [number for number in range(len(away)) if away[number]]
    order = sorted(wrong_ones, key=lambda n: (-away[n], len(theirs[n])))[:WORST]
    rows = []
    characters = of_characters(exam.schema.target_vocabulary or exam.schema.vocabulary)
    for number in order:
        wrong, missed, _ = differences(ours[number], theirs[number])
        rows.append(
            [
                away[number],
                readable(given[number], exam.schema.vocabulary),
                runs(theirs[number], missed, characters),
                runs(ours[number], wrong, characters),
            ]
        )
    heads = (("changes", "number"), ("given", "text"), ("wanted", "runs"), ("network", "runs"))
    samples = [int(exam.places[number]) for number in order]
    return table("worst", "Worst sentences", heads, rows, samples, empty="Every sentence is exactly right.")


def cases(exam: Exam, name: str) -> list[Message]:
    written, wanted = answers(exam)
    words = exam.schema.target_vocabulary or exam.schema.vocabulary
    characters, rows = of_characters(words), []
    found = zip(_sources(exam), written.tolist(), wanted.tolist(), strict=True)
    for source, mine, other in found:
        ours, theirs = words_of(mine, words), words_of(other, words)
        wrong, missed, _ = differences(ours, theirs)
        text = joined(words_of(source, exam.schema.vocabulary), of_characters(exam.schema.vocabulary))
        if len(exam) == 1:
            rows = [["given", [[text, 0]]], ["wanted", runs(theirs, missed, characters)],
                    ["network", runs(ours, wrong, characters)]]  # fmt: skip
            return [table("case", "", (("", "text"), ("sentence", "runs")), rows)]
        rows.append([text, runs(theirs, missed, characters), runs(ours, wrong, characters)])
    return [table("case", "", (("given", "text"), ("wanted", "runs"), ("network", "runs")), rows)]

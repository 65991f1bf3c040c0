"""Pictures with the network's answer to every question."""

from __future__ import annotations

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.answering import ROWS, answers, yes_line


def show(look: Look) -> list[Message]:
    batch = look.session.batch_of(look.spread(ROWS))
    found = look.loop.answers(batch["input"]).float().sigmoid().tolist()
    truth = (batch["target"] > 0.5).tolist()
    lines = [
        [yes_line(*one) for one in zip(look.loop.questions, shares, wanted, strict=True)]
        for shares, wanted in zip(found, truth, strict=True)
    ]
    return [answers(look, "answers", "Answers", batch, lines)]

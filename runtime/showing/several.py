"""What a network with several outputs says at each of them."""

from __future__ import annotations

import torch

from runtime.loops.several import CLASSES, fitted
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.answering import POINTS, ROWS, Line, against, answers, class_line, in_own_units, yes_line


def show(look: Look) -> list[Message]:
    batch = look.session.batch_of(look.spread(POINTS))
    found = look.loop.network(*look.loop.inputs(batch)["network"])
    outputs = found if isinstance(found, tuple) else (found,)
    lines: list[list[Line]] = [[] for _ in range(min(ROWS, len(batch["input"])))]
    shows = []
    for name, number, loss, _, column in look.loop.losses:
        scores, truth = fitted(loss, outputs[number].float(), batch[column])
        if scores.dim() != 2 or len(scores) != len(batch["input"]):
            continue  # pictures, or a class for every step: too much for a line
        if loss in CLASSES or loss.startswith("bce"):
            for row, one in enumerate(_lines(look, name, loss, scores[: len(lines)], truth)):
                lines[row] += one
        else:
            pair = scores, truth.reshape(scores.shape)
            if column == "target" and look.session.dataset.schema.task == "regression":
                pair = tuple(in_own_units(look, *pair))  # type: ignore[assignment]
            shows.append(against(name, f"{name}, predicted and true", pair[0][:, 0], pair[1][:, 0]))
    said = [answers(look, "answers", "Answers", batch, lines)] if any(lines) else []
    return said + shows


def _lines(look: Look, name: str, loss: str, scores: torch.Tensor, truth: torch.Tensor) -> list[list[Line]]:
    """What one output says of each sample."""
    schema = look.session.dataset.schema
    classes = schema.classes or ()
    if loss in CLASSES:
        shares = scores.softmax(-1) if loss == "cross_entropy" else scores.exp()
        found = [class_line(shares[row], int(truth[row]), classes) for row in range(len(shares))]
        return [[(f"{name}: {text}", right)] for text, right in found]
    shares = scores.sigmoid() if loss == "bce_with_logits" else scores
    names = classes if len(classes) == shares.shape[1] and len(classes) > 1 else [name] * shares.shape[1]
    return [
        [
            yes_line(names[place], float(shares[row, place]), bool(truth[row, place] > 0.5))
            for place in range(len(names))
        ]
        for row in range(len(shares))
    ]

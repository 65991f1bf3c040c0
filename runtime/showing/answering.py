"""Answers beside the truth: under pictures, in a table, or, for numbers, one against the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from runtime.data import Dataset
from runtime.protocol import Message
from runtime.showing import Look, bytes_of, floats_of
from runtime.showing._pictures import seen, shows_pictures

ROWS = 24
POINTS = 400
SIDE = 96
"""Longest side of a picture that travels; larger ones are shrunk."""
COURSES, BARS = 2, 30
"""Features of a sequence whose course is drawn, and steps of it; longer ones are averaged."""
LEVELS = "▁▂▃▄▅▆▇█"
FEATURES = 3
"""So many of a row's features are told."""

Line = tuple[str, bool | None]
"""What is said of a sample, and whether it is right (``None``: nobody knows)."""


def share(value: float) -> str:
    """A share as a person reads it: 100 % only where it is."""
    return f"{min(value, 0.99) if value < 1 else 1.0:.0%}" if value > 0.5 else f"{value:.0%}"


def class_line(scores: torch.Tensor, truth: int | None, classes: Sequence[str]) -> Line:
    """The class with the highest share (K,), or the more likely of two (1,), and the true one where it differs."""
    if len(scores) == 1:
        yes = float(scores[0])
        chosen, sure = (1, yes) if yes > 0.5 else (0, 1 - yes)
    else:
        chosen = int(scores[: len(classes) or None].argmax())
        sure = float(scores[chosen])
    said = _named(classes, chosen) + (f" {share(sure)}" if 0 <= sure <= 1 else "")
    if truth is None:
        return said, None
    return said if chosen == truth else f"{said} · is {_named(classes, truth)}", chosen == truth


def yes_line(question: str, sure: float, truth: bool | None) -> Line:
    """The answer to a yes/no question and how sure it is: "circle: yes 93 %"."""
    yes = sure > 0.5
    said = f"{question}: {'yes' if yes else 'no'} {share(sure if yes else 1 - sure)}"
    return said, None if truth is None else yes == truth


def _named(classes: Sequence[str], number: int) -> str:
    return classes[number] if 0 <= number < len(classes) else str(number)


def answers(
    look: Look, name: str, title: str, batch: dict[str, torch.Tensor], lines: list[list[Line]]
) -> Message:
    """What a network says of each sample: under the pictures, or in a table where there are none."""
    if shows_pictures(look):
        images = batch["input"][: len(lines)]
        most = max(images.shape[-2:])
        if most > SIDE:
            size = [max(1, round(side * SIDE / most)) for side in images.shape[-2:]]
            images = F.interpolate(images.float(), size, mode="area")
        rows = [[{"text": text, "right": right} for text, right in sample] for sample in lines]
        low, high, images = seen(look, images)
        return {
            "kind": "answers",
            "name": name,
            "title": title,
            "images": bytes_of(images, low, high),
            "rows": rows,
        }
    given = described(look.session.dataset, batch["input"][: len(lines)])
    table = []
    for number, sample in enumerate(lines):
        known = [right for _, right in sample if right is not None]
        said = " · ".join(text for text, _ in sample)
        right = all(known) if known else None
        table.append({"input": given[number], "output": said, "wanted": "", "right": right})
    return {"kind": "text", "name": name, "title": title, "rows": table}


def described(dataset: Dataset, inputs: torch.Tensor) -> list[str]:
    """Samples that are no pictures in a few words: the course of their first features, these in the data's own units,
    or a number."""
    names = dataset.schema.features
    if dataset.schema.kind == "series" and inputs.dim() == 3 and inputs.is_floating_point():
        return courses(inputs, names)
    if inputs.dim() != 2 or len(names) != inputs.shape[1] or not inputs.is_floating_point():
        return [f"sample {number + 1}" for number in range(len(inputs))]
    values = inputs if dataset.input_scaler is None else dataset.input_scaler.invert(inputs)
    more = " …" if len(names) > FEATURES else ""
    return [
        ", ".join(f"{name} {value:.4g}" for name, value in zip(names[:FEATURES], row.tolist(), strict=False))
        + more
        for row in values
    ]


def courses(inputs: torch.Tensor, names: Sequence[str]) -> list[str]:
    """Sequences (N, T, features) as rows of bars, on one scale for all samples."""
    found = [""] * len(inputs)
    for number in range(min(COURSES, inputs.shape[2])):
        values = inputs[:, :, number].float().nan_to_num()
        values = F.adaptive_avg_pool1d(values, min(BARS, values.shape[1]))
        low, high = values.min(), values.max()
        levels = ((values - low) / (high - low).clamp(min=1e-12) * (len(LEVELS) - 1)).round().long()
        name = f"{names[number]} " if number < len(names) else ""
        for row, line in enumerate(levels.tolist()):
            found[row] += ("  " if number else "") + name + "".join(LEVELS[level] for level in line)
    return found


def against(name: str, title: str, predicted: torch.Tensor, truth: torch.Tensor) -> Message:
    """Numbers that were predicted (N,) over the true ones (N,): on the diagonal where they agree."""
    return {
        "kind": "against",
        "name": name,
        "title": title,
        "truth": floats_of(truth),
        "predicted": floats_of(predicted),
    }


def in_own_units(look: Look, *values: torch.Tensor) -> list[torch.Tensor]:
    """Targets or predictions as they were before they were scaled."""
    scaler = look.session.dataset.target_scaler
    return [value if scaler is None else scaler.invert(value) for value in values]


def quiet(show: Message) -> Message:
    """A show that waits until it is looked at: it does not bring its panel to the front."""
    calm: dict[str, Any] = {**show, "quiet": True}
    return calm

"""What a person's own recipe shows: whatever its ``show(batch)`` gives, if it has one.

``show`` gives a dict of titles and what to see under them: pictures (N, 1 or 3, H, W) as the data has them, points
(N, 2), numbers (N,) or a list of texts.
"""

from __future__ import annotations

from typing import Any

import torch

from runtime.protocol import Message
from runtime.showing import Look, floats_of
from runtime.showing._pictures import pictures, points
from runtime.training.errors import RunError

SAMPLES = 64
COLUMNS = 8


def show(look: Look) -> list[Message]:
    if not hasattr(look.loop, "show"):
        return []
    found = look.loop.show(look.batch(SAMPLES))
    if not isinstance(found, dict):
        raise RunError(
            "The method show of the recipe did not give a dict.",
            "Let it return titles with what to see under them: {“Made”: pictures}.",
        )
    return [_shown(look, str(title), value) for title, value in found.items()]


def _shown(look: Look, title: str, value: Any) -> Message:
    if isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value):
        rows = [{"input": "", "output": text, "wanted": "", "right": None} for text in value]
        return {"kind": "text", "name": title, "title": title, "rows": rows}
    if torch.is_tensor(value) and value.dim() == 4 and value.shape[1] in (1, 3):
        return pictures(look, title, title, value, COLUMNS)
    if torch.is_tensor(value) and value.dim() == 2 and value.shape[1] == 2:
        return points(title, title, value, [0] * len(value), [title])
    if torch.is_tensor(value) and value.dim() == 1:
        series = floats_of(value)
        return {
            "kind": "series",
            "name": title,
            "title": title,
            "truth": series,
            "predicted": floats_of(value[:0]),
        }
    raise RunError(
        f"“{title}”, which the recipe's show gives, cannot be shown.",
        "It may be pictures (N, 1 or 3, H, W), points (N, 2), numbers (N,) or a list of texts.",
    )

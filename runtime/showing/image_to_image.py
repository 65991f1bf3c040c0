"""Given, made and wanted pictures side by side."""

from __future__ import annotations

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import pictures, shows_pictures, side_by_side

SAMPLES = 8


def show(look: Look) -> list[Message]:
    if not shows_pictures(look):
        return []
    batch = look.batch(SAMPLES)
    made = look.loop.sample(batch["input"])
    images = side_by_side(batch["input"], made, batch["target"])
    return [pictures(look, "triples", "Made", images, 3, column_titles=["given", "made", "wanted"])]

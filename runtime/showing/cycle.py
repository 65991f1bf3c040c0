"""Pictures of both kinds, there and back again."""

from __future__ import annotations

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import pictures, shows_pictures, side_by_side

SAMPLES = 6


def show(look: Look) -> list[Message]:
    if not shows_pictures(look):
        return []
    batch, found = look.batch(SAMPLES), []
    for start, goal, kind in (("a", "b", "input"), ("b", "a", "target")):
        made = look.loop.sample(batch[kind], goal)
        back = look.loop.sample(made, start)
        titles = [start.upper(), f"as {goal.upper()}", "back"]
        images = side_by_side(batch[kind], made, back)
        title = f"{start.upper()} to {goal.upper()}"
        found.append(pictures(look, f"{start}_to_{goal}", title, images, 3, column_titles=titles))
    return found

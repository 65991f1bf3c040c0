"""Reconstructions, samples of codes drawn at random, and the space of codes."""

from __future__ import annotations

import torch

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import (
    MOST_POINTS,
    class_names,
    in_two_dimensions,
    one_below,
    pictures,
    points,
    shows_pictures,
)

SAMPLES = 10
DRAWN = 40


def show(look: Look) -> list[Message]:
    batch = look.batch(MOST_POINTS)
    mean = look.loop.network(batch["input"])[1]
    labels, classes = class_names(look, batch)
    found = [points("codes", "Where the codes lie", in_two_dimensions(mean), labels, classes)]
    if not shows_pictures(look):
        return found
    some = batch["input"][:SAMPLES]
    images = one_below(some, look.loop.redrawn(some))
    again = pictures(look, "again", "Drawn again", images, len(some), row_titles=["original", "drawn again"])
    if not any(type(module).__name__ == "SampleNormal" for module in look.loop.network.modules()):
        return [again, *found]  # the code is drawn in some other way, so no other one can be put in its place
    codes = look.fixed("codes", lambda: torch.randn(DRAWN, *mean.shape[1:]))
    return [
        again,
        pictures(look, "samples", "Drawn from the same random codes", look.loop.decode(codes), 10),
        *found,
    ]

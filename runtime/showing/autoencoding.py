"""What goes in, what comes out, and the codes in between."""

from __future__ import annotations

import torch

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import (
    MOST_POINTS,
    class_names,
    in_two_dimensions,
    narrowest,
    one_below,
    pictures,
    points,
    shows_pictures,
)

SAMPLES = 10


def show(look: Look) -> list[Message]:
    torch.manual_seed(look.session.project.training.seed)  # the same noise every time
    batch, found = look.batch(MOST_POINTS), []
    if shows_pictures(look):
        some = batch["input"][:SAMPLES]
        spoilt = look.loop.spoilt(some)
        drawn = look.loop.redrawn(spoilt)
        rows, titles = [some, drawn], ["original", "drawn again"]
        if look.loop.noise:
            rows, titles = [some, spoilt, drawn], ["original", "with noise", "drawn again"]
        images = one_below(*rows)
        found.append(pictures(look, "again", "Drawn again", images, len(some), row_titles=titles))
    codes = narrowest(look.loop.network, batch["input"])
    if codes is not None:
        labels, classes = class_names(look, batch)
        found.append(points("codes", "Where the codes lie", in_two_dimensions(codes), labels, classes))
    return found

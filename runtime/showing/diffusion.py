"""What becomes of the same noise after every epoch, and how: step by step."""

from __future__ import annotations

import torch

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import pictures, shows_pictures

SAMPLES, STEPS = 20, 20
STRIPS, KEPT = 6, 8


def show(look: Look) -> list[Message]:
    if not shows_pictures(look):
        return []
    loop, device = look.loop, look.session.device
    noise = look.fixed("noise", lambda: torch.randn(SAMPLES, *loop.shape))
    labels, names = None, None
    if loop.conditional:
        labels = torch.arange(SAMPLES, device=device) % loop.classes
        classes = look.session.dataset.schema.classes or ()
        names = [classes[number] for number in labels.tolist()]
    trail = [noise, *loop.denoised(noise, labels, STEPS)]
    kept = [trail[round(step * (len(trail) - 1) / (KEPT - 1))][:STRIPS] for step in range(KEPT)]
    strips = torch.stack(kept, dim=1).flatten(0, 1)
    named = {"labels": names} if names else {}
    rows = {"row_titles": names[:STRIPS]} if names else {}
    return [
        pictures(look, "samples", "Drawn from the same noise", trail[-1], 10, **named),
        pictures(look, "steps", "From noise to picture", strips, KEPT, **rows),
    ]

"""What a generator draws from the same noise after every epoch."""

from __future__ import annotations

import torch

from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing._pictures import pictures, points, shows_pictures

SAMPLES = 64
POINTS = 400


def show(look: Look) -> list[Message]:
    device = look.session.device
    if shows_pictures(look):
        noise = look.fixed("noise", lambda: look.loop.draw(SAMPLES, torch.device("cpu")))
        made = look.loop.sample(noise)
        real = look.batch(SAMPLES)["input"]
        return [
            pictures(look, "samples", "Drawn from the same noise", made, 8),
            pictures(look, "real", "Real ones", real, 8),
        ]
    if look.session.dataset.schema.input_shape == (2,):
        noise = look.fixed("noise", lambda: look.loop.draw(POINTS, torch.device("cpu")))
        made, real = look.loop.sample(noise), look.batch(POINTS, "train")["input"].to(device)
        labels = [0] * len(real) + [1] * len(made)
        return [points("samples", "Real and made", torch.cat([real, made]), labels, ("real", "made"))]
    return []

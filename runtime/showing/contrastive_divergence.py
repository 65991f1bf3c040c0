"""What Boltzmann machines make of pictures, what they dream, and what their hidden units look for."""

from __future__ import annotations

import math

import torch

from runtime.protocol import Message
from runtime.showing import Look, bytes_of
from runtime.showing._pictures import one_below, pictures, shows_pictures

SAMPLES, FILTERS, DREAMS, STEPS = 10, 64, 20, 100


def show(look: Look) -> list[Message]:
    schema, loop = look.session.dataset.schema, look.loop
    if not shows_pictures(look):
        return []
    some = look.batch(SAMPLES)["input"]
    images = one_below(some, loop.redrawn(some))
    found = [
        pictures(look, "again", "Drawn again", images, len(some), row_titles=["original", "drawn again"])
    ]
    weights = loop.machines[0].weights
    if weights.shape[1] != math.prod(schema.input_shape):
        return found
    filters = weights[:FILTERS].detach().reshape(-1, *schema.input_shape)
    bound = filters.abs().amax().item()
    return [
        *found,
        {
            "kind": "pictures", "name": "filters", "title": "What the first hidden units look for",
            "images": bytes_of(filters, -bound, bound), "columns": 16,
        },
        pictures(look, "dreams", "Dreams", _dreams(look, schema.input_shape), 10),
    ]  # fmt: skip


def _dreams(look: Look, shape: tuple[int, ...]) -> torch.Tensor:
    """What the highest machine that has learned comes to when it runs for itself, beginning with a picture of the data;
    told downwards."""
    loop = look.loop
    stage = min(loop.stage, len(loop.machines) - 1)
    torch.manual_seed(look.session.project.training.seed)  # the same coins every time
    seen = loop.seen_by(stage, look.batch(DREAMS)["input"])
    seen = loop.dreamt(loop.machines[stage], seen, STEPS)
    for machine in reversed(loop.machines[:stage]):
        seen = loop.down(machine, seen)
    return seen.view(-1, *shape)

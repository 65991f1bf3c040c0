"""Masks over pictures: what is there, and what the network sees."""

from __future__ import annotations

from runtime.protocol import Message, array
from runtime.showing import Look
from runtime.showing.over_pictures import pictures_of

COUNT = 12


def show(look: Look) -> list[Message]:
    import torch

    batch = look.batch(COUNT)
    found = look.loop.masks(batch["input"])

    def plain(masks: torch.Tensor) -> Message:
        small = masks.to("cpu", torch.uint8).contiguous()
        return array(small.numpy().tobytes(), list(small.shape), "uint8")

    return [
        {
            "kind": "masks",
            "name": "masks",
            "title": "Masks over pictures",
            "images": pictures_of(look, batch["input"]),
            "truth": plain(batch["target"]),
            "predicted": plain(found),
            "classes": list(look.session.dataset.schema.classes or ()),
        }
    ]

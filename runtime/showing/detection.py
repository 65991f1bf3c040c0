"""Boxes over pictures: what is there, and what the detector finds."""

from __future__ import annotations

from runtime.loops.detection import corners
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.over_pictures import pictures_of

COUNT = 12
LEAST = 0.3
"""Boxes with a lower score are not drawn."""


def show(look: Look) -> list[Message]:
    import torch

    batch = look.batch(COUNT)
    height, width = batch["input"].shape[-2:]
    found = look.loop.boxes(look.loop.cells(batch["input"]), LEAST)

    def rows(boxes: list[torch.Tensor]) -> list[list[list[float]]]:
        size = torch.tensor([width, height, width, height])
        return [torch.cat([part[:, :4] * size, part[:, 4:]], dim=1).tolist() for part in boxes]

    return [
        {
            "kind": "boxes",
            "name": "boxes",
            "title": "Boxes over pictures",
            "images": pictures_of(look, batch["input"]),
            "truth": rows(corners(batch["target"].cpu())),
            "predicted": rows(found),
            "classes": list(look.session.dataset.schema.classes or ()),
        }
    ]

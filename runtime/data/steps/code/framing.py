"""Cutting a window out of every sample of a batch; the window may reach over the edge."""

from __future__ import annotations

import torch

from runtime.data.steps.code.boxes import boxes_within, corners_of


def framed(
    batch: dict[str, torch.Tensor],
    top: torch.Tensor,
    left: torch.Tensor,
    size: tuple[int, int],
    fill: float,
    pictures: tuple[str, ...],
    masks: tuple[str, ...],
    boxes: tuple[str, ...],
) -> dict[str, torch.Tensor]:
    """The window of ``size`` whose corner lies at ``top`` and ``left`` (N,) in each sample."""
    height, width = batch[pictures[0]].shape[-2:]
    rows = top[:, None] + torch.arange(size[0], device=top.device)
    columns = left[:, None] + torch.arange(size[1], device=top.device)
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None, :]
    place = (rows.clamp(0, height - 1) * width)[:, :, None] + columns.clamp(0, width - 1)[:, None, :]
    batch = dict(batch)
    for name in pictures:
        flat = batch[name].flatten(2)
        found = flat.gather(2, place.flatten(1)[:, None].expand(-1, flat.shape[1], -1))
        found = found.unflatten(2, size)
        batch[name] = torch.where(inside[:, None], found, torch.full_like(found, fill))
    for name in masks:
        found = batch[name].flatten(1).gather(1, place.flatten(1)).unflatten(1, size)
        batch[name] = torch.where(inside, found, torch.full_like(found, 255))
    for name in boxes:
        old = torch.tensor([width, height, width, height], device=top.device)
        new = torch.tensor([size[1], size[0], size[1], size[0]], device=top.device)
        start = torch.stack((left, top, left, top), dim=-1)[:, None]
        batch[name] = boxes_within(batch[name], (corners_of(batch[name]) * old - start) / new)
    return batch


class CentreCrop:
    """Cuts the middle out of every picture; a window larger than the picture gets a margin."""

    def __init__(
        self,
        size: tuple[int, int],
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.size, self.fill = size, fill
        self.moved = (pictures, masks, boxes)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        top = round((x.shape[-2] - self.size[0]) / 2.0)
        left = round((x.shape[-1] - self.size[1]) / 2.0)
        start = torch.ones(len(x), dtype=torch.long, device=x.device)
        return framed(batch, start * top, start * left, self.size, self.fill, *self.moved)


class RandomCrop:
    """Cuts a window out of every picture, at a place of its own; ``padding`` pixels may lie outside."""

    def __init__(
        self,
        size: tuple[int, int],
        padding: int = 0,
        fill: float = 0.0,
        pictures: tuple[str, ...] = ("input",),
        masks: tuple[str, ...] = (),
        boxes: tuple[str, ...] = (),
    ) -> None:
        self.size, self.padding, self.fill = size, padding, fill
        self.moved = (pictures, masks, boxes)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        start = []
        for edge, size in zip(x.shape[-2:], self.size, strict=True):
            room = edge + 2 * self.padding - size + 1
            start.append(torch.randint(room, (len(x),), device=x.device) - self.padding)
        return framed(batch, start[0], start[1], self.size, self.fill, *self.moved)

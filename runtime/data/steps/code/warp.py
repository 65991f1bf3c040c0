"""Pictures that are turned, moved or sheared, each in its own way."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from runtime.data.steps.code.boxes import boxes_within, corners_of


def warped(
    batch: dict[str, torch.Tensor],
    matrix: torch.Tensor,
    fill: float,
    pictures: tuple[str, ...],
    masks: tuple[str, ...],
    boxes: tuple[str, ...],
) -> dict[str, torch.Tensor]:
    """Each sample under a matrix (N, 2, 3) of its own, which tells where a pixel of the result comes from, in
    pixels from the middle. Read between pixels; outside is ``fill``."""
    height, width = batch[pictures[0]].shape[-2:]
    half = torch.tensor([width / 2, height / 2], device=matrix.device)
    grid = matrix.clone()  # as affine_grid wants it: the picture reaches from -1 to 1
    grid[:, :, :2] *= half[None, None] / half[None, :, None]
    grid[:, :, 2] /= half
    count = len(matrix)
    grid = F.affine_grid(grid, [count, 1, height, width], align_corners=False)
    batch = dict(batch)
    for name in pictures:
        batch[name] = F.grid_sample(batch[name] - fill, grid, align_corners=False) + fill
    for name in masks:
        mask = batch[name][:, None].float() - 255  # so that outside becomes 255: does not count
        mask = F.grid_sample(mask, grid, mode="nearest", align_corners=False) + 255
        batch[name] = mask[:, 0].to(batch[name].dtype)
    for name in boxes:
        left, top, right, bottom = corners_of(batch[name]).unbind(-1)
        x = torch.stack((left, right, right, left), dim=-1)
        y = torch.stack((top, top, bottom, bottom), dim=-1)
        points = (torch.stack((x, y), dim=-1) * 2 - 1) * half - matrix[:, None, None, :, 2]
        there = torch.linalg.inv(matrix[:, :, :2])[:, None, None]
        moved = ((there @ points.unsqueeze(-1)).squeeze(-1) / half + 1) / 2
        batch[name] = boxes_within(batch[name], torch.cat((moved.amin(-2), moved.amax(-2)), dim=-1))
    return batch

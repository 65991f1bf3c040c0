"""Boxes that move with their pictures."""

from __future__ import annotations

import torch


def corners_of(boxes: torch.Tensor) -> torch.Tensor:
    """Left, top, right and bottom (N, M, 4) of rows of class, centre x, centre y, width, height."""
    centre, half = boxes[..., 1:3], boxes[..., 3:5] / 2
    return torch.cat((centre - half, centre + half), dim=-1)


def boxes_within(boxes: torch.Tensor, corners: torch.Tensor) -> torch.Tensor:
    """The boxes with new corners, cut at the edge of the picture. One that is mostly outside is given up:
    it becomes a row of zeros with class -1, like the rows that fill up."""
    cut = corners.clamp(0, 1)
    size, whole = cut[..., 2:] - cut[..., :2], corners[..., 2:] - corners[..., :2]
    seen = size.prod(-1) > 0.25 * whole.prod(-1)
    centre = (cut[..., 2:] + cut[..., :2]) / 2
    moved = torch.cat((boxes[..., :1], centre, size), dim=-1)
    gone = torch.zeros_like(moved)
    gone[..., 0] = -1
    return torch.where((seen & (boxes[..., 0] >= 0)).unsqueeze(-1), moved, gone)

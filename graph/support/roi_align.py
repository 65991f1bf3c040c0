"""Cutting boxes out of a feature map."""

import torch
from torch.nn import functional as F


def roi_align(x, boxes, size, scale=1.0, samples=2):
    """Features of boxes (B, N, 4), given as x1, y1, x2, y2 of the image, each as (C, size, size): He et al., 2017.

    ``scale`` is how much smaller the feature map is than the image; every cell of the result is the mean of
    ``samples`` × ``samples`` places.
    """
    batch, channels, height, width = x.shape
    left, top, right, bottom = (boxes * scale - 0.5).unsqueeze(-1).unbind(-2)
    steps = (torch.arange(size * samples, device=x.device) + 0.5) / (size * samples)
    across = 2 * (left + (right - left) * steps + 0.5) / width - 1
    down = 2 * (top + (bottom - top) * steps + 0.5) / height - 1
    shape = *down.shape, size * samples
    places = across[:, :, None].expand(shape), down[..., None].expand(shape)
    seen = F.grid_sample(
        x,
        torch.stack(places, dim=-1).flatten(1, 2),
        padding_mode="border",
        align_corners=False,
    )
    seen = seen.reshape(batch, channels, -1, size, samples, size, samples)
    return seen.mean(dim=(4, 6)).transpose(1, 2)

"""Four neighbours as one."""

import torch
from torch.nn import functional as F


def merge_patches(x):
    """Joins 2 × 2 neighbours of (B, H, W, C) into (B, H/2, W/2, 4C) (Liu et al., 2021: Swin)."""
    height, width = x.shape[1:3]
    x = F.pad(x, (0, 0, 0, width % 2, 0, height % 2))
    left, right = x[:, :, 0::2], x[:, :, 1::2]
    return torch.cat([left[:, 0::2], left[:, 1::2], right[:, 0::2], right[:, 1::2]], -1)

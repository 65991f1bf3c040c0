"""Pooling to grids of several sizes."""

import torch
from torch.nn import functional as F


def pyramid_pool(x, levels):
    """Pools (B, C, H, W) to grids of n × n for every n of ``levels``, in one row (He et al., 2014)."""
    grids = [F.adaptive_max_pool2d(x, level) for level in levels]
    return torch.cat([grid.flatten(1) for grid in grids], dim=1)

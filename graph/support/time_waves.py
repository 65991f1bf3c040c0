"""A number as a vector of waves."""

import math

import torch


def time_waves(t, dim):
    """Sines and cosines of falling frequency of the numbers t (B,), as diffusion models tell the time: (B, dim)."""
    rate = torch.exp(torch.arange(dim // 2, device=t.device) * (-math.log(10000.0) / (dim // 2)))
    angle = t[:, None] * rate
    return torch.cat([torch.sin(angle), torch.cos(angle)], dim=1)

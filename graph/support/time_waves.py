"""A number as a vector of waves."""

import math

import torch


def time_waves(t, dim):
    """Sines and cosines of falling frequency of every number, as diffusion models tell the time: (B,) to (B, dim)."""
    half = (dim + 1) // 2
    rate = torch.exp(torch.arange(half, device=t.device) * (-math.log(10000.0) / half))
    angle = t[..., None] * rate
    return torch.cat([torch.sin(angle), torch.cos(angle)], dim=-1)[..., :dim]

"""A number as a vector of waves."""

import math

import torch


def time_waves(t, dim):
    """Tells the time as sines and cosines of falling frequency: (B,) to (B, dim)."""
    half = (dim + 1) // 2
    steps = torch.arange(half, device=t.device)
    rate = torch.exp(steps * (-math.log(10000.0) / half))
    angle = t[..., None] * rate
    return torch.cat([torch.sin(angle), torch.cos(angle)], dim=-1)[..., :dim]

"""Rotary positions: queries and keys are turned by an angle that grows with their place."""

import torch


def rotate_positions(x, base=10000.0):
    """Turns pairs of features of (..., T, features) like clock hands (Su et al., 2021)."""
    half = x.size(-1) // 2
    rates = base ** (-torch.arange(half, device=x.device) / half)
    angles = torch.arange(x.size(-2), device=x.device)[:, None] * rates
    sin, cos = angles.sin().to(x.dtype), angles.cos().to(x.dtype)
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)

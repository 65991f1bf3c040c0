"""Coordinates as waves."""

import math

import torch


def fourier_features(x, count):
    """Sines and cosines of every number at ``count`` doubling frequencies (Mildenhall et al., 2020: NeRF)."""
    angles = x[..., None] * (math.pi * 2.0 ** torch.arange(count, device=x.device))
    return torch.cat([angles.sin(), angles.cos()], dim=-1).flatten(-2)

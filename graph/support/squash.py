"""Lengths between 0 and 1."""

import torch


def squash(x, dim=-1):
    """Shortens vectors to a length below 1 without turning them (Sabour et al., 2017: capsules)."""
    square = x.square().sum(dim=dim, keepdim=True)
    return x * square / (1 + square) * torch.rsqrt(square + 1e-8)

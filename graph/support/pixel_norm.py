"""Pixels of one length."""

import torch


def pixel_norm(x, dim=1, eps=1e-8):
    """Divides by the root mean square over the channels (Karras et al., 2018)."""
    return x * torch.rsqrt(x.square().mean(dim=dim, keepdim=True) + eps)

"""Pairs that belong together among all pairs of a batch."""

import torch
from torch.nn import functional as F


def contrastive_loss(first, second, temperature=0.07):
    """Each vector should be most like its partner among all of the batch (Radford et al., 2021: CLIP)."""
    scores = F.normalize(first, dim=-1) @ F.normalize(second, dim=-1).T / temperature
    partner = torch.arange(scores.shape[0], device=scores.device)
    return (F.cross_entropy(scores, partner) + F.cross_entropy(scores.T, partner)) / 2

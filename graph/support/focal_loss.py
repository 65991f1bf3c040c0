"""Binary cross-entropy that looks at the hard cases."""

import torch
from torch.nn import functional as F


def focal_loss(input, target, alpha=0.25, gamma=2.0):
    """Cross-entropy of raw scores and 0/1 targets, weighted down where the answer is right (Lin et al., 2017)."""
    probability = torch.sigmoid(input)
    right = probability * target + (1 - probability) * (1 - target)
    weight = alpha * target + (1 - alpha) * (1 - target)
    loss = F.binary_cross_entropy_with_logits(input, target, reduction="none")
    return (weight * (1 - right) ** gamma * loss).mean()

"""A tanh in place of a layer norm."""

import torch
from torch import nn


class DynamicTanh(nn.Module):
    """Squeezes with a learned steepness, then scales and shifts each feature (Zhu et al., 2025)."""

    def __init__(self, features, alpha=0.5):
        super().__init__()
        self.alpha = nn.Parameter(torch.tensor([alpha]))
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x):  # (..., features)
        return torch.tanh(self.alpha * x) * self.weight + self.bias

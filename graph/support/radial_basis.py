"""A layer of learned centres."""

import torch
from torch import nn


class RadialBasis(nn.Module):
    """How near the input is to each of some learned points (Broomhead and Lowe, 1988)."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(out_features, in_features))
        self.log_width = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):  # (B, ..., in_features)
        distance = (x.unsqueeze(-2) - self.centres).square().sum(dim=-1)
        return torch.exp(-distance * torch.exp(-2 * self.log_width))

"""Global response normalisation."""

import torch
from torch import nn


class GlobalResponseNorm(nn.Module):
    """Weighs channels by how strong they are beside the others (Woo et al., 2023: ConvNeXt V2)."""

    def __init__(self, channels, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.zeros(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):  # (B, C, H, W)
        strength = torch.linalg.vector_norm(x, dim=(2, 3), keepdim=True)
        relative = strength / (strength.mean(dim=1, keepdim=True) + self.eps)
        return x + self.weight * (x * relative) + self.bias

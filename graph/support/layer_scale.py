"""A learned factor for every channel."""

import torch
from torch import nn


class LayerScale(nn.Module):
    """Multiplies every channel by a learned number that starts small (Touvron et al., 2021)."""

    def __init__(self, channels, init=1e-5, dim=-1):
        super().__init__()
        self.dim = dim
        self.weight = nn.Parameter(torch.full((channels,), init))

    def forward(self, x):
        shape = [1] * x.dim()
        shape[self.dim] = -1
        return x * self.weight.view(shape)

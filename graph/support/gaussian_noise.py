"""Noise while training."""

import torch
from torch import nn


class GaussianNoise(nn.Module):
    """Adds normal noise while training; passes everything on in evaluation."""

    def __init__(self, std=0.1):
        super().__init__()
        self.std = std

    def forward(self, x):
        return x + self.std * torch.randn_like(x) if self.training else x

"""Pooling between mean and maximum."""

import torch
from torch import nn


class GeneralizedMeanPool(nn.Module):
    """One number per channel: the p-th root of the mean p-th power; p is learned (Radenović et al., 2018)."""

    def __init__(self, p=3.0, eps=1e-6):
        super().__init__()
        self.p, self.eps = nn.Parameter(torch.tensor([p])), eps

    def forward(self, x):  # (B, C, ...)
        return x.clamp(min=self.eps).flatten(2).pow(self.p).mean(dim=2).pow(1 / self.p)

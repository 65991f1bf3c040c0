"""Positions as sines and cosines, added to a sequence."""

import math

import torch
from torch import nn


class SinusoidalPositions(nn.Module):
    """Adds fixed waves of falling frequency (Vaswani et al., 2017, section 3.5)."""

    def __init__(self, dim, max_len=5000):
        super().__init__()
        position = torch.arange(max_len)[:, None]
        rate = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        table = torch.zeros(max_len, dim)
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate[: dim // 2])
        self.register_buffer("table", table, persistent=False)

    def forward(self, x):  # (B, T, dim)
        return x + self.table[: x.shape[1]]

"""Shrinking after a blur."""

import torch
from torch import nn
from torch.nn import functional as F


class BlurPool2d(nn.Module):
    """Blurs with a binomial filter, then takes every ``stride``-th pixel (Zhang, 2019)."""

    def __init__(self, kernel_size=3, stride=2):
        super().__init__()
        self.stride = stride
        row = torch.ones(1)
        for _ in range(kernel_size - 1):
            row = F.pad(row, (0, 1)) + F.pad(row, (1, 0))
        blur = row[:, None] * row
        self.padding = ((kernel_size - 1) // 2, kernel_size // 2) * 2
        self.register_buffer("blur", (blur / blur.sum())[None, None], persistent=False)

    def forward(self, x):  # (B, C, H, W)
        channels = x.shape[1]
        blur = self.blur.expand(channels, -1, -1, -1)
        x = F.pad(x, self.padding, mode="reflect")
        return F.conv2d(x, blur, stride=self.stride, groups=channels)

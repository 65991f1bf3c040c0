"""A convolution that sees only what was painted before."""

import torch
from torch import nn
from torch.nn import functional as F


class MaskedConv2d(nn.Conv2d):
    """Sees the pixels above and to the left; with ``centre`` its own too (van den Oord et al., 2016: PixelCNN)."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        padding=0,
        bias=True,
        centre=False,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            padding=padding,
            bias=bias,
        )
        height, width = self.kernel_size
        mask = torch.ones(height, width)
        mask[height // 2, width // 2 + centre :] = 0
        mask[height // 2 + 1 :] = 0
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):  # (B, C, H, W)
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)

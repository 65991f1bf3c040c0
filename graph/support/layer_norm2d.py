"""Layer norm for images."""

from torch import nn


class LayerNorm2d(nn.LayerNorm):
    """Normalises the channels of every pixel of (B, C, H, W) (Liu et al., 2022: ConvNeXt)."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

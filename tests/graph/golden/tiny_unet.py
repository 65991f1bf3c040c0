"""TinyUNet, drawn with TorchLoom. Needs torch alone."""

import torch
from torch import nn


class DoubleConv(nn.Sequential):
    def __init__(self, in_channels, width):
        super().__init__(
            nn.Conv2d(in_channels, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(),
        )


class TinyUNet(nn.Module):
    """Input (B, 1, 16, 16), output (B, 2, 16, 16); 7,470 parameters."""

    def __init__(self):
        super().__init__()
        self.down1 = DoubleConv(1, 4)
        self.pool1 = nn.MaxPool2d(2)
        self.down2 = DoubleConv(4, 8)
        self.pool2 = nn.MaxPool2d(2)
        self.middle = DoubleConv(8, 16)
        self.up2 = nn.Upsample(scale_factor=2.0)
        self.merge2 = DoubleConv(24, 8)
        self.up1 = nn.Upsample(scale_factor=2.0)
        self.merge1 = DoubleConv(12, 4)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        down1 = self.down1(x)  # (B, 4, 16, 16)
        x = self.down2(self.pool1(down1))  # (B, 8, 8, 8)
        out = self.middle(self.pool2(x))  # (B, 16, 4, 4)
        x = self.merge2(torch.cat([self.up2(out), x], dim=1))  # (B, 8, 8, 8)
        x = torch.cat([self.up1(x), down1], dim=1)  # (B, 12, 16, 16)
        x = self.merge1(x)  # (B, 4, 16, 16)
        return self.head(x)  # (B, 2, 16, 16)

"""Dropout of connected areas."""

from torch import nn
from torch.nn import functional as F


class DropBlock2d(nn.Module):
    """Sets squares of feature maps to zero and scales the rest up (Ghiasi et al., 2018)."""

    def __init__(self, p, block_size):
        super().__init__()
        self.p, self.block_size = p, block_size

    def forward(self, x):  # (B, C, H, W)
        if not self.training or self.p == 0:
            return x
        height, width = x.shape[2:]
        size = min(self.block_size, height, width)
        size -= 1 - size % 2
        places = (height - size + 1) * (width - size + 1)
        rate = min(self.p * height * width / (size**2 * places), 1.0)
        centres = x.new_empty(*x.shape[:2], height - size + 1, width - size + 1)
        dropped = F.pad(centres.bernoulli_(rate), [size // 2] * 4)
        kept = 1 - F.max_pool2d(dropped, size, stride=1, padding=size // 2)
        return x * kept * (kept.numel() / (1e-6 + kept.sum()))

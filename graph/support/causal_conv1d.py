"""A convolution that does not see the future."""

from torch import nn
from torch.nn import functional as F


class CausalConv1d(nn.Conv1d):
    """A convolution over time with all its padding in front (van den Oord et al., 2016: WaveNet)."""

    def forward(self, x):  # (B, C, T)
        before = (self.kernel_size[0] - 1) * self.dilation[0]
        return super().forward(F.pad(x, (before, 0)))

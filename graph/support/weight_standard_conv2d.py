"""A convolution with standardised filters."""

from torch import nn
from torch.nn import functional as F


class WeightStandardConv2d(nn.Conv2d):
    """Brings every filter to mean 0 and deviation 1 before it is used (Qiao et al., 2019)."""

    def forward(self, x):  # (B, C, H, W)
        mean = self.weight.mean((1, 2, 3), keepdim=True)
        var = self.weight.var((1, 2, 3), keepdim=True, unbiased=False)
        weight = (self.weight - mean) * (var + 1e-5).rsqrt()
        steps = self.stride, self.padding, self.dilation
        return F.conv2d(x, weight, self.bias, *steps, self.groups)

"""A draw from normal distributions."""

import torch
from torch import nn


class SampleNormal(nn.Module):
    """Draws so that the gradient reaches mean and variance (Kingma and Welling, 2014); the mean in evaluation."""

    def forward(self, mean, log_variance):
        if not self.training:
            return mean
        return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)

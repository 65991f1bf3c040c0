"""A draw from normal distributions."""

import torch
from torch import nn


class SampleNormal(nn.Module):
    """Draws so that the gradient reaches mean and variance; in evaluation the mean.

    Kingma and Welling, "Auto-encoding variational Bayes", 2014, section 2.4.
    """

    def forward(self, mean, log_variance):
        if not self.training:
            return mean
        return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)

"""A throw of coins."""

import torch
from torch import nn


class SampleBernoulli(nn.Module):
    """Ones with the given probabilities, zeros otherwise; the probabilities themselves in evaluation."""

    def forward(self, probability):
        return torch.bernoulli(probability) if self.training else probability

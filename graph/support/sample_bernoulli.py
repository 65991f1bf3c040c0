"""A throw of coins."""

import torch
from torch import nn


class SampleBernoulli(nn.Module):
    """Ones with these probabilities, else zeros; in evaluation the probabilities."""

    def forward(self, probability):
        return torch.bernoulli(probability) if self.training else probability

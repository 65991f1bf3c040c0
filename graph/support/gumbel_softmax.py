"""Choosing a class at random, with a gradient."""

import torch
from torch import nn
from torch.nn import functional as F


class GumbelSoftmax(nn.Module):
    """Draws classes from scores while training (Jang et al., 2017); the plain softmax in evaluation."""

    def __init__(self, tau=1.0, hard=False, dim=-1):
        super().__init__()
        self.tau, self.hard, self.dim = tau, hard, dim

    def forward(self, x):
        if self.training:
            return F.gumbel_softmax(x, tau=self.tau, hard=self.hard, dim=self.dim)
        if self.hard:
            best = x.argmax(dim=self.dim, keepdim=True)
            return torch.zeros_like(x).scatter(self.dim, best, 1.0)
        return torch.softmax(x / self.tau, dim=self.dim)

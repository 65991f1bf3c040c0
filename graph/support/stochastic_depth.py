"""Leaving out a whole branch at random while training."""

from torch import nn


class StochasticDepth(nn.Module):
    """Sets a branch to zero, for single samples or for the whole batch (Huang et al., 2016)."""

    def __init__(self, p, mode="row"):
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        rows = x.shape[0] if self.mode == "row" else 1
        kept = x.new_empty(rows, *[1] * (x.dim() - 1)).bernoulli_(1 - self.p)
        return x * (kept / (1 - self.p) if self.p < 1 else kept)

"""A row of blocks with several inputs."""

from torch import nn


class Repeated(nn.Sequential):
    """Blocks one behind the other. Each takes the result of the one before, and all take the same others."""

    def forward(self, x, *others):
        for block in self:
            x = block(x, *others)
        return x

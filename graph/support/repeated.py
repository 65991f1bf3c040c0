"""A row of blocks with several inputs."""

from torch import nn


class Repeated(nn.Sequential):
    """Blocks in a row: each takes the result of the one before and the same others."""

    def forward(self, x, *others):
        for block in self:
            x = block(x, *others)
        return x

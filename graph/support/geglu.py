"""A gated activation."""

from torch.nn import functional as F


def geglu(x, dim=-1):
    """The second half, through GELU, decides how much of the first passes (Shazeer, 2020)."""
    value, gate = x.chunk(2, dim)
    return value * F.gelu(gate)

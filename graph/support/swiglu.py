"""A gated activation."""

from torch.nn import functional as F


def swiglu(x, dim=-1):
    """One half, through SiLU, decides how much of the other passes (Shazeer, 2020)."""
    gate, value = x.chunk(2, dim)
    return F.silu(gate) * value

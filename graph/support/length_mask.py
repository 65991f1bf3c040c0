"""From lengths to a padding mask."""

import torch


def length_mask(x, lengths):
    """True, (B, T), at the steps of ``x`` that lie behind the end of their sequence."""
    steps = torch.arange(x.size(1), device=x.device)
    return steps >= lengths.unsqueeze(1)

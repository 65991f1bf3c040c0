"""Where on an image."""

import torch


def soft_argmax2d(x, temperature=1.0):
    """Mean place of every channel of (B, C, H, W): (B, C, 2), x and y from −1 to 1 (Levine et al., 2016)."""
    height, width = x.shape[-2:]
    weight = torch.softmax(x.flatten(2) / temperature, dim=-1).view_as(x)
    columns = torch.linspace(-1, 1, width, device=x.device, dtype=x.dtype)
    rows = torch.linspace(-1, 1, height, device=x.device, dtype=x.dtype)
    across = (weight.sum(dim=2) * columns).sum(dim=-1)
    down = (weight.sum(dim=3) * rows).sum(dim=-1)
    return torch.stack([across, down], dim=-1)

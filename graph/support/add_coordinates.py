"""Where a pixel is, as channels."""

import torch


def add_coordinates(x):
    """Appends two channels with the height and the width of every pixel, −1 to 1 (Liu et al., 2018: CoordConv)."""
    height, width = x.shape[-2:]
    rows = torch.linspace(-1, 1, height, device=x.device, dtype=x.dtype)
    columns = torch.linspace(-1, 1, width, device=x.device, dtype=x.dtype)
    places = torch.stack(torch.meshgrid(rows, columns, indexing="ij"))
    return torch.cat([x, places.expand(x.shape[0], -1, -1, -1)], dim=1)

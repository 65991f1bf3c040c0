"""Deformable convolution."""

import torch
from torch import nn
from torch.nn import functional as F


class DeformConv2d(nn.Conv2d):
    """A convolution whose filter cells look at shifted places (Dai et al., 2017; with a mask: Zhu et al., 2019).

    offset (B, 2 · cells, rows, columns) holds a shift down and one to the right for every cell of the filter,
    mask (B, cells, rows, columns) a weight. Between pixels it interpolates; outside everything is zero.
    """

    def forward(self, x, offset, mask=None):  # (B, C, H, W)
        batch, channels, height, width = x.shape
        across, rows, columns = self.kernel_size[1], *offset.shape[2:]
        cells = self.kernel_size[0] * across
        parts = offset.shape[1] // (2 * cells)
        offset = offset.reshape(batch, parts, cells, 2, rows, columns)
        cell = torch.arange(cells, device=x.device)[:, None, None]
        row = torch.arange(rows, device=x.device)[:, None]
        column = torch.arange(columns, device=x.device)
        down = row * self.stride[0] - self.padding[0] + offset[:, :, :, 0]
        down = down + cell // across * self.dilation[0]
        right = column * self.stride[1] - self.padding[1] + offset[:, :, :, 1]
        right = right + cell % across * self.dilation[1]
        places = (2 * right + 1) / width - 1, (2 * down + 1) / height - 1
        grid = torch.stack(places, dim=-1)
        seen = F.grid_sample(
            x.reshape(batch * parts, channels // parts, height, width),
            grid.reshape(batch * parts, cells * rows, columns, 2),
            align_corners=False,
        )
        seen = seen.reshape(batch, parts, -1, cells, rows * columns)
        if mask is not None:
            seen = seen * mask.reshape(batch, parts, 1, cells, rows * columns)
        seen = seen.reshape(batch, self.groups, -1, rows * columns)
        weight = self.weight.reshape(self.groups, -1, seen.shape[2])
        result = torch.einsum("goc,bgcn->bgon", weight, seen)
        result = result.reshape(batch, -1, rows, columns)
        return result if self.bias is None else result + self.bias[:, None, None]

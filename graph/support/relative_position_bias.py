"""A learned value for every distance between two places of a window, added to attention scores."""

import torch
from torch import nn


class RelativePositionBias(nn.Module):
    """Adds to attention scores what each head learned for a distance in the window.

    Scores are (..., heads, places, places), the places row by row (Liu et al., "Swin
    Transformer", 2021, section 3.2).
    """

    def __init__(self, window_size, num_heads):
        super().__init__()
        both = isinstance(window_size, int)
        height, width = (window_size, window_size) if both else window_size
        table = torch.empty((2 * height - 1) * (2 * width - 1), num_heads)
        nn.init.trunc_normal_(table, std=0.02)
        self.relative_position_bias_table = nn.Parameter(table)
        place = torch.arange(height * width)
        row, column = place // width, place % width
        down = row[:, None] - row + height - 1
        right = column[:, None] - column + width - 1
        index = (down * (2 * width - 1) + right).flatten()
        self.register_buffer("relative_position_index", index)

    def forward(self, scores):
        places = scores.size(-1)
        bias = self.relative_position_bias_table[self.relative_position_index]
        return scores + bias.view(places, places, -1).permute(2, 0, 1)

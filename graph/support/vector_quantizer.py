"""Replacing vectors by the nearest of a learned book."""

import torch
from torch import nn
from torch.nn import functional as F


class VectorQuantizer(nn.Module):
    """Gives the nearest code of every vector, its number, and the loss that pulls both together
    (van den Oord et al., 2017). Gradients pass straight through to what came in."""

    def __init__(self, num_codes, dim, commitment=0.25):
        super().__init__()
        self.commitment = commitment
        self.codes = nn.Parameter((2 * torch.rand(num_codes, dim) - 1) / num_codes)

    def forward(self, x):  # (B, ..., dim)
        distances = torch.cdist(x.reshape(1, -1, x.shape[-1]), self.codes[None])
        indices = distances.argmin(dim=-1).view(x.shape[:-1])
        codes = F.embedding(indices, self.codes)
        loss = F.mse_loss(codes, x.detach())
        loss = loss + self.commitment * F.mse_loss(x, codes.detach())
        return x + (codes - x).detach(), indices, loss

"""Padding to a size that can be divided."""

from torch.nn import functional as F


def pad_to_multiple(x, multiple):
    """Zeros at the right and at the bottom until height and width are multiples."""
    height, width = x.shape[-2:]
    return F.pad(x, (0, -width % multiple, 0, -height % multiple))

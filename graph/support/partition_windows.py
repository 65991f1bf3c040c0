"""Cutting images into windows."""


def partition_windows(x, size):
    """(B, H, W, C) to (B · windows, size · size, C), windows row by row (Liu et al., 2021: Swin)."""
    batch, height, width, channels = x.shape
    x = x.view(batch, height // size, size, width // size, size, channels)
    return x.transpose(2, 3).reshape(-1, size * size, channels)

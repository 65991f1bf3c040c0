"""Putting windows back into images."""


def merge_windows(x, size, reference):
    """Undoes ``partition_windows``: (B · windows, size · size, C) back to the height and width of ``reference``."""
    batch, height, width = reference.shape[:3]
    x = x.view(batch, height // size, width // size, size, size, -1)
    return x.transpose(2, 3).reshape(batch, height, width, -1)

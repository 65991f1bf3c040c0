"""The middle of an image."""


def crop_like(x, reference):
    """Cuts the middle out of (B, C, H, W), as high and wide as ``reference`` is."""
    height, width = reference.shape[-2:]
    top, left = (x.shape[-2] - height) // 2, (x.shape[-1] - width) // 2
    return x[..., top : top + height, left : left + width]

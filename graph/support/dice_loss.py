"""A loss for masks."""


def dice_loss(input, target, eps=1.0):
    """1 − 2 · overlap / (both areas), per sample and channel, averaged (Milletari et al., 2016)."""
    dims = tuple(range(2, input.dim()))
    overlap = (input * target).sum(dims)
    area = input.sum(dims) + target.sum(dims)
    return (1 - (2 * overlap + eps) / (area + eps)).mean()

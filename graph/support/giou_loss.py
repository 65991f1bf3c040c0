"""A loss for boxes."""

import torch


def giou_loss(input, target, eps=1e-7):
    """1 − generalised overlap of boxes x1, y1, x2, y2, averaged (Rezatofighi et al., 2019)."""
    start, end = input[..., :2], input[..., 2:]
    begin, stop = target[..., :2], target[..., 2:]
    inner = torch.minimum(end, stop) - torch.maximum(start, begin)
    outer = torch.maximum(end, stop) - torch.minimum(start, begin)
    overlap, hull = inner.clamp(min=0).prod(dim=-1), outer.prod(dim=-1)
    union = (end - start).prod(dim=-1) + (stop - begin).prod(dim=-1) - overlap
    return (1 - overlap / (union + eps) + (hull - union) / (hull + eps)).mean()

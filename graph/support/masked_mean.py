"""The mean over time of the steps that are not padding."""


def masked_mean(x, padding):
    """Mean over time of (B, T, features) where ``padding``, (B, T), is false."""
    padding = padding.unsqueeze(-1)
    count = (~padding).sum(dim=1).clamp(min=1)
    return x.masked_fill(padding, 0.0).sum(dim=1) / count

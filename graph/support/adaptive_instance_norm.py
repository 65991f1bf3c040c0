"""The style of one image for another."""


def adaptive_instance_norm(content, style, eps=1e-5):
    """Gives every channel of ``content`` the mean and deviation it has in ``style`` (Huang and Belongie, 2017)."""
    dims = tuple(range(2, content.dim()))
    places = tuple(range(2, style.dim()))
    mean = content.mean(dims, keepdim=True)
    var = content.var(dims, keepdim=True, unbiased=False)
    wanted = style.mean(places, keepdim=True)
    spread = (style.var(places, keepdim=True, unbiased=False) + eps).sqrt()
    return (content - mean) * (var + eps).rsqrt() * spread + wanted

"""Scale and shift by a condition."""


def modulate(x, scale, shift, dim=-1):
    """Scales and shifts the channels, axis ``dim``, of every sample by numbers of its own (Perez et al., 2018)."""
    shape = [x.shape[0]] + [1] * (x.dim() - 1)
    shape[dim] = x.shape[dim]
    return x * (1 + scale.reshape(shape)) + shift.reshape(shape)

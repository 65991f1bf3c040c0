"""How far normal distributions are from the standard one."""


def normal_kl(mean, log_variance):
    """Kullback-Leibler divergence to N(0, 1), summed over the code, averaged over the batch."""
    each = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
    return each.flatten(1).sum(dim=1).mean()

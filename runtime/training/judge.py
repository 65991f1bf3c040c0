"""Who looks at drawn pictures. Ordinary torch: its text goes into exported scripts."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Judge:
    """A trained network that looks at pictures of ``shape`` (C, H, W), whose values lie in ``range``; others are made
    so."""

    def __init__(self, network: nn.Module, shape: tuple[int, ...], range: tuple[float, float]) -> None:
        self.network, self.shape, self.range = network, shape, range

    @torch.no_grad()
    def features(self, pictures: torch.Tensor, given: tuple[float, float]) -> torch.Tensor:
        """(N, F): what arrives at its last linear layer (without one: its first output) for pictures (N, C, H, W) whose
        values lie in ``given``."""
        low, high = self.range
        pictures = (pictures.float() - given[0]) / max(given[1] - given[0], 1e-12) * (high - low) + low
        if pictures.shape[1] != self.shape[0]:
            pictures = pictures.mean(dim=1, keepdim=True).expand(-1, self.shape[0], -1, -1)
        if tuple(pictures.shape[-2:]) != self.shape[-2:]:
            pictures = F.interpolate(pictures, self.shape[-2:], mode="bilinear", antialias=True)
        kept: list[torch.Tensor] = []
        linear = [module for module in self.network.modules() if isinstance(module, nn.Linear)]
        if linear:
            handle = linear[-1].register_forward_pre_hook(lambda _, inputs: kept.append(inputs[0]))
        found = [self.network(part) for part in pictures.split(256)]
        if linear:
            handle.remove()
        outputs = kept or [output[0] if isinstance(output, tuple) else output for output in found]
        return torch.cat([output.flatten(1) for output in outputs])


def digits_network() -> nn.Sequential:
    """A small network that tells handwritten digits of 8 x 8 pixels apart."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 16, 32),
        nn.ReLU(),
        nn.Linear(32, 10),
    )

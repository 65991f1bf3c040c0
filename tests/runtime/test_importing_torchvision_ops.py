"""torchvision's own layers come in as the layers of ours that compute the same."""

from __future__ import annotations

import torch
from torch import nn
from torchvision import ops
from torchvision.models import convnext_tiny

from runtime.importing.tracing import Entry
from tests.runtime.test_importing import brought, types


class Parts(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = ops.FrozenBatchNorm2d(8, eps=1e-3)
        self.drop = ops.DropBlock2d(0.3, 3)
        self.depth = ops.StochasticDepth(0.2, "batch")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.depth(self.drop(self.norm(self.conv(x))))


class Bending(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Conv2d(3, 18, 3, padding=1)
        self.conv = ops.DeformConv2d(3, 8, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x, self.offset(x))


def test_layers_of_torchvision() -> None:
    made = brought(Parts())
    assert made.equal == "exactly" and not made.python and not made.left
    main = made.project.main
    assert types(main) == ["Input", "Conv2d", "FrozenBatchNorm2d", "DropBlock2d", "StochasticDepth", "Output"]
    params = {node.type: node.params for node in main.nodes.values()}
    assert params["FrozenBatchNorm2d"]["eps"] == 1e-3
    assert params["DropBlock2d"] == {"p": 0.3, "block_size": 3}
    assert params["StochasticDepth"] == {"p": 0.2, "mode": "batch"}


def test_deformable_convolution() -> None:
    made = brought(Bending())
    assert made.equal in ("exactly", "nearly") and not made.python
    assert types(made.project.main) == ["Input", "Conv2d", "DeformConv2d", "Output"]


def test_the_norm_of_convnext_is_one_node() -> None:
    made = brought(convnext_tiny(), Entry((3, 64, 64)))
    assert made.equal == "exactly" and not made.python and not made.left
    assert any("LayerNorm2d" in types(block) for block in made.project.blocks.values())

"""Networks for pixels, boxes and several answers against modules written by hand, and that they can learn."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.presets.made import learns, module
from tests.presets.test_block_numbers import DoubleConv

torch = pytest.importorskip("torch")
nn = torch.nn


class UNet(nn.Module):
    """Three steps down from 64 × 64, three up; 16, 32, 64 and 128 channels; five classes."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 128)
        self.down = nn.ModuleList(DoubleConv(a, b) for a, b in pairwise(widths[:-1]))
        self.bottom = DoubleConv(64, 128)
        self.up = nn.ModuleList()
        for channels in (64, 32, 16):
            self.up.append(nn.ConvTranspose2d(2 * channels, channels, 2, 2))
            self.up.append(DoubleConv(2 * channels, channels))
        self.head = nn.Conv2d(16, 5, 1)

    def forward(self, x: Any) -> Any:
        kept = []
        for stage in self.down:
            kept.append(stage(x))
            x = nn.functional.max_pool2d(kept[-1], 2)
        x = self.bottom(x)
        for grow, convs in zip(self.up[::2], self.up[1::2], strict=True):
            x = convs(torch.cat([kept.pop(), grow(x)], 1))
        return self.head(x)


class FCN(nn.Module):
    """Figure 3 of the paper, FCN-8s, on small stages of VGG."""

    def __init__(self) -> None:
        super().__init__()
        stages = ((3, 16, 2), (16, 32, 2), (32, 64, 3), (64, 128, 3), (128, 128, 3))
        self.stages = nn.ModuleList()
        for entering, channels, count in stages:
            sizes = [entering, *[channels] * count]
            layers: list[Any] = []
            for a, b in pairwise(sizes):
                layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU()]
            self.stages.append(nn.Sequential(*layers, nn.MaxPool2d(2)))
        self.conv6, self.conv7 = nn.Conv2d(128, 256, 3, padding=1), nn.Conv2d(256, 256, 1)
        self.score7 = nn.Conv2d(256, 5, 1)
        self.grow4, self.score4 = nn.ConvTranspose2d(5, 5, 4, 2, 1, bias=False), nn.Conv2d(128, 5, 1)
        self.grow3, self.score3 = nn.ConvTranspose2d(5, 5, 4, 2, 1, bias=False), nn.Conv2d(64, 5, 1)
        self.last = nn.ConvTranspose2d(5, 5, 16, 8, 4, bias=False)

    def forward(self, x: Any) -> Any:
        kept = []
        for stage in self.stages:
            x = stage(x)
            kept.append(x)
        x = self.score7(self.conv7(self.conv6(x).relu()).relu())
        x = self.grow4(x) + self.score4(kept[3])
        x = self.grow3(x) + self.score3(kept[2])
        return self.last(x)


@pytest.mark.parametrize(("preset_id", "by_hand"), [("unet", UNet), ("fcn", FCN)])
def test_every_pixel_gets_the_scores_of_a_network_written_by_hand(preset_id: str, by_hand: Any) -> None:
    torch.manual_seed(1)
    theirs, ours = by_hand().eval(), module(preset_id).eval()
    weights = theirs.state_dict().values()
    renamed = dict(zip(ours.state_dict(), weights, strict=True))
    ours.load_state_dict(renamed, strict=True)
    pictures = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(pictures), theirs(pictures))
        assert ours(pictures).shape == (2, 5, 64, 64)


def test_each_cell_of_the_detector_answers_for_its_own_place() -> None:
    """What changes in the lower right of the picture changes nothing in the upper left cell."""
    torch.manual_seed(1)
    model = module("detector").eval()
    pictures = torch.rand(1, 3, 64, 64)
    changed = pictures.clone()
    changed[:, :, 48:, 48:] = 0
    with torch.no_grad():
        before, after = model(pictures), model(changed)
    assert before.shape == (1, 8, 8, 9)
    assert torch.equal(before[0, 0, 0], after[0, 0, 0])
    assert not torch.equal(before[0, 7, 7], after[0, 7, 7])


def test_the_heads_share_the_trunk() -> None:
    """Each of four answers is a linear function of the same features; all four losses reach the trunk."""
    torch.manual_seed(1)
    model = module("multi-task").eval()
    pictures, target = torch.rand(3, 3, 64, 64), torch.tensor([[1.0], [0.0], [1.0]])
    answers = model(pictures)
    features = model.trunk(pictures)
    assert [answer.shape for answer in answers] == [(3, 1)] * 4
    for answer, head in zip(
        answers, (model.head_circle, model.head_square, model.head_triangle, model.head_star), strict=True
    ):
        assert torch.equal(answer, features @ head.weight.T + head.bias)
    for answer in answers:
        model.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(answer, target)
        loss.backward(retain_graph=True)
        assert next(model.parameters()).grad.abs().sum() > 0


@pytest.mark.parametrize("preset_id", ["unet", "fcn", "detector", "multi-task", "transfer"])
def test_a_step_learns_and_reaches_every_weight(preset_id: str) -> None:
    torch.manual_seed(1)
    assert learns(module(preset_id), [torch.rand(4, 3, 64, 64)], rate=0.01)

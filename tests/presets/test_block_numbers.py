"""Shipped blocks compute what torchvision's blocks, torch's layers or modules written by hand compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.code import generate, load_module
from graph.shapes import Inference
from presets.blocks import all_blocks, find
from tests.presets.test_blocks import placed

torch = pytest.importorskip("torch")
torchvision = pytest.importorskip("torchvision")
nn, F = torch.nn, torch.nn.functional


def conv(entering: int, channels: int, kernel: int = 3, activation: Any = nn.ReLU, **more: Any) -> Any:
    return torchvision.ops.Conv2dNormActivation(
        entering, channels, kernel, activation_layer=activation, **more
    )


class Inception(nn.Module):
    """Figure 2b of the GoogLeNet paper, block 3a, with batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.one = conv(192, 64, 1)
        self.three = nn.Sequential(conv(192, 96, 1), conv(96, 128, 3))
        self.five = nn.Sequential(conv(192, 16, 1), conv(16, 32, 5))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(192, 32, 1))

    def forward(self, x: Any) -> Any:
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


class ChannelAttention(nn.Module):
    """Equation 2 of CBAM."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(64, 4, bias=False)
        self.fc2 = nn.Linear(4, 64, bias=False)

    def forward(self, x: Any) -> Any:
        mean, largest = x.mean(dim=(2, 3)), x.amax(dim=(2, 3))
        scores = self.fc2(self.fc1(mean).relu()) + self.fc2(self.fc1(largest).relu())
        return x * scores.sigmoid()[:, :, None, None]


class Step(nn.Module):
    """torch's own step of an LSTM (four gates) or GRU (three), with its weights in two linear layers."""

    def __init__(self, gates: int) -> None:
        super().__init__()
        self.ih, self.hh = nn.Linear(4, gates * 64), nn.Linear(64, gates * 64)

    def forward(self, x: Any, h: Any, *c: Any) -> Any:
        weights = self.ih.weight, self.hh.weight, self.ih.bias, self.hh.bias
        if not c:
            state = torch.gru_cell(x, h, *weights)
            return state, state
        state, cell = torch.lstm_cell(x, (h, *c), *weights)
        return state, state, cell


class DoubleConv(nn.Sequential):
    def __init__(self, entering: int, channels: int) -> None:
        super().__init__(conv(entering, channels), conv(channels, channels))


class Down(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convs = DoubleConv(3, 64)

    def forward(self, x: Any) -> Any:
        skip = self.convs(x)
        return skip, F.max_pool2d(skip, 2)


class Up(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.grow = nn.ConvTranspose2d(128, 64, 2, 2)
        self.convs = DoubleConv(128, 64)

    def forward(self, skip: Any, x: Any) -> Any:
        return self.convs(torch.cat([skip, self.grow(x)], 1))


class ASPP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.near = conv(64, 256, 1)
        self.far = nn.ModuleList(conv(64, 256, 3, dilation=rate) for rate in (6, 12, 18))
        self.project = conv(1024, 256, 1)

    def forward(self, x: Any) -> Any:
        return self.project(torch.cat([self.near(x), *(far(x) for far in self.far)], 1))


class Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(64, 64) for _ in range(3))

    def forward(self, x: Any) -> Any:
        return F.scaled_dot_product_attention(self.query(x), self.key(x), self.value(x))


class MultiHead(nn.Module):
    """torch's own attention, with the weights of its one large projection as three."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(64, 64) for _ in range(4))

    def forward(self, x: Any) -> Any:
        attention = nn.MultiheadAttention(64, 4, batch_first=True)
        three = (self.query, self.key, self.value)
        attention.load_state_dict(
            {
                "in_proj_weight": torch.cat([layer.weight for layer in three]),
                "in_proj_bias": torch.cat([layer.bias for layer in three]),
                "out_proj.weight": self.out.weight,
                "out_proj.bias": self.out.bias,
            }
        )
        return attention.eval()(x, x, x, need_weights=False)[0]


class Layer(nn.Module):
    """torch's encoder or decoder layer with its parts in the order in which they are drawn."""

    def __init__(self, decoder: bool, causal: bool, **more: Any) -> None:
        super().__init__()
        kind = nn.TransformerDecoderLayer if decoder else nn.TransformerEncoderLayer
        inner = kind(64, 4, 256, batch_first=True, **more)
        parts = [("self_attn", "norm1"), ("linear1", "linear2", f"norm{2 + decoder}")]
        if decoder:
            parts.insert(1, ("multihead_attn", "norm2"))
        for names in parts:
            for name in names[-1:] + names[:-1] if more.get("norm_first") else names:
                self.add_module(name, getattr(inner, name))
        self.inner = [inner]  # a list hides it from state_dict
        self.causal = causal

    def forward(self, x: Any, *memory: Any) -> Any:
        mask = nn.Transformer.generate_square_subsequent_mask(x.size(1)) if self.causal else None
        inner = self.inner[0]
        inner.eval()
        return inner(x, *memory, mask)


class Patches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Conv2d(1, 64, 4)

    def forward(self, x: Any) -> Any:
        rows = F.unfold(x, 4, stride=4).transpose(1, 2)
        return rows @ self.linear.weight.flatten(1).T + self.linear.bias


def _residual(kind: str, entering: int, down: bool) -> Any:
    block = getattr(torchvision.models.resnet, kind)
    if not down:
        return block(entering, 64)
    shortcut = nn.Sequential(
        nn.Conv2d(entering, 64 * block.expansion, 1, 2, bias=False), nn.BatchNorm2d(64 * block.expansion)
    )
    return block(entering, 64, 2, shortcut)


def _mbconv(stride: int) -> Any:
    settings = torchvision.models.efficientnet.MBConvConfig(6, 3, stride, 32, 32, 1)
    made = torchvision.models.efficientnet.MBConv(settings, 0.0, nn.BatchNorm2d)
    made.use_res_connect = stride == 1
    return made


def _vgg(batch_norm: bool) -> Any:
    columns = [64, 64, "M"]
    return torchvision.models.vgg.make_layers(columns, batch_norm)


REFERENCES: dict[str, Callable[[], Any]] = {
    "conv-norm": lambda: conv(64, 64),
    "vgg-stage": lambda: nn.Sequential(*_entered(_vgg(False))),
    "vgg-stage-bn": lambda: nn.Sequential(*_entered(_vgg(True))),
    "depthwise-separable": lambda: nn.Sequential(conv(64, 64, groups=64), conv(64, 128, 1)),
    "basic-residual": lambda: _residual("BasicBlock", 64, False),
    "basic-residual-down": lambda: _residual("BasicBlock", 64, True),
    "bottleneck-residual": lambda: _residual("Bottleneck", 256, False),
    "bottleneck-residual-down": lambda: _residual("Bottleneck", 64, True),
    "residual-stage": lambda: nn.Sequential(
        _residual("BasicBlock", 64, True), _residual("BasicBlock", 64, False)
    ),
    "convnext": lambda: torchvision.models.convnext.CNBlock(96, 1.0, 0.0),
    "inception": Inception,
    "fire": lambda: torchvision.models.squeezenet.Fire(64, 16, 64, 64),
    "dense-layer": lambda: torchvision.models.densenet._DenseBlock(1, 64, 4, 32, 0.0),
    "dense-block": lambda: torchvision.models.densenet._DenseBlock(6, 64, 4, 32, 0.0),
    "dense-transition": lambda: torchvision.models.densenet._Transition(256, 128),
    "squeeze-excitation": lambda: torchvision.ops.SqueezeExcitation(64, 4),
    "channel-attention": ChannelAttention,
    "inverted-residual": lambda: torchvision.models.mobilenetv2.InvertedResidual(32, 32, 1, 6),
    "inverted-bottleneck": lambda: torchvision.models.mobilenetv2.InvertedResidual(32, 32, 2, 6),
    "mbconv": lambda: _mbconv(1),
    "mbconv-down": lambda: _mbconv(2),
    "unet-down": Down,
    "unet-up": Up,
    "aspp": ASPP,
    "attention-head": Head,
    "multi-head-attention": MultiHead,
    "mlp": lambda: nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 64)),
    "encoder-layer": lambda: Layer(False, False),
    "encoder-layer-pre": lambda: Layer(False, False, norm_first=True, activation="gelu"),
    "decoder-layer": lambda: Layer(True, True),
    "decoder-layer-pre": lambda: Layer(True, True, norm_first=True, activation="gelu"),
    "gpt-layer": lambda: Layer(False, True, norm_first=True, activation="gelu"),
    "patch-embedding": Patches,
    "lstm-step": lambda: Step(4),
    "gru-step": lambda: Step(3),
}
"""A module for each block, with its weights in the order in which the block has them."""
CLOSE = {
    "channel-attention",
    "attention-head",
    "multi-head-attention",
    "encoder-layer",
    "encoder-layer-pre",
    "decoder-layer",
    "decoder-layer-pre",
    "gpt-layer",
    "patch-embedding",
}
"""Written with other operations than the block, so that the last bits may differ."""


def _entered(layers: Any) -> list[Any]:
    """torchvision's VGG begins with three channels; here 64 come in."""
    found = list(layers)
    found[0] = nn.Conv2d(64, 64, 3, padding=1)
    return found


def test_every_block_has_a_reference() -> None:
    assert {block.id for block in all_blocks()} == REFERENCES.keys()


@pytest.mark.parametrize("block_id", REFERENCES)
def test_same_outputs_under_the_same_weights(block_id: str, tmp_path: Path) -> None:
    made = placed(block_id)
    source = generate(made, Inference().run(made), made.main.id)
    path = tmp_path / "model.py"
    path.write_text(source.text, encoding="utf-8")
    torch.manual_seed(1)
    theirs = REFERENCES[block_id]().eval()
    weights = list(theirs.state_dict().values())
    for weight in weights:
        if weight.dtype.is_floating_point:
            weight.uniform_(0.5, 1.5) if weight.ndim == 1 else weight.normal_(std=weight[0].numel() ** -0.5)
    ours = load_module(path, source.class_name)().eval()
    state = ours.state_dict()
    assert len(state) == len(weights)
    renamed = {name: weight.view_as(old) for (name, old), weight in zip(state.items(), weights, strict=True)}
    ours.load_state_dict(renamed, strict=True)
    inputs = [torch.randn(2, *shape) for shape in find(block_id).shapes]
    with torch.no_grad():
        expected, got = theirs(*inputs), ours(*inputs)
    for one, other in zip(_listed(expected), _listed(got), strict=True):
        assert one.shape == other.shape and one.std() > 1e-3
        if block_id in CLOSE:
            torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-4)
        else:
            assert torch.equal(other, one)


def _listed(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple) else [result]

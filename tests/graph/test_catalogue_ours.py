"""Layers that torch has no class for, against torchvision or against numbers one can work out by hand."""

from __future__ import annotations

import ast
from importlib import resources
from typing import Any

import pytest
import torch
from torch import nn
from torchvision import ops

from graph import support
from graph.building import build_call, build_module
from graph.catalogue import CATALOGUE


@pytest.fixture(autouse=True)
def _quiet() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def made(name: str, params: dict[str, Any], training: bool = False) -> Any:
    """The layer's module; sizes that would be inferred must be given."""
    layer = CATALOGUE[name]
    module = build_module(layer, layer.validated(params))
    return module.train(training) if isinstance(module, nn.Module) else module


def result(name: str, params: dict[str, Any], module: Any = None, **wires: torch.Tensor) -> Any:
    """What the layer gives; by port, so in the ports' order."""
    layer = CATALOGUE[name]
    values = layer.validated(params)
    if module is None and layer.module is not None:
        module = made(name, params)
    call = build_call(layer, values, dict.fromkeys(wires, 1))
    return call(module, *(wires[port.name] for port in layer.inputs if port.name in wires))


# --- as torchvision does ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation", "groups", "parts", "masked"),
    [
        (3, 1, 1, 1, 1, 1, False), ((3, 2), (2, 1), (1, 0), 1, 2, 1, True), (3, 1, 2, 2, 1, 2, True),
        (1, 2, 0, 1, 4, 4, False), ((2, 3), 1, (0, 2), (2, 1), 2, 2, True),
    ],
)  # fmt: skip
def test_deformable_convolution(
    kernel: Any, stride: Any, padding: Any, dilation: Any, groups: int, parts: int, masked: bool
) -> None:
    shape = {
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }
    ours = made("DeformConv2d", {"in_channels": 8, "out_channels": 12, **shape})
    theirs = ops.DeformConv2d(8, 12, **shape)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    x = torch.randn(2, 8, 9, 7)
    cells = theirs.kernel_size[0] * theirs.kernel_size[1]
    rows, columns = nn.functional.conv2d(x, torch.zeros(1, 8, *theirs.kernel_size), None, stride, padding, dilation
                                         ).shape[2:]  # fmt: skip
    offset = 3 * torch.randn(2, 2 * cells * parts, rows, columns)  # also far outside of the image
    mask = torch.rand(2, cells * parts, rows, columns) if masked else None
    assert torch.allclose(ours(x, offset, mask), theirs(x, offset, mask), atol=1e-5)
    # and the gradients of everything
    for module in (ours, theirs):
        module(x, offset.requires_grad_(), mask).square().mean().backward()
    assert torch.allclose(ours.weight.grad, theirs.weight.grad, atol=1e-5)
    assert offset.grad is not None


def test_without_offsets_it_is_a_convolution() -> None:
    ours = made("DeformConv2d", {"in_channels": 3, "out_channels": 4, "padding": 1})
    plain = nn.Conv2d(3, 4, 3, padding=1)
    plain.load_state_dict(ours.state_dict())
    x = torch.randn(2, 3, 6, 5)
    assert torch.allclose(ours(x, torch.zeros(2, 18, 6, 5)), plain(x), atol=1e-6)


@pytest.mark.parametrize("mode", ["row", "batch"])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_stochastic_depth_to_the_bit(mode: str, p: float) -> None:
    x = torch.randn(40, 3, 2)
    ours, theirs = (
        made("StochasticDepth", {"p": p, "mode": mode}, training=True),
        ops.StochasticDepth(p, mode),
    )
    torch.manual_seed(1)
    mine = ours(x)
    torch.manual_seed(1)
    assert torch.equal(mine, theirs(x))
    assert torch.equal(ours.eval()(x), x)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_drop_block_to_the_bit(size: int) -> None:
    x = torch.randn(2, 3, 9, 8)
    torch.manual_seed(1)
    mine = made("DropBlock2d", {"p": 0.2, "block_size": size}, training=True)(x)
    torch.manual_seed(1)
    assert torch.equal(mine, ops.DropBlock2d(0.2, size)(x))
    assert (mine == 0).any()


def test_frozen_batch_norm() -> None:
    ours, theirs = made("FrozenBatchNorm2d", {"num_features": 4}), ops.FrozenBatchNorm2d(4)
    for buffer in ours.buffers():
        buffer.uniform_(0.5, 2.0)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    x = torch.randn(2, 4, 3, 3)
    assert torch.allclose(ours(x), theirs(x), atol=1e-6)
    assert not list(ours.parameters())


def test_layer_norm2d_is_convnexts() -> None:
    from torchvision.models.convnext import LayerNorm2d

    ours, theirs = made("LayerNorm2d", {"normalized_shape": 6, "eps": 1e-6}), LayerNorm2d(6, eps=1e-6)
    nn.init.normal_(ours.weight)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    x = torch.randn(2, 6, 4, 5)
    assert torch.equal(ours(x), theirs(x))


def test_windows_and_patches_are_swins() -> None:
    from torchvision.models.swin_transformer import _patch_merging_pad

    x = torch.randn(2, 6, 4, 3)
    windows = result("WindowPartition", {"size": 2}, input=x)
    assert windows.shape == (12, 4, 3)
    assert torch.equal(windows[1], x[0, 0:2, 2:4].reshape(4, 3))
    assert torch.equal(result("WindowMerge", {"size": 2}, input=windows, reference=x), x)
    for image in (x, torch.randn(2, 5, 3, 2)):
        assert torch.equal(result("MergePatches", {}, input=image), _patch_merging_pad(image))


@pytest.mark.parametrize("samples", [1, 2, 3])
def test_roi_align(samples: int) -> None:
    x = torch.randn(2, 3, 9, 7)
    corners = 24 * torch.rand(2, 5, 2)
    boxes = torch.cat([corners - 2, corners + 1 + 6 * torch.rand(2, 5, 2)], dim=-1)  # some beyond the border
    theirs = ops.roi_align(x, list(boxes), 4, spatial_scale=0.25, sampling_ratio=samples, aligned=True)
    ours = result("RoIAlign", {"size": 4, "scale": 0.25, "samples": samples}, input=x, boxes=boxes)
    assert torch.allclose(ours.flatten(0, 1), theirs, atol=1e-5)


def test_giou() -> None:
    corners = torch.rand(2, 6, 2)
    boxes = torch.cat([corners, corners + torch.rand(2, 6, 2)], dim=-1)
    others = torch.cat([corners + 0.3, corners + 1.5], dim=-1)
    theirs = ops.generalized_box_iou_loss(boxes, others, reduction="mean")
    assert torch.allclose(result("GIoULoss", {}, input=boxes, target=others), theirs, atol=1e-6)


# --- by hand ------------------------------------------------------------------------------------------------------


def test_causal_convolution_does_not_see_the_future() -> None:
    layer = made(
        "CausalConv1d", {"in_channels": 1, "out_channels": 1, "kernel_size": 2, "dilation": 2, "bias": False}
    )
    nn.init.ones_(layer.weight)
    # y[t] = x[t] + x[t − 2]
    assert layer(torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])).flatten().tolist() == [1.0, 2.0, 4.0, 6.0]


@pytest.mark.parametrize(("centre", "seen"), [(False, 4), (True, 5)])
def test_masked_convolution_sees_what_was_painted(centre: bool, seen: int) -> None:
    layer = made(
        "MaskedConv2d", {"in_channels": 1, "out_channels": 1, "padding": 1, "bias": False, "centre": centre}
    )
    nn.init.ones_(layer.weight)
    assert layer(torch.ones(1, 1, 3, 3))[0, 0, 1, 1] == seen  # 3 above, 1 to the left (and itself)
    assert set(layer.state_dict()) == {"weight"}


def test_standardised_filters() -> None:
    layer = made(
        "WeightStandardConv2d", {"in_channels": 2, "out_channels": 3, "kernel_size": 2, "bias": False}
    )
    nn.init.uniform_(layer.weight, 5, 9)
    assert layer(torch.ones(1, 2, 2, 2)).abs().max() < 1e-3  # the sum of numbers with mean 0
    x = torch.randn(1, 2, 4, 4)
    before = layer(x)
    layer.weight.data.mul_(7).add_(3)
    assert torch.allclose(layer(x), before, atol=1e-4)


def test_global_response_norm_starts_as_nothing() -> None:
    layer = made("GlobalResponseNorm", {"channels": 2})
    x = torch.tensor([[[[3.0]], [[4.0]]]])
    assert torch.equal(layer(x), x)
    nn.init.ones_(layer.weight)
    # mean strength 3.5: 3 + 3·3/3.5 and 4 + 4·4/3.5
    assert torch.allclose(layer(x).flatten(), torch.tensor([3 + 9 / 3.5, 4 + 16 / 3.5]), atol=1e-4)


def test_modulation_and_adain() -> None:
    x = torch.ones(1, 2, 2)
    scale, shift = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 5.0]])
    assert result("Modulate", {}, input=x, scale=scale, shift=shift).tolist() == [[[2.0, 6.0], [2.0, 6.0]]]
    assert result("Modulate", {"dim": 1}, input=x, scale=scale, shift=shift).tolist() == [
        [[2.0, 2.0], [6.0, 6.0]]
    ]
    content, style = torch.randn(2, 3, 8, 8), 4 + 3 * torch.randn(2, 3, 9, 5)
    y = result("AdaptiveInstanceNorm", {}, content=content, style=style)
    assert torch.allclose(y.mean((2, 3)), style.mean((2, 3)), atol=1e-4)
    assert torch.allclose(y.std((2, 3), unbiased=False), style.std((2, 3), unbiased=False), atol=1e-3)


def test_scales_and_tanh() -> None:
    layer = made("LayerScale", {"channels": 2, "init": 0.5, "dim": 1})
    assert layer(torch.ones(1, 2, 1, 1)).flatten().tolist() == [0.5, 0.5]
    layer = made("DynamicTanh", {"features": 1, "alpha": 2.0})
    assert layer(torch.tensor([[1.0]])).item() == pytest.approx(0.9640276)
    pixel = result("PixelNorm", {}, input=torch.tensor([[3.0, 4.0]]))
    assert torch.allclose(pixel, torch.tensor([[3.0, 4.0]]) / 12.5**0.5)


def test_gates() -> None:
    x = torch.randn(2, 6)
    a, b = x.chunk(2, -1)
    assert torch.allclose(result("SwiGLU", {}, input=x), nn.functional.silu(a) * b)
    assert torch.allclose(result("GEGLU", {}, input=x), a * nn.functional.gelu(b))
    assert result(
        "Maxout", {"pieces": 3}, input=torch.tensor([[1.0, 5.0, 2.0, -1.0, -3.0, -2.0]])
    ).tolist() == [[5.0, -1.0]]
    assert result("CReLU", {}, input=torch.tensor([[1.0, -2.0]])).tolist() == [[1.0, 0.0, 0.0, 2.0]]
    assert result("Step", {}, input=torch.tensor([-1.0, 0.0, 2.0])).tolist() == [0.0, 0.0, 1.0]


def test_squash_and_soft_argmax() -> None:
    y = result("Squash", {}, input=torch.tensor([[3.0, 4.0]]))
    assert torch.allclose(y, torch.tensor([[0.6, 0.8]]) * 25 / 26, atol=1e-5)
    image = torch.zeros(1, 1, 3, 5)
    image[0, 0, 0, 4] = 50.0  # above, at the right
    assert torch.allclose(result("SoftArgmax2d", {}, input=image), torch.tensor([[[1.0, -1.0]]]), atol=1e-5)


def test_gumbel_softmax_draws_only_while_training() -> None:
    layer = made("GumbelSoftmax", {"hard": True}, training=True)
    scores = torch.zeros(2000, 2)
    drawn = layer(scores)
    assert set(drawn.unique().tolist()) == {0.0, 1.0} and abs(drawn[:, 0].mean() - 0.5) < 0.05
    assert layer.eval()(torch.tensor([[1.0, 3.0]])).tolist() == [[0.0, 1.0]]


def test_noise_only_while_training() -> None:
    layer = made("GaussianNoise", {"std": 0.5}, training=True)
    x = torch.zeros(10_000)
    assert abs(float(layer(x).std()) - 0.5) < 0.02
    assert torch.equal(layer.eval()(x), x)


def test_gradient_reversal_and_detach() -> None:
    x = torch.randn(3, requires_grad=True)
    y = result("GradientReversal", {"scale": 0.5}, input=x)
    assert torch.equal(y, x)
    y.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [-0.5] * 3
    assert not result("Detach", {}, input=x).requires_grad


def test_vector_quantiser_takes_the_nearest_and_passes_gradients() -> None:
    layer = made("VectorQuantizer", {"num_codes": 2, "dim": 2})
    layer.codes.data = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    x = torch.tensor([[[0.9, 0.8], [0.1, -0.2]]], requires_grad=True)
    y, indices, loss = layer(x)
    assert torch.allclose(y, torch.tensor([[[1.0, 1.0], [0.0, 0.0]]]))
    assert indices.tolist() == [[1, 0]]
    # (0.01 + 0.04 + 0.01 + 0.04) / 4, once and a quarter
    assert loss.item() == pytest.approx(0.025 * 1.25, rel=1e-5)
    y.sum().backward()
    assert torch.equal(x.grad, torch.ones_like(x))  # straight through


def test_blur_pool() -> None:
    layer = made("BlurPool2d", {})
    assert (layer.blur * 16).flatten().tolist() == [1, 2, 1, 2, 4, 2, 1, 2, 1]
    assert torch.allclose(layer(torch.full((1, 2, 6, 6), 3.0)), torch.full((1, 2, 3, 3), 3.0))


def test_generalised_mean_and_pyramid() -> None:
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0]]])
    assert result("GeneralizedMeanPool", {"p": 1.0}, input=x).item() == pytest.approx(2.5)
    assert result("GeneralizedMeanPool", {"p": 40.0}, input=x).item() == pytest.approx(4.0, rel=0.05)
    image = torch.arange(16.0).view(1, 1, 4, 4)
    assert result("SpatialPyramidPool", {"levels": (1, 2)}, input=image).tolist() == [
        [15.0, 5.0, 7.0, 13.0, 15.0]
    ]


def test_places() -> None:
    x = torch.zeros(2, 1, 3, 2)
    y = result("AddCoordinates", {}, input=x)
    assert y.shape == (2, 3, 3, 2)
    assert y[1, 1].tolist() == [[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]] and y[1, 2, 0].tolist() == [-1.0, 1.0]
    assert result("PadToMultiple", {"multiple": 4}, input=x).shape == (2, 1, 4, 4)
    big = torch.arange(25.0).view(1, 1, 5, 5)
    assert result("CropLike", {}, input=big, reference=torch.zeros(1, 9, 3, 1)).flatten().tolist() == [
        7.0,
        12.0,
        17.0,
    ]
    # the identity leaves an image as it is
    theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    grid = result("AffineGrid", {}, theta=theta, input=big)
    assert torch.allclose(result("GridSample", {}, input=big, grid=grid), big, atol=1e-4)


def test_spectrum_of_a_tone() -> None:
    time = torch.arange(256) / 64
    picture = result(
        "Spectrogram", {"n_fft": 64, "hop_length": 32}, input=torch.sin(2 * torch.pi * 8 * time)[None]
    )
    assert picture.shape == (1, 33, 9)
    assert picture[0, :, 4].argmax() == 8  # 8 waves in a piece


def test_fourier_features_and_radial_basis() -> None:
    features = result("FourierFeatures", {"count": 2}, input=torch.tensor([[0.25]]))
    wanted = torch.tensor([[0.5**0.5, 1.0, 0.5**0.5, 0.0]])
    assert torch.allclose(features, wanted, atol=1e-6)
    layer = made("RadialBasis", {"in_features": 2, "out_features": 2})
    layer.centres.data = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    assert torch.allclose(layer(torch.tensor([[0.0, 0.0]])), torch.tensor([[1.0, torch.e**-1]]))


def test_indexing() -> None:
    x = torch.tensor([[1.0, 2.0, 3.0]])
    assert result("IndexSelect", {"indices": (2, 0)}, input=x).tolist() == [[3.0, 1.0]]
    assert result("Gather", {}, input=x, index=torch.tensor([[1, 1]])).tolist() == [[2.0, 2.0]]
    added = result("ScatterAdd", {}, input=torch.zeros(1, 3), index=torch.tensor([[2, 0, 2]]), source=x)
    assert added.tolist() == [[2.0, 0.0, 4.0]]


# --- the files that are copied into generated code --------------------------------------------------------------

FILES = sorted(item.name[:-3] for item in resources.files(support).iterdir() if item.name.endswith(".py"))


@pytest.mark.parametrize("file", [name for name in FILES if name != "__init__"])
def test_support_is_small_and_needs_torch_alone(file: str) -> None:
    source = resources.files(support).joinpath(f"{file}.py").read_text("utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree)
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    texts = {ast.unparse(node) for node in imported}
    assert texts <= {
        "import math",
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
    }
    assert len(source.splitlines()) <= 90
    public = [node for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    assert all(ast.get_docstring(node) for node in public), "says what it is for"

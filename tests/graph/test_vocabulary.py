"""What torch code says becomes the node that does the same, checked by running both."""

from __future__ import annotations

from typing import Any

import pytest

from graph.building import build_call, build_module, take_apart
from graph.catalogue import CATALOGUE
from graph.reading.vocabulary import (
    Reading,
    Unreadable,
    Varying,
    _signature,
    read_call,
    read_forward,
    read_module,
)
from graph.reading.vocabulary_calls import CALLS, TABLE
from graph.reading.vocabulary_modules import SIGNATURES

torch = pytest.importorskip("torch")
F = torch.nn.functional


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def run(reading: Any, weights: dict[str, Any] | None = None) -> Any:
    """The result of a reading over real tensors: a tensor, or a tuple of them."""
    if not isinstance(reading, Reading):
        return reading
    inputs = {port: [run(value) for value in values] for port, values in reading.inputs.items()}
    if reading.type == "":
        return inputs["input"][0]
    layer = reading.layer
    values = layer.validated(reading.params)
    for param in layer.params:
        if values[param.name] is None and param.inferred is not None:
            values[param.name] = _inferred(param, values, inputs)
    module = build_module(layer, values)
    if module is not None:
        module.eval()
        for name, value in reading.weights.items():
            module.state_dict()[name].copy_(value)
    call = build_call(layer, values, {port: len(found) for port, found in inputs.items()})
    flat = [tensor for port in layer.inputs for tensor in inputs.get(port.name, ())]
    found = take_apart(layer, values, call(module, *flat))
    return tuple(found.values()) if len(found) > 1 else next(iter(found.values()))


def _inferred(param: Any, values: dict[str, Any], inputs: dict[str, list[Any]]) -> Any:
    from graph.catalogue.spec import Given
    from graph.tensors import Tensor

    tensors = {
        port: tuple(Tensor((tuple(item.shape),), str(item.dtype).removeprefix("torch.")) for item in found)
        for port, found in inputs.items()
    }
    return param.inferred(Given(values, tensors))


x = torch.rand(2, 4, 6, 6) - 0.5
y = torch.rand(2, 4, 6, 6) - 0.5
table = torch.rand(9, 4)

CASES = [
    ("torch.flatten", torch.flatten, (x, 1), {}),
    (".flatten", torch.Tensor.flatten, (x, 2, 3), {}),
    ("+", lambda a, b: a + b, (x, y), {}),
    ("+", lambda a, b: a + b, (2.5, x), {}),
    ("-", lambda a, b: a - b, (1, x), {}),
    ("-", lambda a, b: a - b, (x, 3.0), {}),
    ("*=", lambda a, b: a * b, (x, 0.25), {}),
    ("/", lambda a, b: a / b, (x, 4), {}),
    ("/", lambda a, b: a / b, (1, y), {}),
    ("**", lambda a, b: a**b, (x, 2), {}),
    ("torch.rsqrt", torch.rsqrt, (x.abs() + 1,), {}),
    ("@", lambda a, b: a @ b, (x, y), {}),
    ("F.relu", F.relu, (x,), {"inplace": False}),
    (".relu_", torch.relu, (x,), {}),
    ("F.leaky_relu", F.leaky_relu, (x, 0.2), {}),
    ("F.gelu", F.gelu, (x,), {"approximate": "tanh"}),
    ("torch.softmax", torch.softmax, (x, -1), {}),
    ("F.max_pool2d", F.max_pool2d, (x, 3), {"stride": 2, "padding": 1}),
    ("F.avg_pool2d", F.avg_pool2d, (x, (2, 2)), {}),
    ("F.adaptive_avg_pool2d", F.adaptive_avg_pool2d, (x, (1, 1)), {}),
    ("F.interpolate", F.interpolate, (x,), {"scale_factor": 2.0, "mode": "bilinear", "align_corners": False}),
    ("F.pad", F.pad, (x, (1, 2, 0, 1)), {"value": 0.5}),
    ("F.normalize", F.normalize, (x,), {"dim": -1}),
    (".permute", torch.Tensor.permute, (x, 0, 2, 3, 1), {}),
    ("torch.permute", torch.permute, (x, [0, 2, 3, 1]), {}),
    (".transpose", torch.Tensor.transpose, (x, 1, -1), {}),
    (".mT", lambda a: a.mT, (x,), {}),
    ("torch.movedim", torch.movedim, (x, 1, -1), {}),
    (".reshape", torch.Tensor.reshape, (x, 2, 4, -1), {}),
    (".view", torch.Tensor.view, (x, (2, 24, 6)), {}),
    (".expand", torch.Tensor.expand, (x[:, :1], -1, 4, -1, -1), {}),
    ("torch.unsqueeze", torch.unsqueeze, (x, 1), {}),
    ("torch.squeeze", torch.squeeze, (x[:, :1, :, :1], (1, 3)), {}),
    ("torch.roll", torch.roll, (x,), {"shifts": (1, -2), "dims": (2, 3)}),
    ("torch.flip", torch.flip, (x, (2, 3)), {}),
    ("[]", lambda a, i: a[i], (x, (slice(None), 0)), {}),
    ("[]", lambda a, i: a[i], (x, (slice(None), 1, Ellipsis, slice(1, 5, 2))), {}),
    ("[]", lambda a, i: a[i], (x, (Ellipsis, None, 2)), {}),
    ("[]", lambda a, i: a[i], (x, (slice(None), None, slice(1, 3))), {}),
    ("torch.narrow", torch.narrow, (x, 1, 1, 2), {}),
    ("torch.split", torch.split, (x, 2, 1), {}),
    (".chunk", torch.Tensor.chunk, (x, 2), {"dim": 1}),
    ("torch.cat", torch.cat, ([x, y],), {"dim": 1}),
    ("torch.stack", torch.stack, ((x, y), 1), {}),
    ("torch.max", torch.max, (x, y), {}),
    (".mean", torch.Tensor.mean, (x, [2, 3]), {"keepdim": True}),
    (".sum", torch.Tensor.sum, (x, 1), {}),
    ("torch.var", torch.var, (x,), {"dim": -1, "unbiased": False}),
    ("torch.amax", torch.amax, (x, 1), {}),
    ("torch.topk", torch.topk, (x, 2), {}),
    (".clamp", torch.Tensor.clamp, (x,), {"min": -0.1, "max": 0.1}),
    ("F.scaled_dot_product_attention", F.scaled_dot_product_attention, (x, y, x), {}),
    ("F.linear", F.linear, (x, torch.rand(5, 6), torch.rand(5)), {}),
    ("F.conv2d", F.conv2d, (x, torch.rand(8, 2, 3, 3), None, 2, 1, 1, 2), {}),
    ("F.conv_transpose2d", F.conv_transpose2d, (x, torch.rand(4, 3, 2, 2), torch.rand(3)), {"stride": 2}),
    ("F.layer_norm", F.layer_norm, (x, (6,), torch.rand(6), torch.rand(6), 1e-6), {}),
    ("F.batch_norm", F.batch_norm, (x, torch.rand(4), torch.rand(4), torch.rand(4), torch.rand(4)), {}),
    ("F.group_norm", F.group_norm, (x, 2, torch.rand(4), torch.rand(4)), {}),
    ("F.embedding", F.embedding, (torch.tensor([[1, 3], [0, 8]]), table), {}),
    ("torch.where", torch.where, (x > 0, x, y), {}),
    ("torch.masked_fill", torch.masked_fill, (x, x > 0, -1.0), {}),
    ("torch.addcmul", torch.addcmul, (x, y, y), {"value": 0.5}),
    ("torch.linalg.vector_norm", torch.linalg.vector_norm, (x,), {"dim": (2, 3), "keepdim": True}),
    (".norm", torch.Tensor.norm, (x,), {"dim": 1}),
    ("[]", lambda a, i: a[i], (x, (slice(None), [2, 0])), {}),
    ("[]", lambda a, i: a[i], (x, (slice(None), torch.tensor([[3, 0]]))), {}),
    ("torch.tensor_split", torch.tensor_split, (x, (1, 3), 1), {}),
    ("~", lambda a: ~a, (x > 0,), {}),
    ("rsub", torch.rsub, (x, 2.0), {}),
    ("torch.logical_xor", torch.logical_xor, (x > 0, y > 0), {}),
    ("torch.diff", torch.diff, (x,), {"dim": 2}),
    ("F.grid_sample", F.grid_sample, (x, torch.rand(2, 3, 3, 2)), {"align_corners": False}),
    ("<", lambda a, b: a < b, (x, y), {}),
    ("torch.repeat_interleave", torch.repeat_interleave, (x, 2, 1), {}),
    (".expand_as", torch.Tensor.expand_as, (x[:, :1], x), {}),
    ("torch.sort", torch.sort, (x,), {"dim": -1}),
    ("torch.gather", torch.gather, (x, 1, torch.zeros(2, 1, 6, 6, dtype=torch.int64)), {}),
    (".contiguous", torch.Tensor.contiguous, (x,), {}),
]


@pytest.mark.parametrize(
    ("target", "function", "args", "kwargs"),
    CASES,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)],
)
def test_the_node_does_what_the_call_does(target: str, function: Any, args: Any, kwargs: Any) -> None:
    expected = function(*args, **kwargs)
    with torch.no_grad():
        got = run(read_call(target, args, kwargs))
    if isinstance(expected, tuple):
        assert len(got) == len(expected)
        assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(got, expected, strict=True))
    else:
        assert got.shape == expected.shape and torch.allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("target", "args", "kwargs"),
    [
        ("torch.fft.fft", (x,), {}),
        ("F.softmax", (x,), {}),
        ("+", (1, 2), {}),
        ("torch.add", (x, y), {"alpha": 2}),
        (".view", (x, Varying(), -1, 3), {}),
        (".expand", (x, Varying(), -1, -1, -1), {}),
        ("[]", (x, (x > 0,)), {}),
        ("torch.cat", (3,), {}),
        ("F.interpolate", (x,), {"scale_factor": 2.0, "antialias": True}),
        ("F.dropout", (x, 7.0), {}),
        ("torch.squeeze", (x,), {}),
        (".relu", (x, 1, 2, 3), {}),
    ],
)
def test_what_no_node_does_is_refused_in_a_sentence(target: str, args: Any, kwargs: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        read_call(target, args, kwargs)
    text = str(refused.value)
    assert text.endswith(".") and len(text) > 15


def test_sizes_of_the_batch_become_minus_one() -> None:
    assert read_call(".view", (x, Varying(), -1), {}).type == "Flatten"
    assert read_call(".reshape", (x, Varying(), 24, 6), {}).params == {"shape": (-1, 24, 6)}


def test_modules_are_read_as_torch_binds_their_arguments() -> None:
    read = read_module("nn.Conv2d", (3, 8, (3, 3), 2), {"padding": [1, 1], "bias": False})
    assert (read.type, read.params) == (
        "Conv2d",
        {"in_channels": 3, "out_channels": 8, "stride": 2, "padding": 1, "bias": False},
    )
    assert read_module("torch.nn.ReLU", (True,), {}).params == {}
    assert read_module("nn.LSTM", (3, 4), {}).params["batch_first"] is False
    assert read_module("nn.Embedding", (10, 4, 0), {}).params["padding_idx"] == 0
    assert read_module("nn.UpsamplingBilinear2d", (), {"scale_factor": 2}).params["align_corners"] is True
    for name, args, kwargs in (
        ("nn.NoSuchLayer", (), {}),
        ("nn.Conv2d", (3,), {}),
        ("nn.Linear", (3, 4), {"colour": 3}),
        ("nn.Conv2d", (3, "eight", 3), {}),
        ("nn.Sequential", (), {}),
    ):
        with pytest.raises(Unreadable):
            read_module(name, args, kwargs)


def test_calls_of_modules_wire_their_ports() -> None:
    lstm = read_module("nn.LSTM", (3, 4), {"batch_first": True})
    assert read_forward(lstm, (x, (y, x)), {}).inputs == {"input": [x], "h_0": [y], "c_0": [x]}
    heads = read_forward(read_module("nn.MultiheadAttention", (4, 2), {}), (x, x, x), {"need_weights": False})
    assert heads.inputs == {"query": [x]} and heads.params["need_weights"] is False
    assert heads.ports == ("output",)


@pytest.mark.parametrize("name", ["nn.RNN", "nn.LSTM", "nn.GRU"])
def test_hidden_constructors_have_torchs_order(name: str) -> None:
    arguments = _signature(SIGNATURES[name])
    kind = getattr(torch.nn, name[3:])
    values = (
        [3, 4, 2, "relu", False, True, 0.5, True] if name == "nn.RNN" else [3, 4, 2, False, True, 0.5, True]
    )
    built = kind(*values)
    for argument, value in zip(arguments, values, strict=False):
        assert getattr(built, argument.name) == value


def test_every_target_is_known_to_torch() -> None:
    for target in CALLS:
        if target.startswith("."):
            assert hasattr(torch.Tensor, target[1:]) or target in (".alias", ".zero"), target
        elif target.startswith(("torch.", "F.")):
            path = target.split(".")[1:]
            owner = F if target.startswith("F.") else torch
            for part in path:
                assert hasattr(owner, part), target
                owner = getattr(owner, part)
    assert {kind for _, kind, _ in TABLE} <= CATALOGUE.keys()

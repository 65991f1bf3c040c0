"""Layers that are called as functions with their weights."""

from __future__ import annotations

from typing import Any

from graph.reading.vocabulary import Args, Kwargs, Reader, Reading, Unreadable, bind, node, rank_of


def _size(value: Any, axis: int) -> int:
    shape = getattr(value, "shape", None)
    if shape is None:
        raise Unreadable("The size of a weight is not known here.")
    return int(shape[axis])


def _stored(kind: str, value: Any, params: dict[str, Any], **weights: Any) -> Reading:
    return node(
        kind, {"input": value}, params, {name: item for name, item in weights.items() if item is not None}
    )


def _linear(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, weight, bias=None", target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    params = {"out_features": _size(weight, 0), "bias": bias is not None}
    return _stored("Linear", given["input"], params, weight=weight, bias=bias)


def _convolution(n: int) -> Reader:
    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        text = "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1"
        given = bind(text, target, args, kwargs)
        weight, bias = given["weight"], given["bias"]
        params = {name: given[name] for name in ("stride", "padding", "dilation", "groups")}
        size = tuple(_size(weight, axis) for axis in range(2, 2 + n))
        params.update(out_channels=_size(weight, 0), kernel_size=size, bias=bias is not None)
        return _stored(f"Conv{n}d", given["input"], params, weight=weight, bias=bias)

    return read


def _transposed(n: int) -> Reader:
    def read(target: str, args: Args, kwargs: Kwargs) -> Reading:
        text = "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1"
        given = bind(text, target, args, kwargs)
        weight, bias = given["weight"], given["bias"]
        params = {name: given[name] for name in ("stride", "padding", "output_padding", "dilation", "groups")}
        size = tuple(_size(weight, axis) for axis in range(2, 2 + n))
        channels = _size(weight, 1) * given["groups"]
        params.update(out_channels=channels, kernel_size=size, bias=bias is not None)
        return _stored(f"ConvTranspose{n}d", given["input"], params, weight=weight, bias=bias)

    return read


def _layer_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, normalized_shape, weight=None, bias=None, eps=1e-5, ~cudnn_enable=True"
    given = bind(text, target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    if weight is None and bias is not None:
        raise Unreadable(f"{target} with a bias and no weight is no node.")
    params = {"normalized_shape": tuple(given["normalized_shape"]), "eps": given["eps"],
              "elementwise_affine": weight is not None}  # fmt: skip
    if weight is not None:
        params["bias"] = bias is not None
    return _stored("LayerNorm", given["input"], params, weight=weight, bias=bias)


def _rms_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, normalized_shape, weight=None, eps=None", target, args, kwargs)
    weight = given["weight"]
    params = {"normalized_shape": tuple(given["normalized_shape"]), "elementwise_affine": weight is not None}
    if given["eps"] is not None:
        params["eps"] = given["eps"]
    return _stored("RMSNorm", given["input"], params, weight=weight)


def _batch_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, running_mean, running_var, weight=None, bias=None, ~training=False, momentum=0.1, eps=1e-5, " \
        "~cudnn_enabled=True"  # fmt: skip
    given = bind(text, target, args, kwargs)
    weight, bias, mean = given["weight"], given["bias"], given["running_mean"]
    if (weight is None) != (bias is None):
        raise Unreadable(f"{target} with only one of weight and bias is no node.")
    rank = rank_of(given["input"]) or 4
    params = {"eps": given["eps"], "momentum": given["momentum"], "affine": weight is not None,
              "track_running_stats": mean is not None}  # fmt: skip
    kind = f"BatchNorm{max(1, rank - 2)}d"
    return _stored(kind, given["input"], params, weight=weight, bias=bias, running_mean=mean,
                   running_var=given["running_var"])  # fmt: skip


def _instance_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, running_mean=None, running_var=None, weight=None, bias=None, ~use_input_stats=True, " \
        "momentum=0.1, eps=1e-5"  # fmt: skip
    given = bind(text, target, args, kwargs)
    weight, bias, mean = given["weight"], given["bias"], given["running_mean"]
    rank = rank_of(given["input"]) or 4
    params = {"eps": given["eps"], "momentum": given["momentum"], "affine": weight is not None,
              "track_running_stats": mean is not None}  # fmt: skip
    return _stored(f"InstanceNorm{max(1, rank - 2)}d", given["input"], params, weight=weight, bias=bias,
                   running_mean=mean, running_var=given["running_var"])  # fmt: skip


def _group_norm(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, num_groups, weight=None, bias=None, eps=1e-5, ~cudnn_enabled=True"
    given = bind(text, target, args, kwargs)
    weight, bias = given["weight"], given["bias"]
    if (weight is None) != (bias is None):
        raise Unreadable(f"{target} with only one of weight and bias is no node.")
    params = {"num_groups": given["num_groups"], "eps": given["eps"], "affine": weight is not None}
    return _stored("GroupNorm", given["input"], params, weight=weight, bias=bias)


def _embedding(target: str, args: Args, kwargs: Kwargs) -> Reading:
    text = "input, weight, padding_idx=None, max_norm=None, ~norm_type=2.0, scale_grad_by_freq=False, sparse=False"
    given = bind(text, target, args, kwargs)
    if given["max_norm"] is not None or given["scale_grad_by_freq"] or given["sparse"]:
        raise Unreadable(f"{target} with max_norm, scaled or sparse gradients is no node.")
    weight, index = given["weight"], given["padding_idx"]
    params = {"num_embeddings": _size(weight, 0), "embedding_dim": _size(weight, 1)}
    if index is not None and index >= 0:
        params["padding_idx"] = index
    return _stored("Embedding", given["input"], params, weight=weight)


def _prelu(target: str, args: Args, kwargs: Kwargs) -> Reading:
    given = bind("input, weight", target, args, kwargs)
    return _stored(
        "PReLU", given["input"], {"num_parameters": _size(given["weight"], 0)}, weight=given["weight"]
    )


FUNCTIONS: dict[str, Reader] = {
    "F.linear": _linear,
    "F.conv1d torch.conv1d": _convolution(1),
    "F.conv2d torch.conv2d": _convolution(2),
    "F.conv3d torch.conv3d": _convolution(3),
    "F.conv_transpose1d torch.conv_transpose1d": _transposed(1),
    "F.conv_transpose2d torch.conv_transpose2d": _transposed(2),
    "F.conv_transpose3d torch.conv_transpose3d": _transposed(3),
    "F.layer_norm torch.layer_norm": _layer_norm,
    "F.rms_norm torch.rms_norm": _rms_norm,
    "F.batch_norm torch.batch_norm": _batch_norm,
    "F.instance_norm": _instance_norm,
    "F.group_norm torch.group_norm": _group_norm,
    "F.embedding": _embedding,
    "F.prelu torch.prelu": _prelu,
}
